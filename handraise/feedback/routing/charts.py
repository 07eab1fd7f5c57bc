"""The chart of a rehearsal of routes: who had how much in hand on which day."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import altair as alt

from handraise.feedback.charts import WIDTH, dressed, svg
from handraise.feedback.routing.report import Person, Report, Side

SHOWN = 40  # people, those with the most offers
_ROW = 22  # pixels


def charts(report: Report) -> dict[str, str]:
    """`draft` and, beside it, `held`, as SVG for a page; one shade means the same in both. Silent
    to screen readers: the same figures stand in a table behind each."""
    sides = {"draft": report.draft} | ({"held": report.held} if report.held else {})
    most = max((one.most for side in sides.values() for one in side.people), default=0)
    return {
        name: svg(loads(shown, report.days, most))
        for name, side in sides.items()
        if (shown := _shown(side))
    }


def _shown(side: Side) -> list[Person]:
    busiest = sorted(side.people, key=lambda one: -one.offers)[:SHOWN]
    return [one for one in side.people if one in busiest]


def loads(people: Sequence[Person], days: Sequence[str], most: int) -> Any:
    """A row for each person, a field for each day, the darker the more in hand; framed where they
    were full."""
    rows = [
        {"who": str(place), "day": day, "held": held,
         "full": one.capacity is not None and held >= one.capacity}
        for place, one in enumerate(people)
        for day, held in zip(days, one.peaks, strict=True)
    ]  # fmt: skip
    names = [one.name[:24] for one in people]
    shown = list(days[:: max(len(days) // 8, 1)])
    base = alt.Chart({"values": rows}).encode(
        x=alt.X("day:O", axis=alt.Axis(title=None, values=shown, labelAngle=0, labelExpr=_DAY)),
        y=alt.Y(
            "who:O",
            sort=[str(place) for place in range(len(people))],
            # By number and not by name: two people may be called alike.
            axis=alt.Axis(
                title=None, labelExpr=f"{json.dumps(names)}[datum.value]", labelLimit=150
            ),
        ),
    )
    shade = alt.Opacity(
        "held:Q", legend=None, scale=alt.Scale(domain=[0, max(most, 1)], range=[0.04, 1])
    )
    layers = [
        base.mark_rect(color="var(--accent)").encode(opacity=shade),
        base.transform_filter("datum.full").mark_rect(
            filled=False, stroke="var(--bad)", strokeWidth=1.6
        ),
    ]
    return dressed(alt.layer(*layers), WIDTH, _ROW * len(people))


_DAY = "timeFormat(toDate(datum.value + 'T12:00:00'), '%-d %b')"
