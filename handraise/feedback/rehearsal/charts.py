"""The charts of a rehearsal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import altair as alt

from handraise.feedback.charts import MID, chart, dressed, in_order, svg
from handraise.feedback.rehearsal.decide import Judged
from handraise.feedback.rehearsal.report import Level, Report


def charts(report: Report, level: Level) -> dict[str, str]:
    """`weeks` and, where there are outcomes, `tenths`, as SVG for a page. Silent to screen
    readers: the same figures stand in a table behind each."""
    drawn = {"weeks": svg(weeks(report, level))}
    judged = level.side.by(report.main)
    if judged is not None and len(judged.tenths) > 1:
        drawn["tenths"] = svg(tenths(judged))
    return drawn


def weeks(report: Report, level: Level) -> Any:
    """First qualifications a week: the draft as bars, what it is compared with as a line, and
    what the team can take."""
    held = report.published.weeks if report.published else report.history
    begin = report.begin.astimezone(ZoneInfo(report.zone)).date()
    rows = [
        {"week": (begin + timedelta(days=7 * place)).isoformat(), "draft": mine, "other": other}
        for place, (mine, other) in enumerate(zip(level.side.weeks, held, strict=True))
    ]
    # By name and not by time: weeks are all alike, and labels then never fall between two bars.
    every = max(len(rows) // 8, 1)
    shown = [str(row["week"]) for row in rows[::every]]
    base = chart(rows).encode(
        x=alt.X("week:O", axis=alt.Axis(title=None, values=shown, labelAngle=0, labelExpr=_DAY))
    )
    top = max([*level.side.weeks, *held, report.capacity.a_week if report.capacity else 0, 1])
    y = alt.Y("draft:Q", title=None, scale=alt.Scale(domain=[0, top * 1.1], nice=True))
    layers: list[Any] = [
        base.mark_bar(color="var(--accent)", cornerRadiusTopLeft=3, cornerRadiusTopRight=3).encode(
            y=y
        ),
        base.mark_line(color=MID, strokeWidth=1.8).encode(y="other:Q"),
    ]
    if report.capacity is not None:
        rule = chart([{"most": report.capacity.a_week}])
        layers.append(rule.mark_rule(color="var(--bad)", strokeDash=[4, 4]).encode(y="most:Q"))
    return dressed(alt.layer(*layers))


_DAY = "timeFormat(toDate(datum.value + 'T12:00:00'), '%-d %b')"


def tenths(judged: Judged) -> Any:
    """The share with the outcome in each tenth by priority, with its interval, and that of all."""
    rows = [
        {"tenth": f"{one.place}", "share": one.share.value, "low": one.share.low,
         "high": one.share.high}
        for one in judged.tenths
    ]  # fmt: skip
    base = chart(rows).encode(
        x=alt.X("tenth:O", sort=in_order(rows, "tenth"), axis=alt.Axis(title=None, labelAngle=0))
    )
    percent = alt.Axis(format="%", title=None)
    y = alt.Y("share:Q", axis=percent, title=None, scale=alt.Scale(domainMin=0))
    layers: list[Any] = [
        base.mark_bar(color="var(--interest-mark)", cornerRadiusTopLeft=3,
                      cornerRadiusTopRight=3).encode(y=y),
        base.mark_rule(color=MID, strokeWidth=1.4).encode(y="low:Q", y2="high:Q"),
    ]  # fmt: skip
    everybody = judged.whole.hits.precision.value
    if everybody is not None:
        mean = chart([{"all": everybody}])
        layers.append(mean.mark_rule(color=MID, strokeDash=[4, 4]).encode(y="all:Q"))
    return dressed(alt.layer(*layers))
