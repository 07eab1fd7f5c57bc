"""Growth from one month to the next, and a difference among alike leads: how sure one may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from handraise.feedback.decide import ENOUGH, Share, Z
from handraise.kit.shares import wilson


@dataclass(frozen=True, slots=True)
class Growth:
    """How much larger one count a day is than another: 0.2 is a fifth more. `low` and `high` bound
    it 95 times in 100."""

    rate: float
    low: float
    high: float

    @property
    def is_told(self) -> bool:
        """Whether it can be told from no growth at all."""
        return self.low > 0 or self.high < 0


def growth(now: int, days: float, before: int, days_before: float) -> Growth | None:
    """Of two counts over so many days. None where there are too few to say.

    Both together given, the newer one is a binomial share; its Wilson interval gives the bounds.
    """
    if now + before < ENOUGH or not before or days <= 0 or days_before <= 0:
        return None
    longer = days_before / days
    low, high = wilson(now, now + before)
    most = high / (1 - high) if high < 1 else float(now + before)
    return Growth(now / before * longer - 1, low / (1 - low) * longer - 1, most * longer - 1)


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much one share lies above another, among alike leads, with its 95 % bounds."""

    value: float
    low: float
    high: float


def among_alike(strata: Sequence[tuple[Share, Share]]) -> Difference | None:
    """Mantel and Haenszel's difference of two shares over strata, with Sato's (1989) variance.

    None where no stratum has both kinds, or there are too few of either.
    """
    both = [(one, other) for one, other in strata if one.of and other.of]
    if min(sum(one.of for one, _ in both), sum(other.of for _, other in both)) < ENOUGH:
        return None
    weight = above = first = second = 0.0
    for one, other in both:
        n, m = one.of, other.of
        total = n + m
        weight += n * m / total
        above += (one.count * m - other.count * n) / total
        first += (n * n * other.count - m * m * one.count + n * m * (m - n) / 2) / total**2
        second += (one.count * (m - other.count) + other.count * (n - one.count)) / (2 * total)
    value = above / weight
    reach = Z * sqrt(max(value * first + second, 0.0)) / weight
    return Difference(value, max(value - reach, -1.0), min(value + reach, 1.0))
