"""What is planned a month, what came, and how the running month may end. Plain Python."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from scipy import stats

from handraise.feedback.decide import ENOUGH, Share, Z
from handraise.feedback.rehearsal.weighing import DAYS_OF
from handraise.leads.decide import Stage

STAGES = {
    "mql": Stage.MARKETING_QUALIFIED,
    "sal": Stage.SALES_ACCEPTED,
    "sql": Stage.SALES_QUALIFIED,
    "opportunity": Stage.OPPORTUNITY,
    "customer": Stage.CUSTOMER,
}
HISTORY = 56  # days from which the rest of a month is foretold: eight of each weekday
_PULL = 2.0  # weeks of the overall mean that each weekday's own is drawn towards
LIKELY, UNLIKELY = 0.8, 0.2


@dataclass(frozen=True, slots=True)
class Target:
    """One line of an agreement's targets: so many of a stage (`amount` each `unit`), or a rate.

    `after` is filled for a rate: of the leads that reached `before`, the share to reach it.
    """

    code: str
    before: Stage
    after: Stage | None
    amount: float
    unit: str

    @property
    def is_rate(self) -> bool:
        return self.after is not None

    def of_month(self, month: date) -> float:
        """What is planned for this month: the rate itself, or the amount for its days."""
        if self.is_rate or self.unit == "month":
            return self.amount
        return self.amount * days_in(month) / DAYS_OF[self.unit]


def targets_of(plain: Mapping[str, object]) -> list[Target]:
    """The targets of a document that was checked: `{"mql": "120 a month", "mql_to_sql": 0.3}`."""
    found = []
    for code, said in plain.items():
        before, _, after = code.partition("_to_")
        if isinstance(said, int | float):
            found.append(Target(code, STAGES[before], STAGES[after], float(said), ""))
        else:
            count, _, unit = str(said).split()
            found.append(Target(code, STAGES[before], None, float(count), unit))
    return found


def days_in(month: date) -> int:
    return monthrange(month.year, month.month)[1]


def months(last: date, count: int) -> list[date]:
    """The first days of `count` months that end with the one of `last`, the oldest first."""
    found = [last.replace(day=1)]
    while len(found) < count:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found[::-1]


@dataclass(frozen=True, slots=True)
class Forecast:
    """How a month may end: the expected number, the bounds that hold 95 times in 100, and the
    chance that the target is reached."""

    value: float
    low: float
    high: float
    chance: float


def foretold(
    daily: Sequence[int], *, today: date, passed: float, so_far: int, target: float
) -> Forecast | None:
    """How the month of `today` may end, in numbers. None where too little came to tell.

    `daily`: arrivals on each of the days before today, the last one yesterday. `passed`: the share
    of today that is over. Each weekday has a mean of its own, drawn towards that of all; days
    scatter as much as they did (quasi-Poisson); what is left of the month is negative binomial, so
    that the means' own doubt is in the interval. A change of pace after today is not foreseen.
    """
    counts = np.asarray(daily[-HISTORY:], dtype=np.float64)
    if counts.sum() < ENOUGH or len(counts) < HISTORY // 2:
        return None
    weekday = (np.arange(-len(counts), 0) + today.weekday()) % 7
    means = _weekday_means(counts, weekday)
    left = np.array([(today.weekday() + ahead) % 7 for ahead in range(_days_left(today) + 1)])
    expected = means[left]
    expected[0] *= 1 - passed
    mean = float(expected.sum())
    scatter = _scatter(counts, means[weekday])
    variance = scatter * mean * (1 + mean / float(counts.sum()))
    low, high, chance = _bounds(mean, variance, missing=target - so_far)
    return Forecast(so_far + mean, so_far + low, so_far + high, chance)


def _days_left(today: date) -> int:
    return days_in(today) - today.day


def _weekday_means(counts: np.ndarray, weekday: np.ndarray) -> np.ndarray:
    sums = np.bincount(weekday, weights=counts, minlength=7)
    days = np.bincount(weekday, minlength=7)
    means: np.ndarray = (sums + _PULL * counts.mean()) / (days + _PULL)
    return means


def _scatter(counts: np.ndarray, means: np.ndarray) -> float:
    """How much more days scatter than chance alone would have it, at least 1."""
    return max(1.0, float(((counts - means) ** 2 / means).sum() / max(len(counts) - 7, 1)))


def _bounds(mean: float, variance: float, *, missing: float) -> tuple[float, float, float]:
    """The 95 % bounds of what is to come, and the chance that it is at least `missing`."""
    if mean <= 0:
        return 0.0, 0.0, float(missing <= 0)
    size = mean * mean / max(variance - mean, 1e-9)
    spread = stats.nbinom(size, size / (size + mean))
    low, high = spread.ppf([0.025, 0.975])
    return float(low), float(high), float(spread.sf(np.ceil(missing) - 1))


def ripened(share: Share, still: Sequence[float], *, target: float) -> Forecast | None:
    """What a rate may end at. `still`: of each lead that has not gone on yet and still may, the
    chance that it will. None below the number that a share needs.

    The bounds hold the doubt about those leads and about the share itself (Wilson's width).
    """
    if not share.is_enough or share.value is None:
        return None
    chances = np.asarray(still, dtype=np.float64)
    value = (share.count + float(chances.sum())) / share.of
    final = Share(round(value * share.of), share.of)
    own = float(np.sqrt((chances * (1 - chances)).sum())) * Z / share.of
    low = max(share.count / share.of, value - np.hypot(value - final.low, own))
    high = min((share.count + len(chances)) / share.of, value + np.hypot(final.high - value, own))
    reach = max(float(high - low) / (2 * Z), 1e-9)
    return Forecast(value, float(low), float(high), float(stats.norm.sf((target - value) / reach)))


def verdict(
    actual: float | None,
    target: float,
    forecast: Forecast | None,
    *,
    is_over: bool,
    may_fall: bool = False,
) -> str:
    """One word or two on a month: met, missed, or how likely it still is. A count only grows; the
    rate of a month that still runs `may_fall` again."""
    if actual is None:
        return "not enough data"
    if actual >= target and not may_fall:
        return "met"
    if is_over:
        return "missed"
    if forecast is None:
        return "open"
    if forecast.chance >= LIKELY:
        return "likely"
    return "unlikely" if forecast.chance <= UNLIKELY else "open"
