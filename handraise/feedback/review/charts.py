"""The charts of a review."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import altair as alt

from handraise.feedback.charts import MID, chart, dressed, in_order, svg
from handraise.feedback.review.report import Bars, Calibration, Rate, Review, SignalRow

ROW = 24  # height of a signal's line
MOST = 40  # signals that are drawn; the table has all


def charts(review: Review) -> dict[str, str]:
    """`signals`, `calibration`, `rates` and `bars`, as far as there is something to draw. Silent
    to screen readers: the same figures stand in a table behind each."""
    drawn = {}
    told = [row for row in review.signals if row.supported is not None][:MOST]
    if told:
        drawn["signals"] = svg(signals(told))
    if len(review.calibration.tenths) > 1:
        drawn["calibration"] = svg(calibration(review.calibration))
    if len(review.rates) > 1:
        drawn["rates"] = svg(rates(review.rates))
    if len(review.bars.points) > 1:
        drawn["bars"] = svg(bars(review.bars))
    return drawn


def signals(told: list[SignalRow]) -> Any:
    """Points given as a stroke, points that the data support as a dot with its interval."""
    rows = [
        {"name": f"{row.name[:38]}", "given": row.points, "value": row.supported.value,
         "low": row.supported.low, "high": row.supported.high}
        for row in told if row.supported is not None
    ]  # fmt: skip
    order = [str(row["name"]) for row in rows]
    y = alt.Y("name:N", sort=order, title=None, axis=alt.Axis(labelLimit=240))
    base = chart(rows).encode(y=y)
    layers = [
        base.mark_rule(color=MID, strokeWidth=1.6).encode(
            x=alt.X("low:Q", title=None), x2="high:Q"
        ),
        base.mark_circle(color="var(--accent)", size=60, opacity=1).encode(x="value:Q"),
        base.mark_tick(color="var(--bad)", thickness=2.5, size=15).encode(x="given:Q"),
    ]
    return dressed(alt.layer(*layers), height=max(ROW * len(rows), 60))


def calibration(found: Calibration) -> Any:
    """The share with the outcome in each tenth by priority with its interval, and what is
    expected of it."""
    rows = [
        {"tenth": f"{one.place}", "share": one.share.value, "low": one.share.low,
         "high": one.share.high, "expected": one.expected}
        for one in found.tenths
    ]  # fmt: skip
    base = chart(rows).encode(
        x=alt.X("tenth:O", sort=in_order(rows, "tenth"), axis=alt.Axis(title=None, labelAngle=0))
    )
    y = alt.Y("share:Q", axis=alt.Axis(format="%", title=None), scale=alt.Scale(domainMin=0))
    layers = [
        _bars_of(base, "--interest-mark").encode(y=y),
        base.mark_rule(color=MID, strokeWidth=1.4).encode(y="low:Q", y2="high:Q"),
        base.mark_line(color="var(--bad)", strokeWidth=1.8).encode(y="expected:Q"),
    ]
    return dressed(alt.layer(*layers))


def rates(found: tuple[Rate, ...]) -> Any:
    """The share with the outcome among the leads of each quarter, with its interval."""
    rows = [
        {"quarter": quarter_of(one.begin), "share": one.share.value, "low": one.share.low,
         "high": one.share.high}
        for one in found
    ]  # fmt: skip
    base = chart(rows).encode(
        x=alt.X(
            "quarter:O", sort=in_order(rows, "quarter"), axis=alt.Axis(title=None, labelAngle=0)
        )
    )
    y = alt.Y("share:Q", axis=alt.Axis(format="%", title=None), scale=alt.Scale(domainMin=0))
    layers = [
        _bars_of(base, "--accent").encode(y=y),
        base.mark_rule(color=MID, strokeWidth=1.4).encode(y="low:Q", y2="high:Q"),
    ]
    return dressed(alt.layer(*layers))


def bars(found: Bars) -> Any:
    """Leads a week that pass at each bar, what the team can take, and the bar in force."""
    rows = [{"bar": one.bar, "a_week": one.a_week} for one in found.points]
    base = chart(rows).encode(x=alt.X("bar:Q", title=None), y=alt.Y("a_week:Q", title=None))
    layers: list[Any] = [base.mark_line(color="var(--accent)", strokeWidth=2, point=True)]
    if found.capacity_a_week is not None:
        most = chart([{"a_week": found.capacity_a_week}])
        layers.append(most.mark_rule(color="var(--bad)", strokeDash=[4, 4]).encode(y="a_week:Q"))
    if found.present is not None:
        here = chart([{"bar": found.present}])
        layers.append(here.mark_rule(color=MID, strokeDash=[2, 3]).encode(x="bar:Q"))
    return dressed(alt.layer(*layers))


def quarter_of(micros: int) -> str:
    """The day on which a quarter begins."""
    return datetime.fromtimestamp(micros / 1e6, UTC).strftime("%-d %b %Y")


def _bars_of(base: Any, colour: str) -> Any:
    return base.mark_bar(
        color=f"var({colour})", cornerRadiusTopLeft=3, cornerRadiusTopRight=3, size=34
    )
