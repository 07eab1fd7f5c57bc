"""Reads: what tables of value are made from, each in one statement."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db.models import QuerySet

from handraise.deals.queries import day_of
from handraise.feedback.decide import ENOUGH
from handraise.feedback.tabular import Period
from handraise.feedback.value.decide import (
    STEPS,
    Assumptions,
    Lifetime,
    Mean,
    Recurring,
    lifetime,
    mean_of,
)
from handraise.feedback.value.models import Assumed, Cost
from handraise.feedback.value.statements import AHEAD, LIFETIME
from handraise.leads.bulk import rows_of
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

MOST_GROUPS = 25


def assumptions(*, at: datetime | None = None) -> Assumptions:
    """What is assumed, as it was told by `at`; the shipped ones where nobody told."""
    told = Assumed.objects.order_by("-at", "-pk")
    held = (told if at is None else told.filter(at__lte=at)).first()
    if held is None:
        return Assumptions()
    return Assumptions(float(held.discount), float(held.margin), held.years)


def newest_assumed() -> Assumed | None:
    """Who said last what is assumed, and when."""
    return Assumed.objects.select_related("by").order_by("-at", "-pk").first()


def costs_visible_to(user: User) -> QuerySet[Cost]:
    """Every cost that was told, the newest row first. Raises PermissionDenied."""
    require(user, Permission.SEE)
    return Cost.objects.select_related("by").order_by("-at", "-pk")


@dataclass(frozen=True, slots=True)
class Worth:
    """What customers are worth in one currency. `assumed`: purchases without a margin of their
    own; `purchases`: all that were counted."""

    currency: str
    lifetime: Lifetime
    purchases: int
    assumed: int


@dataclass(frozen=True, slots=True)
class Worths:
    """A value for each currency, most customers first. `ahead`: purchases yet to begin."""

    found: tuple[Worth, ...]
    ahead: int
    assumptions: Assumptions


def lifetimes(*, at: datetime) -> Worths:
    """What customers are worth over time, as known at `at`: everybody who ever bought."""
    held = assumptions(at=at)
    asked = {"at": at, "today": day_of(at), "margin": held.margin}
    rows: dict[str, list[Any]] = defaultdict(list)
    for customer, currency, *rest in rows_of(LIFETIME, asked):
        rows[currency].append((customer, *rest))
    found = [_worth(currency, told, held) for currency, told in rows.items()]
    found.sort(key=lambda one: (-one.lifetime.customers, one.currency))
    return Worths(tuple(found), int(rows_of(AHEAD, asked)[0][0]), held)


def _worth(currency: str, rows: list[Any], held: Assumptions) -> Worth:
    customers, periods, margins, assumed, paid, stopped = zip(*rows, strict=True)
    names, place = np.unique(np.asarray(customers), return_inverse=True)
    period, margin = np.asarray(periods), np.asarray(margins, dtype=np.float64)
    single = period == "once"
    once = np.bincount(place[single], margin[single], minlength=len(names)).astype(np.float64)
    recurring = {
        every: Recurring(
            place[period == every], margin[period == every],
            np.asarray(paid, dtype=np.int64)[period == every],
            np.asarray(stopped, dtype=np.bool_)[period == every],
        )
        for every in STEPS
    }  # fmt: skip
    found = lifetime(once, recurring, held, enough=ENOUGH)
    if found is None:
        raise AssertionError("A currency has rows, so it has customers.")
    return Worth(currency, found, len(rows), sum(assumed))


@dataclass(frozen=True, slots=True)
class Group:
    """MQLs of one name (None: not known): how many, how many became customers, and what was won
    of them in each currency."""

    name: str | None
    leads: int
    won: int
    means: dict[str, Mean]
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class Groups:
    """All groups, the currencies in which anything was won, and the agreements' versions."""

    groups: tuple[Group, ...]
    currencies: tuple[str, ...]
    versions: tuple[int, ...]


def grouped(statement: str, period: Period, *, at: datetime) -> Groups:
    """The MQLs of the period by a statement of `statements`, with what was won of them by `at`.

    Beyond the largest groups all others are one.
    """
    rows = rows_of(statement, {"since": period.since, "until": period.until, "at": at})
    told: dict[str | None, tuple[int, int, dict[str, list[float]]]] = {}
    currencies: set[str] = set()
    versions: set[int] = set()
    for name, leads, won, under, currency, amounts in rows:
        sums = told.setdefault(name, (leads, won, {}))[2]
        versions.update(under or ())
        if currency is not None:
            sums[currency] = amounts
            currencies.add(currency)
    shown = list(told.items())[:MOST_GROUPS]
    rest = [one for _, one in list(told.items())[MOST_GROUPS:]]
    found = [_group(name, *one, currencies) for name, one in shown]
    if rest:
        sums = {code: [x for one in rest for x in one[2].get(code, [])] for code in currencies}
        leads, won = sum(one[0] for one in rest), sum(one[1] for one in rest)
        found.append(_group(f"{len(rest)} others", leads, won, sums, currencies, is_rest=True))
    return Groups(tuple(found), tuple(sorted(currencies)), tuple(sorted(versions)))


def _group(
    name: str | None, leads: int, won: int, sums: dict[str, list[float]], currencies: set[str],
    *, is_rest: bool = False,
) -> Group:  # fmt: skip
    means = {
        code: mean_of(np.asarray(sums.get(code, []), dtype=np.float64), leads, enough=ENOUGH)
        for code in sorted(currencies)
    }
    return Group(name, leads, won, means, is_rest)


@dataclass(frozen=True, slots=True)
class Spent:
    """What a source cost in a currency, and what came of it in the same days."""

    source: str
    currency: str
    cost: float
    marketed: int
    qualified: int
    customers: int
    earned: float


def days_of(period: Period) -> tuple[date, date]:
    """The first day of the period, and the day after its last one that has begun."""
    last = min(period.until, period.at)
    ends = day_of(last)
    midnight_is_over = day_of(last - timedelta(microseconds=1)) == ends
    return day_of(period.since), ends + timedelta(days=1) if midnight_is_over else ends


def costs(statement: str, period: Period, *, at: datetime) -> list[Spent]:
    """What each source cost in the period, and what came in it."""
    first, last = days_of(period)
    asked = {
        "since": period.since, "until": period.until, "at": at, "told": period.at,
        "first": first, "last": last,
    }  # fmt: skip
    return [Spent(*row) for row in rows_of(statement, asked)]
