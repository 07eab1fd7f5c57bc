"""The charts of a run: what was said against what came, and the tenths beside the points'."""

from __future__ import annotations

from typing import Any

import altair as alt

from handraise.feedback.charts import MID, chart, dressed, svg
from handraise.feedback.learned.report import Report
from handraise.feedback.rehearsal.figures import Tenth


def charts(report: Report) -> dict[str, str]:
    """`calibration` and `tenths` as SVG for a page; the same figures stand in a table behind."""
    return {"calibration": svg(calibration(report)), "tenths": svg(tenths(report))}


def calibration(report: Report) -> Any:
    """The share that came of each tenth by chance, against the chance that was said."""
    rows = [
        {"said": one.said, "share": one.share.value, "low": one.share.low, "high": one.share.high}
        for one in report.tested.bins
    ]
    top = max([one.share.high for one in report.tested.bins] + [0.1])
    percent = alt.Axis(format="%", title=None)
    scale = alt.Scale(domain=[0, top], nice=True)
    x = alt.X("said:Q", axis=percent, scale=scale)
    base = chart(rows).encode(x=x)
    right = chart([{"said": 0, "share": 0}, {"said": top, "share": top}])
    layers = [
        right.mark_line(color=MID, strokeDash=[4, 4]).encode(
            x=x, y=alt.Y("share:Q", axis=percent, scale=scale)
        ),
        base.mark_rule(color=MID, strokeWidth=1.4).encode(
            y=alt.Y("low:Q", axis=percent, scale=scale), y2="high:Q"
        ),
        base.mark_point(color="var(--accent)", filled=True, size=60, opacity=1).encode(
            y=alt.Y("share:Q", axis=percent, scale=scale)
        ),
    ]
    return dressed(alt.layer(*layers))


def tenths(report: Report) -> Any:
    """The share that came of each tenth of the tested leads: learned as bars, points as a line."""

    def shown(each: list[Tenth]) -> list[dict[str, Any]]:
        return [{"tenth": str(one.place), "share": one.share.value} for one in each]

    x = alt.X("tenth:O", sort=[str(place) for place in range(1, 11)],
              axis=alt.Axis(title=None, labelAngle=0))  # fmt: skip
    y = alt.Y("share:Q", axis=alt.Axis(format="%", title=None), scale=alt.Scale(domainMin=0))
    bars = chart(shown(report.tested.tenths)).mark_bar(
        color="var(--accent)", cornerRadiusTopLeft=3, cornerRadiusTopRight=3
    )
    line = chart(shown(report.tested.of_points)).mark_line(
        color=MID, strokeWidth=1.8, point={"color": MID, "filled": True}
    )
    return dressed(alt.layer(bars.encode(x=x, y=y), line.encode(x=x, y=y)))
