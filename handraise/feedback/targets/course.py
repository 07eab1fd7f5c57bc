"""How a rate ripens: by what age how many leads had gone on, and who still may."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from handraise.feedback.decide import ENOUGH
from handraise.feedback.targets.queries import Gone
from handraise.feedback.velocity.decide import WAITS, Course, incidences

_GONE, _OUT = "gone", "out"


def course_of(gone: Sequence[Gone]) -> Course | None:
    """How all these leads went on by age in days, with those who were disqualified as another way
    out and those who still wait censored. None where too few went on to tell."""
    if sum(one.count for one in gone if one.gone is not None) < ENOUGH:
        return None
    spans = {}
    for way in (_GONE, _OUT, WAITS):
        mine = [one for one in gone if _way(one) == way]
        days = np.array([_until(one) for one in mine], dtype=np.float64)
        spans[way] = np.repeat(days, [one.count for one in mine])
    return incidences(spans)


def later(course: Course, age: int) -> float:
    """Of a lead that waits since `age` days: the chance that it goes on yet."""
    going = course.way(_GONE)
    waiting = 1 - course.out.at(age)[0]
    return (going.last - going.at(age)[0]) / waiting if waiting > 1e-9 else 0.0


def still_waiting(mine: Sequence[Gone], course: Course | None) -> list[float]:
    """Of each lead that waits, the chance that it goes on yet."""
    if course is None:
        return []
    return [
        chance
        for one in mine
        if _way(one) == WAITS
        for chance in [later(course, one.age)] * one.count
    ]


def _way(one: Gone) -> str:
    if one.gone is not None:
        return _GONE
    return WAITS if one.out is None else _OUT


def _until(one: Gone) -> int:
    """Days until the lead went on, was disqualified, or was looked at last."""
    found = one.gone if one.gone is not None else one.out
    return max(one.age if found is None else found, 0)
