"""The chart of a funnel; its bars are drawn by the page."""

from __future__ import annotations

from typing import Any

import altair as alt

from handraise.feedback.charts import chart, drawn
from handraise.feedback.funnel.decide import Row


def months_chart(rows: list[Row]) -> str:
    """The share that went on, by month of entry, with the band in which it truly lies; empty where
    fewer than two months are enough to say."""
    known = [(row.part, row.passages[0].share) for row in rows if row.passages[0].share.is_enough]
    if len(known) < 2:
        return ""
    told: list[dict[str, Any]] = [
        {"month": month, "share": share.value, "low": share.low, "high": share.high}
        for month, share in known
    ]
    return drawn(_layers, told)


def _layers(told: list[dict[str, Any]]) -> Any:
    axis = alt.Axis(title=None, labelAngle=0, labelExpr=_MONTH)
    base = chart(told).encode(x=alt.X("month:O", axis=axis))
    percent = alt.Axis(format="%", title=None)
    y = alt.Y("share:Q", axis=percent, scale=alt.Scale(domainMin=0))
    band = base.mark_area(color="var(--accent)", opacity=0.18).encode(
        y=alt.Y("low:Q", axis=percent, title=None), y2="high:Q"
    )
    line = base.mark_line(color="var(--accent)", strokeWidth=2, point=_POINT).encode(y=y)
    return alt.layer(band, line)


_POINT = alt.OverlayMarkDef(color="var(--accent)", filled=True, size=36)
_MONTH = "timeFormat(toDate(datum.value + '-15T12:00:00'), '%b %y')"
