"""How a rate ripens: by what day how many leads had gone on, and who still may."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from handraise.feedback.decide import ENOUGH
from handraise.feedback.targets.decide import Course
from handraise.feedback.targets.queries import Gone


def course_of(gone: Sequence[Gone]) -> Course | None:
    """The course of all these leads by day since they reached the stage (Aalen–Johansen, those who
    still wait are censored at their age). None where too few went on to tell."""
    if sum(one.count for one in gone if one.gone is not None) < ENOUGH:
        return None
    last = max(_until(one) for one in gone) + 1
    went, out, left = np.zeros(last + 1), np.zeros(last + 1), np.zeros(last + 1)
    for one in gone:
        held = went if one.gone is not None else out if one.out is not None else left
        held[_until(one)] += one.count
    ending = went + out + left
    at_risk = np.maximum(ending[::-1].cumsum()[::-1], 1)
    stays = np.cumprod(1 - (went + out) / at_risk)
    before = np.concatenate([[1.0], stays[:-1]])
    return Course(np.cumsum(before * went / at_risk), stays)


def still_waiting(mine: Sequence[Gone], course: Course | None) -> list[float]:
    """Of each lead that waits, the chance that it goes on yet."""
    if course is None:
        return []
    return [
        course.later(one.age)
        for one in mine
        if one.gone is None and one.out is None
        for _ in range(one.count)
    ]


def _until(one: Gone) -> int:
    """Days until the lead went on, was disqualified, or was looked at last."""
    found = one.gone if one.gone is not None else one.out
    return max(one.age if found is None else found, 0)
