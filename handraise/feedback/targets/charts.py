"""The chart of one target: what came each month, what was planned, how the running one may end."""

from __future__ import annotations

from typing import Any

import altair as alt

from handraise.feedback.charts import MID, chart, drawn, in_order
from handraise.feedback.targets.tables import Kept, Month


def months(kept: Kept) -> str:
    """The months as bars, the plan as a tick on each, the forecast as a rule over its interval."""
    return drawn(_rates if kept.target.is_rate else _counts, [_row(month) for month in kept.months])


def _rates(rows: list[dict[str, Any]]) -> Any:
    return _layers(rows, "%")


def _counts(rows: list[dict[str, Any]]) -> Any:
    return _layers(rows, "d")


def _layers(rows: list[dict[str, Any]], shown: str) -> Any:
    base = chart(rows).encode(
        x=alt.X("month:O", sort=in_order(rows, "month"), axis=alt.Axis(title=None, labelAngle=0))
    )
    axis = alt.Axis(format=shown, title=None)
    y = alt.Y("actual:Q", axis=axis, title=None, scale=alt.Scale(domainMin=0))
    layers: list[Any] = [
        base.mark_bar(color="var(--accent)", cornerRadiusTopLeft=3, cornerRadiusTopRight=3).encode(
            y=y
        ),
        base.mark_tick(color="var(--bad)", thickness=2, width=34).encode(y="planned:Q"),
        base.mark_rule(color=MID, strokeWidth=1.6).encode(y="low:Q", y2="high:Q"),
        base.mark_point(color=MID, filled=True, size=34).encode(y="ends:Q"),
    ]
    return alt.layer(*layers)


def _row(month: Month) -> dict[str, Any]:
    told = month.forecast
    return {
        "month": month.first.strftime("%b %y"), "actual": month.value, "planned": month.planned,
        "low": told.low if told else None, "high": told.high if told else None,
        "ends": told.value if told else None,
    }  # fmt: skip
