"""What may be said of how offers were answered: times in working hours, ratings, shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from handraise.feedback.decide import ENOUGH, Share, Z
from handraise.kit import working_time
from handraise.kit.working_time import Calendar

Numbers = NDArray[np.float64]
_ROUNDING = 1 / 12  # the variance of what was rounded to a whole star


@dataclass(frozen=True, slots=True)
class Rated:
    """The mean of so many ratings, with its 95 % bounds; those are None below ENOUGH."""

    count: int
    mean: float | None
    low: float | None
    high: float | None


def rated(count: int, total: float, squares: float) -> Rated:
    """From the sums of the stars and of their squares, by Student's distribution.

    Ratings that are all alike may still differ by what the rounding to whole stars hides.
    """
    if not count:
        return Rated(0, None, None, None)
    mean = total / count
    if count < ENOUGH:
        return Rated(count, mean, None, None)
    variance = max((squares - total * total / count) / (count - 1), _ROUNDING)
    reach = _student(count - 1) * sqrt(variance / count)
    return Rated(count, mean, max(1.0, mean - reach), min(5.0, mean + reach))


def _student(freedom: int) -> float:
    """Student's quantile of a 95 % interval, to four places from ten degrees of freedom on (the
    expansion of Fisher and Cornish)."""
    first, second = (Z**3 + Z) / 4, (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96
    third = (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384
    return Z + first / freedom + second / freedom**2 + third / freedom**3


def worked(begun: Numbers, ended: Numbers, calendar: Calendar) -> Numbers:
    """The working time in seconds between pairs of instants (seconds since 1970)."""
    if not len(begun):
        return np.empty(0)
    first, last = (datetime.fromtimestamp(float(one), UTC) for one in (begun.min(), ended.max()))
    spans = list(working_time.spans(first, last + timedelta(seconds=1), **calendar))
    if not spans:
        return np.zeros(len(begun))
    edges = np.array([instant.timestamp() for span in spans for instant in span])
    lengths = edges[1::2] - edges[::2]
    clock = np.zeros(len(edges))
    clock[1::2] = np.cumsum(lengths)
    clock[2::2] = clock[1:-1:2]
    found: Numbers = np.interp(ended, edges, clock) - np.interp(begun, edges, clock)
    return np.maximum(found, 0.0)


def cumulative(counts: Sequence[int]) -> list[Share]:
    """Of all, how many are in this and those before it: what a Pareto chart shows."""
    whole, so_far, found = sum(counts), 0, []
    for count in counts:
        so_far += count
        found.append(Share(so_far, whole))
    return found
