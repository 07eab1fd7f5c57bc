"""The charts of value: how long purchases last, and what an MQL of each group brought."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt

from handraise.feedback.charts import MID, SOFT, chart, dressed, svg
from handraise.feedback.tabular import Cell, Table
from handraise.feedback.value.decide import STEPS, Kept
from handraise.feedback.value.queries import Worth

MOST_BARS = 12
FINE = 20  # below this much, an axis shows decimals
_COLOURS = {"month": "var(--accent)", "year": "var(--interest-mark)"}


def lasting(one: Worth) -> str:
    """What share of margin is still paid, month by month; empty where nothing was followed."""
    kept = tuple(each for each in one.lifetime.kept if len(each.shares) > 1)
    return _curves(kept) if kept else ""


# Drawing takes longer than all that is read for it, and the same figures are looked at again.
@lru_cache(maxsize=64)
def _curves(kept: tuple[Kept, ...]) -> str:
    layers = []
    for each in kept:
        rows = [
            {"month": place * STEPS[each.every], "share": share}
            for place, share in enumerate([*each.shares, each.shares[-1]])
        ]
        layers.append(
            chart(rows)
            .mark_line(interpolate="step-after", color=_COLOURS[each.every], strokeWidth=2)
            .encode(
                x=alt.X("month:Q", axis=alt.Axis(title="Months since the first payment",
                        titleColor=SOFT, titleFontWeight="normal", tickMinStep=1)),
                y=alt.Y("share:Q", axis=alt.Axis(format="%", title=None),
                        scale=alt.Scale(domain=[0, 1])),
            )
        )  # fmt: skip
    return svg(dressed(alt.layer(*layers)))


def per_mql(table: Table) -> str:
    """Won value per MQL with its interval, a line a group; empty where none is known."""
    place = {column.code: number for number, column in enumerate(table.columns)}
    told = tuple(
        tuple(row[place[code]] for code in _CODES)
        for row in table.rows if row[place["low"]] is not None
    )[:MOST_BARS]  # fmt: skip
    return _bars(told) if told else ""


_CODES = ("name", "each", "low", "high")


@lru_cache(maxsize=64)
def _bars(told: tuple[tuple[Cell, ...], ...]) -> str:
    rows = [dict(zip(_CODES, row, strict=True)) for row in told]
    return svg(dressed(_intervals(rows), height=max(60, 26 * len(rows))))


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
