"""What a customer is worth over time, and how sure one may be of a mean. Numpy, no clock.

Purchases that recur are followed payment by payment. After each payment a purchase stops or goes
on to the next: the shares of those that went on, multiplied, are the product-limit estimate of
Kaplan and Meier (1958), in which what still runs counts as long as it was followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]

STEPS = {"month": 1, "year": 12}  # months between two payments
FOLLOWED = 10  # fewer purchases under observation than this, and nothing is said of what follows
FEWEST_WON = 5  # fewer amounts above zero than this, and a mean gets no interval
DRAWS, FEWEST_DRAWS, WORK = 1000, 200, 4_000_000
SEED = 20_260_101  # the same figures at each look


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What nobody can read from the rows: money later counts for less by `discount` a year;
    `margin` where a purchase tells none; nothing is counted after `years`."""

    discount: float = 0.10
    margin: float = 1.0
    years: int = 5


@dataclass(frozen=True, slots=True)
class Recurring:
    """Purchases of one currency that are paid alike often. For each: the place of its customer,
    the margin in one payment, the payments so far, and whether it stopped after the last one:
    the day of the next has passed, and it was not due."""

    customer: Ints
    margin: Floats
    paid: Ints
    stopped: Bools


@dataclass(frozen=True, slots=True)
class Kept:
    """How purchases that are paid alike often go on. `shares[k]`: of each unit of margin, what is
    still paid at payment k + 1. `is_cut`: more might follow, and too few were followed so long."""

    every: str
    purchases: int
    stopped: int
    shares: tuple[float, ...]
    is_cut: bool

    @property
    def months(self) -> int:
        """The time that the payments cover."""
        return len(self.shares) * STEPS[self.every]


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What a customer is worth on average: `once` was paid once, the rest recurs. `low` and
    `high`: 95 times in 100 the true mean lies between; None where too few are known."""

    customers: int
    value: float
    once: float
    low: float | None
    high: float | None
    kept: tuple[Kept, ...]


def lifetime(
    once: Floats, recurring: Mapping[str, Recurring], assumed: Assumptions, *, enough: int
) -> Lifetime | None:
    """The mean over customers; `once` has the margin of each one's single payments. None of nobody.

    A purchase weighs as much as its margin, so that large ones which stay longer count for what
    they bring. The interval draws customers anew, each with all of its purchases.
    """
    customers = len(once)
    if not customers:
        return None
    parts = [
        _Part(every, recurring[every], customers, assumed)
        for every in STEPS
        if every in recurring and len(recurring[every].paid)
    ]
    alone = np.ones((1, customers))
    value = float(_means(alone, once, parts)[0])
    low = high = None
    if customers >= enough:
        drawn = [_means(some, once, parts) for some in _drawn(customers)]
        low, high = _middle(np.concatenate(drawn))
    return Lifetime(
        customers, value, float(once.mean()), low, high, tuple(part.kept() for part in parts)
    )


class _Part:
    """Purchases of one rhythm, as sums a customer: so that drawing customers is one product."""

    def __init__(self, every: str, given: Recurring, customers: int, assumed: Assumptions) -> None:
        self.every, self.given = every, given
        most = max(assumed.years * 12 // STEPS[every], 1)
        self.at_risk = _at_risk(given, most)
        few = np.flatnonzero(self.at_risk < FOLLOWED)
        self.payments = int(few[0]) + 1 if len(few) else most
        self.is_full = not len(few)
        places = np.arange(1, self.payments)
        weight = given.margin[:, None]
        ends = (given.stopped[:, None] & (given.paid[:, None] == places)) * weight
        there = _is_at_risk(given, places) * weight
        self.ends = _summed(ends, given.customer, customers)
        self.there = _summed(there, given.customer, customers)
        self.margin = np.bincount(given.customer, given.margin, minlength=customers)
        years = np.arange(self.payments) * STEPS[every] / 12
        self.worth = (1 + assumed.discount) ** -years

    def shares(self, drawn: Floats) -> Floats:
        """For each draw, what is still paid at each payment."""
        there = drawn @ self.there
        ends = np.divide(drawn @ self.ends, there, out=np.zeros_like(there), where=there > 0)
        left = np.cumprod(np.clip(1 - ends, 0, 1), axis=1)
        return np.hstack([np.ones((len(drawn), 1)), left])

    def value(self, drawn: Floats) -> Floats:
        """For each draw, the margin of all its customers."""
        each: Floats = (drawn @ self.margin) * (self.shares(drawn) @ self.worth)
        return each

    def kept(self) -> Kept:
        shares = self.shares(np.ones((1, len(self.margin))))[0]
        return Kept(
            self.every, len(self.given.paid), int(self.given.stopped.sum()),
            tuple(float(share) for share in shares), not self.is_full and shares[-1] > 0,
        )  # fmt: skip


def _at_risk(given: Recurring, most: int) -> Ints:
    """How many purchases were seen to stop or go on after payment 1, 2 … most - 1."""
    counted: Ints = _is_at_risk(given, np.arange(1, most)).sum(axis=0)
    return counted


def _is_at_risk(given: Recurring, places: Ints) -> Bools:
    # One that still runs was seen to go on after each payment but the last.
    seen = given.paid - np.where(given.stopped, 0, 1)
    found: Bools = seen[:, None] >= places
    return found


def _summed(cells: Floats, customer: Ints, customers: int) -> Floats:
    sums = np.zeros((customers, cells.shape[1]))
    np.add.at(sums, customer, cells)
    return sums


def _means(drawn: Floats, once: Floats, parts: list[_Part]) -> Floats:
    total = drawn @ once
    for part in parts:
        total = total + part.value(drawn)
    means: Floats = total / len(once)
    return means


def _drawn(customers: int) -> Iterator[Floats]:
    """How often each customer comes in each draw of as many customers; so many draws at a time
    that no look at the page takes more memory than it should."""
    left, at_once = draws_for(customers), max(WORK // customers, 1)
    chance = np.random.default_rng(SEED)
    while left:
        draws = min(left, at_once)
        picked = chance.integers(customers, size=(draws, customers))
        picked += np.arange(draws)[:, None] * customers
        counts = np.bincount(picked.ravel(), minlength=draws * customers)
        yield counts.reshape(draws, customers).astype(np.float64)
        left -= draws


def draws_for(size: int) -> int:
    """So many draws as a page has time for: of many customers fewer are needed."""
    return max(FEWEST_DRAWS, min(DRAWS, WORK // max(size, 1)))


def _middle(means: Floats) -> tuple[float, float]:
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Mean:
    """A sum over `of` leads, most of whom brought nothing. `low`, `high`: as of a lifetime."""

    of: int
    won: int
    total: float
    low: float | None
    high: float | None

    @property
    def each(self) -> float | None:
        return self.total / self.of if self.of else None


def mean_of(amounts: Floats, of: int, *, enough: int) -> Mean:
    """The mean over `of` leads of these amounts above zero, and zero for all others.

    Leads are drawn anew: first how many of those drawn brought something, then what.
    """
    won, total = len(amounts), float(amounts.sum())
    if of < enough or won < FEWEST_WON:
        return Mean(of, won, total, None, None)
    draws, chance = draws_for(won), np.random.default_rng(SEED)
    counts = chance.binomial(of, won / of, size=draws)
    picked = amounts[chance.integers(won, size=int(counts.sum()))]
    sums = np.bincount(np.repeat(np.arange(draws), counts), picked, minlength=draws)
    return Mean(of, won, total, *_middle(sums / of))
