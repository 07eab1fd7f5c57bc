"""The chart of attribution: what each model gives to the names that stand on most paths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from handraise.feedback.attribution.decide import Model
from handraise.feedback.attribution.tables import NO_TOUCH
from handraise.feedback.charts import LINE, MID, SOFT, chart, drawn
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
    """A line a name, a mark a model, at what share it gives of the outcomes that had a touchpoint;
    empty without any."""
    first = len(table.columns) - len(Model)
    given = [
        (str(row[0]), tuple(float(cell) for cell in row[first:] if isinstance(cell, int | float)))
        for row in table.rows
        if row[0] != NO_TOUCH
    ]
    total = sum(cells[0] for _, cells in given)
    if total <= 0:
        return ""
    shown = given[:MOST_LINES]
    marks = [
        {"name": name, "model": model.label, "share": cell / total}
        for name, cells in shown
        for model, cell in zip(Model, cells, strict=True)
    ]
    spans = [
        {"name": name, "low": min(cells) / total, "high": max(cells) / total}
        for name, cells in shown
    ]
    return drawn(_layers, marks, spans, height=max(70, 30 * len(shown)))


def _layers(marks: list[dict[str, Any]], spans: list[dict[str, Any]]) -> Any:
    y = alt.Y("name:N", sort=None, axis=alt.Axis(title=None, labelLimit=180))
    axis = alt.Axis(format="%", title=None, tickCount=6, grid=True)
    colours, shapes = zip(*_LOOKS.values(), strict=True)
    return alt.layer(
        chart(spans)
        .mark_rule(color=LINE, strokeWidth=5)
        .encode(y=y, x=alt.X("low:Q", axis=axis), x2="high:Q"),
        chart(marks)
        .mark_point(filled=True, size=80, opacity=1)
        .encode(
            y=y, x=alt.X("share:Q", axis=axis), color=alt.Color("model:N", **_told(colours)),
            shape=alt.Shape("model:N", **_told(shapes)),
        ),
    )  # fmt: skip


def _told(looks: Sequence[str]) -> dict[str, Any]:
    """A look for each model, and the line that says which is which."""
    names = [model.label for model in Model]
    return {
        "legend": alt.Legend(
            title=None, orient="top", labelColor=SOFT, labelFontSize=11, symbolSize=70
        ),
        "scale": alt.Scale(domain=names, range=list(looks)),
    }
