"""The charts of value: how long purchases last, and what an MQL of each group brought."""

from __future__ import annotations

from typing import Any

import altair as alt

from handraise.feedback.charts import MID, SOFT, chart, drawn
from handraise.feedback.tabular import Table
from handraise.feedback.value.decide import STEPS
from handraise.feedback.value.queries import Worth

MOST_BARS = 12
FINE = 20  # below this much, an axis shows decimals
_COLOURS = {"month": "var(--accent)", "year": "var(--interest-mark)"}


def lasting(one: Worth) -> str:
    """What share of margin is still paid, month by month; empty where nothing was followed."""
    rows = [
        {"every": each.every, "month": place * STEPS[each.every], "share": share}
        for each in one.lifetime.kept if len(each.shares) > 1
        for place, share in enumerate([*each.shares, each.shares[-1]])
    ]  # fmt: skip
    return drawn(_curves, rows) if rows else ""


def _curves(rows: list[dict[str, Any]]) -> Any:
    layers = []
    for every, colour in _COLOURS.items():
        mine = [row for row in rows if row["every"] == every]
        if not mine:
            continue
        layers.append(
            chart(mine)
            .mark_line(interpolate="step-after", color=colour, strokeWidth=2)
            .encode(
                x=alt.X("month:Q", axis=alt.Axis(title="Months since the first payment",
                        titleColor=SOFT, titleFontWeight="normal", tickMinStep=1)),
                y=alt.Y("share:Q", axis=alt.Axis(format="%", title=None),
                        scale=alt.Scale(domain=[0, 1])),
            )
        )  # fmt: skip
    return alt.layer(*layers)


def per_mql(table: Table) -> str:
    """Won value per MQL with its interval, a line a group; empty where none is known."""
    place = {column.code: number for number, column in enumerate(table.columns)}
    rows = [
        {code: row[place[code]] for code in ("name", "each", "low", "high")}
        for row in table.rows if row[place["low"]] is not None
    ][:MOST_BARS]  # fmt: skip
    return drawn(_intervals, rows, height=max(60, 26 * len(rows))) if rows else ""


def _intervals(rows: list[dict[str, Any]]) -> Any:
    base = chart(rows).encode(
        y=alt.Y("name:N", sort=None, axis=alt.Axis(title=None, labelLimit=180))
    )
    shown = ",.0f" if max(float(row["high"]) for row in rows) >= FINE else ",.2f"
    axis = alt.Axis(title=None, format=shown, tickCount=5, grid=True)
    return alt.layer(
        base.mark_rule(color=MID, strokeWidth=1.6).encode(x=alt.X("low:Q", axis=axis), x2="high:Q"),
        base.mark_circle(color="var(--accent)", size=70, opacity=1).encode(
            x=alt.X("each:Q", axis=axis, scale=alt.Scale(domainMin=0))
        ),
    )
