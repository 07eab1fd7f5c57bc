"""Figures with their intervals: the area under the curve, tenths, medians, counts by week.

Plain arithmetic over arrays, one place for each lead. Instants are int64 microseconds since 1970.
Nothing here knows Django or an engine, so that each figure can be compared with another's.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from handraise.feedback.decide import Share, Z

Instants: TypeAlias = NDArray[np.int64]
Truths: TypeAlias = NDArray[np.bool_]
Numbers: TypeAlias = NDArray[np.float64]

DAY = 86_400_000_000
WEEK = 7 * DAY


@dataclass(frozen=True, slots=True)
class Auc:
    """How often one with the outcome scores above one without (ties count half), 0..1.

    `low` and `high` bound it 95 times in 100, by DeLong's variance (DeLong, DeLong and
    Clarke-Pearson 1988), or by Hanley and McNeil's (1982) where every score of the one kind lies
    above those of the other, and DeLong's variance is none.
    """

    value: float
    low: float
    high: float
    positives: int
    negatives: int


def ranks(values: Numbers) -> Numbers:
    """The rank of each value from 1, equal ones sharing the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    shared: Numbers = np.cumsum(counts) - (counts - 1) / 2
    return shared[inverse]


def auc(outcome: Truths, score: Numbers) -> Auc | None:
    """The area under the receiver's curve, by ranks. None unless both kinds are there."""
    m, n = int(outcome.sum()), int((~outcome).sum())
    if not m or not n:
        return None
    of_above, of_below = placements(outcome, score)
    value = float(of_above.mean())
    variance = mean_variance(of_above) + mean_variance(of_below) or _by_size(value, m, n)
    reach = Z * sqrt(variance)
    return Auc(value, max(0.0, value - reach), min(1.0, value + reach), m, n)


def placements(outcome: Truths, score: Numbers) -> tuple[Numbers, Numbers]:
    """DeLong's: of each lead with the outcome, the share of those without that it scores above;
    and of each without, the share of those with it that score above."""
    both = ranks(score)
    above, below = score[outcome], score[~outcome]
    of_above = (both[outcome] - ranks(above)) / len(below)
    of_below = 1 - (both[~outcome] - ranks(below)) / len(above)
    return of_above, of_below


def mean_variance(values: Numbers) -> float:
    """The variance of the mean of these; none of a single one."""
    return float(np.var(values, ddof=1)) / len(values) if len(values) > 1 else 0.0


def _by_size(value: float, m: int, n: int) -> float:
    # Held off 0 and 1, where this variance is none either and would promise certainty.
    a = min(max(value, 0.5 / m), 1 - 0.5 / m)
    first, second = a / (2 - a), 2 * a * a / (1 + a)
    return (a * (1 - a) + (m - 1) * (first - a * a) + (n - 1) * (second - a * a)) / (m * n)


@dataclass(frozen=True, slots=True)
class Tenth:
    """A tenth of the leads by score, 1 the highest: its bounds, how many of it had the outcome.

    `lift` is the tenth's share of outcomes over that of all; None where there are none at all.
    """

    place: int
    low: float
    high: float
    share: Share
    lift: float | None


def tenths(outcome: Truths, score: Numbers, *, of: int = 10) -> list[Tenth]:
    """The leads in tenths by score, the highest first. Equal scores stay in one tenth."""
    if not len(score):
        return []
    place = np.minimum((len(score) - ranks(score) + 0.5) * of // len(score), of - 1)
    base = float(outcome.mean())
    found = []
    for number in np.unique(place):
        inside = place == number
        share = Share(int(outcome[inside].sum()), int(inside.sum()))
        lift = share.count / share.of / base if base else None
        low, high = float(score[inside].min()), float(score[inside].max())
        found.append(Tenth(int(number) + 1, low, high, share, lift))
    return found


@dataclass(frozen=True, slots=True)
class Typical:
    """A median of spans in days, with the bounds of its 95 % interval (from order statistics)."""

    days: float
    low: float
    high: float
    of: int


def typical(spans: Instants) -> Typical | None:
    """The median of spans in microseconds. None of none."""
    n = len(spans)
    if not n:
        return None
    ordered = np.sort(spans) / DAY
    reach = Z * sqrt(n) / 2
    low, high = max(floor(n / 2 - reach), 0), min(ceil(n / 2 + reach), n - 1)
    return Typical(float(np.median(ordered)), float(ordered[low]), float(ordered[high]), n)


def weekly(instants: Instants, *, begin: int, end: int) -> list[int]:
    """How many of the instants in begin..end (end left out) fall into each week from `begin`."""
    count = -(-(end - begin) // WEEK)
    if count <= 0:
        return []
    inside = instants[(instants >= begin) & (instants < end)]
    counts: list[int] = np.bincount((inside - begin) // WEEK, minlength=count).tolist()
    return counts
