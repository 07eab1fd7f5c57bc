"""The chart of attribution: what each model gives to the names that stand on most paths."""

from __future__ import annotations

import altair as alt

from handraise.feedback.attribution.decide import Model
from handraise.feedback.attribution.tables import NO_TOUCH
from handraise.feedback.charts import LINE, MID, SOFT, chart, dressed, svg
from handraise.feedback.tabular import Table

MOST_LINES = 10
_LOOKS = {
    Model.FIRST: ("var(--accent)", "triangle-left"),
    Model.LAST: ("var(--interest-mark)", "triangle-right"),
    Model.LINEAR: ("var(--fit-mark)", "square"),
    Model.DECAY: ("var(--intent-mark)", "triangle-down"),
    Model.POSITION: ("var(--bad-mark)", "diamond"),
    Model.MARKOV: (MID, "circle"),
}


def side_by_side(table: Table) -> str:
    """A line a name, a mark a model, at what share of all it gives; empty without outcomes."""
    first = len(table.columns) - len(Model)
    given = [
        (str(row[0]), [float(cell) for cell in row[first:] if isinstance(cell, int | float)])
        for row in table.rows
    ]
    total = sum(cells[0] for _, cells in given)
    shown = [one for one in given if one[0] != NO_TOUCH][:MOST_LINES]
    if not shown or total <= 0:
        return ""
    rows = [
        {"name": name, "model": model.label, "share": cell / total}
        for name, cells in shown
        for model, cell in zip(Model, cells, strict=True)
    ]
    spans = [
        {"name": name, "low": min(cells) / total, "high": max(cells) / total}
        for name, cells in shown
    ]
    y = alt.Y("name:N", sort=None, axis=alt.Axis(title=None, labelLimit=180))
    legend = alt.Legend(title=None, orient="top", labelColor=SOFT, labelFontSize=11, symbolSize=70)
    names = [model.label for model in Model]
    colour = alt.Color(
        "model:N",
        legend=legend,
        scale=alt.Scale(domain=names, range=[c for c, _ in _LOOKS.values()]),
    )
    shape = alt.Shape(
        "model:N",
        legend=legend,
        scale=alt.Scale(domain=names, range=[s for _, s in _LOOKS.values()]),
    )
    axis = alt.Axis(format="%", title=None, tickCount=6, grid=True)
    layers = alt.layer(
        chart(spans)
        .mark_rule(color=LINE, strokeWidth=5)
        .encode(y=y, x=alt.X("low:Q", axis=axis), x2="high:Q"),
        chart(rows)
        .mark_point(filled=True, size=80, opacity=1)
        .encode(y=y, x=alt.X("share:Q", axis=axis), color=colour, shape=shape),
    )
    return svg(dressed(layers, height=max(70, 30 * len(shown))))
