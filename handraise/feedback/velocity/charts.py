"""The charts of this part. Silent to screen readers: the same figures stand in a table."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np

from handraise.feedback.charts import MID, chart, drawn
from handraise.feedback.tabular import Table
from handraise.feedback.velocity.decide import DAY, Course, Curve
from handraise.feedback.velocity.touching import Band

_POINTS = 90
_WAYS = {"on": "var(--accent)", "recycled": "var(--interest-mark)", "disqualified": "var(--bad)"}


def incidence(made: Course) -> str:
    """The share gone each way by day, the way on with its bounds; empty where little is known."""
    if not made.is_enough or not made.left:
        return ""
    most = min(made.seen / DAY, 180.0)
    days = np.linspace(0, max(most, 0.1), _POINTS)
    band = [
        {"day": day, "low": low, "high": high}
        for day, (_, low, high) in _told(made.way("on"), days)
    ]
    lines = [
        {"way": way, "day": day, "share": share}
        for way in _WAYS if way in made.ways
        for day, (share, _, _) in _told(made.way(way), days)
    ]  # fmt: skip
    return drawn(_layers, band, lines)


def _layers(band: list[dict[str, Any]], lines: list[dict[str, Any]]) -> Any:
    ways = [
        _line([row for row in lines if row["way"] == way], colour)
        for way, colour in _WAYS.items()
        if any(row["way"] == way for row in lines)
    ]
    return alt.layer(_band(band), *ways)


def _band(rows: list[dict[str, Any]]) -> Any:
    band = chart(rows).mark_area(color="var(--accent)", opacity=0.14, interpolate="step-after")
    return band.encode(x=_x(), y=_y("low"), y2="high:Q")


def _line(rows: list[dict[str, Any]], colour: str) -> Any:
    line = chart(rows).mark_line(color=colour, strokeWidth=1.8, interpolate="step-after")
    return line.encode(x=_x(), y=_y("share"))


def _told(curve: Curve, days: Any) -> list[tuple[float, tuple[float, float, float]]]:
    told = [(float(day), curve.at(day * DAY)) for day in days]
    first = curve.times[0] / DAY if len(curve.times) else 0.0
    return [(day, point) for day, point in told if day >= first]


def _x() -> alt.X:
    return alt.X("day:Q", axis=alt.Axis(title="days", titleColor="var(--text-soft)", tickCount=8))


def _y(name: str) -> alt.Y:
    axis = alt.Axis(format="%", title=None)
    return alt.Y(f"{name}:Q", axis=axis, scale=alt.Scale(domainMin=0))


def months(table: Table) -> str:
    """New leads of each month as bars, by the count a day."""
    rows = [{"month": row[0], "a_day": row[3]} for row in table.rows if row[3] is not None]
    return drawn(_months, rows) if len(rows) > 1 else ""


def _months(rows: list[dict[str, Any]]) -> Any:
    bars = chart(rows).mark_bar(
        color="var(--accent)", cornerRadiusTopLeft=3, cornerRadiusTopRight=3
    )
    x = alt.X("month:O", sort=None, axis=alt.Axis(title=None, labelAngle=0, labelExpr=_SHORT))
    return bars.encode(x=x, y=alt.Y("a_day:Q", title=None))


_SHORT = "slice(datum.value, 0, 3)"


def touches(bands: list[Band]) -> str:
    """The share that became SQL in each band, with its interval."""
    rows = [
        {"band": band.name, "share": band.whole.value, "low": band.whole.low,
         "high": band.whole.high}
        for band in bands if band.whole.is_enough
    ]  # fmt: skip
    return drawn(_bands, rows) if len(rows) > 1 else ""


def _bands(rows: list[dict[str, Any]]) -> Any:
    base = chart(rows).encode(
        x=alt.X("band:O", sort=None, axis=alt.Axis(title=None, labelAngle=0, labelLimit=125))
    )
    bars = base.mark_bar(
        color="var(--interest-mark)", cornerRadiusTopLeft=3, cornerRadiusTopRight=3
    )
    rule = base.mark_rule(color=MID, strokeWidth=1.4)
    return alt.layer(bars.encode(y=_y("share")), rule.encode(y="low:Q", y2="high:Q"))
