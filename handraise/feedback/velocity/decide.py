"""Time to an event, among those who still wait and those who leave by another door.

Own arithmetic over sorted arrays; ties stay ties (ADR 11). Times are seconds since entering.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handraise.feedback.decide import ENOUGH
from handraise.kit.shares import Z, percent

Numbers = NDArray[np.float64]
DAY = 86_400.0
WAITS = ""  # the way of those who have not left


@dataclass(frozen=True, slots=True)
class Curve:
    """Of all who entered, the share that has gone one way by each time (right-continuous).

    `low` and `high` bound each point 95 times in 100. Before the first time nobody has.
    """

    times: Numbers
    share: Numbers
    low: Numbers
    high: Numbers

    def at(self, time: float) -> tuple[float, float, float]:
        """Share, lower and upper bound by a time."""
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        if place < 0:
            return 0.0, 0.0, 1.0
        return float(self.share[place]), float(self.low[place]), float(self.high[place])

    def reached(self, part: float) -> float | None:
        """The time by which this part had gone; None where the curve does not get there."""
        return _first(self.times, self.share, part)

    def bounds(self, part: float) -> tuple[float | None, float | None]:
        """The 95 % bounds of that time: where the bounds of the curve get there."""
        return _first(self.times, self.high, part), _first(self.times, self.low, part)

    @property
    def last(self) -> float:
        return float(self.share[-1]) if len(self.share) else 0.0


def _first(times: Numbers, shares: Numbers, part: float) -> float | None:
    found = np.flatnonzero(shares >= part - 1e-9)
    return float(times[found[0]]) if len(found) else None


@dataclass(frozen=True, slots=True)
class Course:
    """Those who entered: how many, how many left each way, and the curves of each way.

    `out` is the curve of leaving by whatever way: one less Kaplan and Meier's.
    `seen` is the longest time over which anybody was watched.
    """

    count: int
    left: Mapping[str, int]
    ways: Mapping[str, Curve]
    out: Curve
    seen: float

    @property
    def waiting(self) -> int:
        return self.count - sum(self.left.values())

    @property
    def is_enough(self) -> bool:
        return self.count >= ENOUGH

    def way(self, name: str) -> Curve:
        """The curve of a way; one that nobody went lies at nothing."""
        if name in self.ways:
            return self.ways[name]
        none = np.zeros(len(self.out.times))
        at_risk = np.full(len(none), float(self.count))
        return Curve(self.out.times, none, *_wilson(none, at_risk))


def incidences(spans: Mapping[str, Numbers]) -> Course:
    """Aalen and Johansen's (1978) cumulative incidence of each way out.

    `spans`: for each way the seconds after which somebody went it, and under WAITS those for which
    the others have waited so far. At the same instant who leaves is counted before who is lost
    sight of.
    """
    told = {way: np.sort(np.maximum(some, 0.0)) for way, some in spans.items() if len(some)}
    everything = np.concatenate([*told.values(), np.empty(0)])
    gone = {way: some for way, some in told.items() if way != WAITS}
    count = len(everything)
    times, at_risk, counts = _counted(everything, gone)
    all_left = sum(counts.values(), np.zeros(len(times)))
    ways = {way: _incidence(times, at_risk, all_left, some) for way, some in counts.items()}
    out = _incidence(times, at_risk, all_left, all_left)
    left = {way: len(some) for way, some in gone.items()}
    return Course(count, left, ways, out, float(everything.max()) if count else 0.0)


def _counted(
    everything: Numbers, gone: Mapping[str, Numbers]
) -> tuple[Numbers, Numbers, dict[str, Numbers]]:
    """The times at which somebody left, how many were still there, how many left each way."""
    leaving = np.concatenate([*gone.values(), np.empty(0)])
    times = np.unique(leaving)
    at_risk = len(everything) - np.searchsorted(np.sort(everything), times, side="left")
    counts = {}
    for way, some in gone.items():
        upto = np.searchsorted(some, times, side="right")
        counts[way] = np.diff(upto, prepend=0).astype(np.float64)
    return times, at_risk.astype(np.float64), counts


def _incidence(times: Numbers, at_risk: Numbers, all_left: Numbers, left: Numbers) -> Curve:
    staying = np.cumprod(1 - all_left / at_risk)
    before = np.concatenate([[1.0], staying[:-1]])[: len(times)]
    share = np.minimum(np.cumsum(before * left / at_risk), 1.0)
    variance = _variance(share, before, at_risk, all_left, left)
    # What the variance is worth in leads: without those who wait it is exactly their number.
    spread = share * (1 - share)
    is_sure = (variance <= 0) | (spread <= 1e-12)
    worth = np.where(is_sure, at_risk, spread / np.where(is_sure, 1.0, variance))
    return Curve(times, share, *_wilson(share, worth))


def _variance(
    share: Numbers, before: Numbers, at_risk: Numbers, all_left: Numbers, left: Numbers
) -> Numbers:
    """Of the incidence at each time, by the delta method (Greenwood's where there is one way).

    The sums over earlier times of (F(t) − F(s))² and (F(t) − F(s)) are taken apart, so that all
    times together cost one pass.
    """
    stay = at_risk - all_left
    hazard = np.where(stay > 0, all_left / (at_risk * np.where(stay > 0, stay, 1.0)), 0.0)
    own = before**2 * left * (at_risk - left) / at_risk**3
    both = before * left / at_risk**2
    square = (
        share**2 * np.cumsum(hazard)
        - 2 * share * np.cumsum(hazard * share)
        + np.cumsum(hazard * share**2)
    )
    cross = share * np.cumsum(both) - np.cumsum(both * share)
    found: Numbers = np.maximum(square + np.cumsum(own) - 2 * cross, 0.0)
    return found


def _wilson(share: Numbers, of: Numbers) -> tuple[Numbers, Numbers]:
    """Wilson's interval for a share of so many, which need not be a whole number."""
    middle = (share + Z * Z / (2 * of)) / (1 + Z * Z / of)
    reach = Z / (1 + Z * Z / of) * np.sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    low = np.clip(np.minimum(share, middle - reach), 0.0, 1.0)
    high = np.clip(np.maximum(share, middle + reach), 0.0, 1.0)
    return low, high


def lasting(seconds: float) -> str:
    """A length in words: `40 minutes`, `3.5 hours`, `12 days`."""
    if seconds < 3600:
        return _of(seconds / 60, "minute", 0)
    return _of(seconds / 3600, "hour", 1) if seconds < 2 * DAY else _of(seconds / DAY, "day", 1)


def _of(length: float, unit: str, places: int) -> str:
    told = f"{length:.{places}f}".removesuffix(".0")
    return f"{told} {unit}" + ("" if told == "1" else "s")


def typical(curve: Curve, *, done: str, is_enough: bool) -> str:
    """When half had gone that way, in words."""
    if not is_enough:
        return "not enough data"
    half = curve.reached(0.5)
    if half is None:
        return f"half had {done}: never reached, {percent(curve.last)} so far"
    low, high = curve.bounds(0.5)
    told = " to ".join(lasting(bound) if bound is not None else "?" for bound in (low, high))
    return f"half had {done} by {lasting(half)} ({told.replace('?', 'never reached')})"
