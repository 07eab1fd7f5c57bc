"""The courses of stages, with their ways out as reports name them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np

from handraise.feedback.standing.models import Freshness
from handraise.feedback.standing.queries import fresh
from handraise.feedback.tabular import Period
from handraise.feedback.velocity import queries
from handraise.feedback.velocity.decide import WAITS, Course, Numbers, incidences
from handraise.leads.decide import PATH, Stage

SHOWN = (*PATH[:-1], Stage.NURTURE)
WAYS = {
    "on": "Went on", "recycled": "Recycled", "disqualified": "Disqualified", "back": "Went back",
}  # fmt: skip


def as_of(period: Period) -> datetime:
    """The instant as of which the figures of this part hold. What was made since `period.at` is
    not made again, so that the tables of one page agree."""
    known = Freshness.objects.filter(pk=1, as_of__gte=period.at).first()
    return fresh(at=period.at).at if known is None else known.as_of


def way_of(before: Stage, went: str) -> str:
    """Which way out it is to go from one stage to another; WAITS where it stands there yet."""
    if went in {WAITS, queries.ON}:
        return went
    after = Stage(went)
    if after is Stage.DISQUALIFIED:
        return "disqualified"
    if after is Stage.NURTURE:
        return "recycled"
    is_onward = before not in PATH or PATH.index(after) > PATH.index(before)
    return "on" if is_onward else "back"


def stays(period: Period) -> dict[Stage, Course]:
    """Those who came into each stage in the period."""
    at = as_of(period)
    found = queries.stays(since=period.since, until=period.until, at=at)
    return {stage: _course(stage, found.get(stage, {})) for stage in SHOWN}


def between(period: Period, before: Stage, after: Stage) -> Course:
    """Those who came into one stage in the period, and how they got to a later one."""
    at = as_of(period)
    found = queries.between(before, after, since=period.since, until=period.until, at=at)
    return _course(before, found)


def _course(before: Stage, spans: Mapping[str, Numbers]) -> Course:
    ways: dict[str, list[Numbers]] = {}
    for went, some in spans.items():
        ways.setdefault(way_of(before, went), []).append(some)
    return incidences({way: np.concatenate(several) for way, several in ways.items()})
