"""What a deal may say, and what a customer is worth on a day: plain decimals, no clock.

Amounts of different currencies are never added: every sum is a sum within one.
"""

from __future__ import annotations

import calendar
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from handraise.kit.currencies import CURRENCIES, decimals
from handraise.team.decide import Refused as Refused


class Outcome(StrEnum):
    """How a deal stands. Each stage of the pipeline is of one of these."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Period(StrEnum):
    """How often the amount of a purchase is paid."""

    ONCE = "once"
    MONTH = "month"
    YEAR = "year"

    @property
    def label(self) -> str:
        return {"once": "once", "month": "a month", "year": "a year"}[self.value]


class Afterwards(StrEnum):
    """What becomes of a lead whose last open deal was lost."""

    RECYCLE = "recycle"
    DISQUALIFY = "disqualify"
    NOTHING = "nothing"

    @property
    def label(self) -> str:
        return _AFTERWARDS[self]


_AFTERWARDS = {
    Afterwards.RECYCLE: "Nurture, and wake up again",
    Afterwards.DISQUALIFY: "Disqualified",
    Afterwards.NOTHING: "Nothing; stays an opportunity",
}

# Each with its probability in percent.
SHIPPED_STAGES = (
    ("Discovery", 10, Outcome.OPEN), ("Evaluation", 30, Outcome.OPEN),
    ("Proposal", 50, Outcome.OPEN), ("Negotiation", 75, Outcome.OPEN),
    ("Won", 100, Outcome.WON), ("Lost", 0, Outcome.LOST),
)  # fmt: skip
# Each with what becomes of the lead, and after how many days it wakes.
SHIPPED_REASONS = (
    ("Price", Afterwards.RECYCLE, 180), ("Competitor", Afterwards.RECYCLE, 330),
    ("No decision", Afterwards.RECYCLE, 120), ("Timing", Afterwards.RECYCLE, 90),
    ("No fit", Afterwards.DISQUALIFY, None), ("Lost contact", Afterwards.RECYCLE, 60),
)  # fmt: skip

MOST_AMOUNT = Decimal(10) ** 12
QUIET_AFTER = timedelta(days=30)
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
_AMOUNT = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,6})?")


def read_amount(text: str) -> Decimal:
    """An amount as people write it: `1200.50` or `1,200.50`. Raises Refused."""
    plain = "".join(text.split())
    if not plain.isascii() or not _AMOUNT.fullmatch(plain):
        raise Refused(f"{text[:40]!r} is not an amount. Write it as 1200.50.")
    return Decimal(plain.replace(",", ""))


def checked_currency(code: str) -> str:
    """The code of a currency that exists. Raises Refused."""
    known = code.strip().upper()
    if known not in CURRENCIES:
        raise Refused(f"{code[:20]!r} is not a currency. Write its three letters, such as EUR.")
    return known


def checked_amount(amount: Decimal, currency: str) -> Decimal:
    """An amount that can be: not below zero, not endless, in parts that the currency has.

    As it is written: `1.200 EUR` is refused, since some mean one thousand two hundred by it.
    """
    if not amount.is_finite() or amount < 0:
        raise Refused("An amount is zero or more.")
    if amount >= MOST_AMOUNT:
        raise Refused("An amount lies below a million millions.")
    places = decimals(currency)
    if -int(amount.as_tuple().exponent) > places:
        parts = "whole numbers" if not places else f"at most {places} decimals"
        raise Refused(f"Amounts in {currency} have {parts}.")
    return amount


def checked_margin(margin: Decimal | None) -> Decimal | None:
    """A share 0..1, or None where nobody knows it."""
    if margin is not None and not (margin.is_finite() and 0 <= margin <= 1):
        raise Refused("A margin is a share between 0 and 100 percent.")
    return margin


def checked_day(day: date) -> date:
    """A day that can be reckoned with."""
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise Refused(f"{day} lies too far away: days are between 1970 and 2199.")
    return day


def as_money(amount: Decimal, currency: str) -> str:
    """`1,200 EUR`, `1,200.50 EUR`: rounded to what the currency has, whole where it is whole."""
    rounded = in_parts(amount, currency)
    whole = rounded == rounded.to_integral_value()
    return f"{rounded.to_integral_value() if whole else rounded:,f} {currency}"


def in_parts(amount: Decimal, currency: str) -> Decimal:
    """An amount as the database keeps it, in the parts that its currency has."""
    return amount.quantize(Decimal(1).scaleb(-decimals(currency)), ROUND_HALF_UP)


def weighted(total: Decimal, probability: int) -> Decimal:
    """What a sum is worth at this probability in percent."""
    return total * probability / 100


@dataclass(frozen=True, slots=True)
class Bought:
    """One purchase. A recurring one is paid at the beginning of each period, from `starts_on` on;
    `ends_on` is the last day on which it runs."""

    amount: Decimal
    currency: str
    period: Period
    starts_on: date
    ends_on: date | None = None
    margin: Decimal | None = None


def checked_purchase(one: Bought) -> Bought:
    """The purchase, if it can be. Raises Refused."""
    checked_currency(one.currency)
    checked_margin(one.margin)
    checked_day(one.starts_on)
    if checked_amount(one.amount, one.currency) == 0:
        raise Refused("What was bought has an amount above zero.")
    if one.ends_on is not None:
        if one.period is Period.ONCE:
            raise Refused("What is paid once has no end.")
        if checked_day(one.ends_on) < one.starts_on:
            raise Refused("The end lies before the beginning.")
    return one


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def payments(one: Bought, day: date) -> int:
    """How many payments were due up to and on this day. Each is reckoned from the first, so that
    the 31st comes back after a short month, and 29 February every fourth year."""
    until = day if one.ends_on is None else min(day, one.ends_on)
    if until < one.starts_on:
        return 0
    if one.period is Period.ONCE:
        return 1
    months = (until.year - one.starts_on.year) * 12 + until.month - one.starts_on.month
    if months_later(one.starts_on, months) > until:
        months -= 1
    return 1 + (months if one.period is Period.MONTH else months // 12)


def a_year(one: Bought, day: date) -> Decimal:
    """What is paid for it in a year, as it runs on this day; nothing if it does not run."""
    is_running = one.starts_on <= day and (one.ends_on is None or day <= one.ends_on)
    if not is_running or one.period is Period.ONCE:
        return Decimal(0)
    return one.amount * (12 if one.period is Period.MONTH else 1)


@dataclass(frozen=True, slots=True)
class Value:
    """What was bought in one currency. `margin` is that of the purchases whose margin is known;
    `unknown` is what was paid for the others."""

    currency: str
    bought: Decimal = Decimal(0)
    a_year: Decimal = Decimal(0)
    margin: Decimal = Decimal(0)
    unknown: Decimal = Decimal(0)

    def plus(self, one: Bought, day: date) -> Value:
        """With one more purchase, as it stands on this day."""
        paid = one.amount * payments(one, day)
        is_known = one.margin is not None
        return Value(
            self.currency,
            self.bought + paid,
            self.a_year + a_year(one, day),
            self.margin + (paid * (one.margin or 0)),
            self.unknown + (0 if is_known else paid),
        )


def value(purchases: Iterable[Bought], day: date) -> list[Value]:
    """What these purchases are worth on a day: one value for each currency, by its code."""
    sums: dict[str, Value] = {}
    for one in purchases:
        sums[one.currency] = sums.get(one.currency, Value(one.currency)).plus(one, day)
    return [sums[currency] for currency in sorted(sums)]


@dataclass(frozen=True, slots=True)
class Sum:
    """The deals of one currency: their amounts together, and at the probability of their stage."""

    currency: str
    total: Decimal
    weighted: Decimal


def together(sums: Iterable[Sum]) -> list[Sum]:
    """Sums of the same currency added, by its code."""
    found: dict[str, list[Sum]] = defaultdict(list)
    for one in sums:
        found[one.currency].append(one)
    zero = Decimal(0)
    return [
        Sum(
            currency,
            sum((one.total for one in same), zero),
            sum((one.weighted for one in same), zero),
        )
        for currency, same in sorted(found.items())
    ]
