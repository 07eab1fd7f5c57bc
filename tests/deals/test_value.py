"""What customers are worth: paid when due, over month ends and leap years, by currency."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraise.deals.decide import (
    Bought,
    Period,
    Refused,
    Sum,
    a_year,
    as_money,
    checked_amount,
    checked_purchase,
    months_later,
    payments,
    read_amount,
    together,
    value,
)
from tests.deals.conftest import bought

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
AMOUNTS = st.decimals("0.01", 99_999, places=2)
PURCHASES = st.builds(
    Bought, AMOUNTS, st.sampled_from(["EUR", "USD", "JPY"]), st.sampled_from(Period), DAYS,
    st.none(), st.none() | st.decimals(0, 1, places=4),
)  # fmt: skip


@pytest.mark.parametrize(
    ("period", "starts_on", "day", "count"),
    [
        (Period.MONTH, date(2024, 1, 31), date(2024, 2, 28), 1),
        (Period.MONTH, date(2024, 1, 31), date(2024, 2, 29), 2),
        (Period.MONTH, date(2024, 1, 31), date(2024, 3, 30), 2),
        (Period.MONTH, date(2024, 1, 31), date(2024, 3, 31), 3),
        (Period.YEAR, date(2024, 2, 29), date(2025, 2, 27), 1),
        (Period.YEAR, date(2024, 2, 29), date(2025, 2, 28), 2),
        (Period.YEAR, date(2024, 2, 29), date(2028, 2, 28), 4),
        (Period.YEAR, date(2024, 2, 29), date(2028, 2, 29), 5),
        (Period.ONCE, date(2024, 2, 29), date(2028, 2, 29), 1),
        (Period.ONCE, date(2024, 2, 29), date(2024, 2, 28), 0),
    ],
)
def test_a_payment_is_due_on_its_day(
    period: Period, starts_on: date, day: date, count: int
) -> None:
    assert payments(bought(period=period, starts_on=starts_on), day) == count


@given(DAYS, st.integers(0, 600))
def test_every_month_has_one_payment(starts_on: date, months: int) -> None:
    one = bought(starts_on=starts_on)
    due = months_later(starts_on, months)

    assert payments(one, due) == months + 1
    assert payments(one, due - timedelta(days=1)) == months


@given(PURCHASES, DAYS, st.integers(0, 4000))
def test_nothing_is_paid_back_by_time(one: Bought, day: date, days: int) -> None:
    assert payments(one, day) <= payments(one, day + timedelta(days=days))


@given(DAYS, st.integers(0, 4000), DAYS)
def test_after_its_end_nothing_more_is_paid(starts_on: date, runs: int, day: date) -> None:
    last = starts_on + timedelta(days=runs)
    one = bought(starts_on=starts_on, ends_on=last)

    assert payments(one, day) <= payments(one, last) == payments(one, last + timedelta(days=9999))
    assert (a_year(one, day) > 0) == (starts_on <= day <= last)


@given(st.lists(PURCHASES, max_size=12), DAYS)
def test_each_currency_is_summed_by_itself_and_exactly(many: list[Bought], day: date) -> None:
    values = value(many, day)

    assert [one.currency for one in values] == sorted({one.currency for one in many})
    for found in values:
        same = [one for one in many if one.currency == found.currency]
        assert found.bought == sum(one.amount * payments(one, day) for one in same)
        assert found == value(list(reversed(same)), day)[0]
        assert found.margin <= found.bought - found.unknown


def test_a_margin_that_nobody_knows_is_not_taken_for_none() -> None:
    [found] = value([bought("100"), bought("50", Period.ONCE, margin=None)], date(2026, 3, 4))

    assert (found.bought, found.margin, found.unknown) == (150, 80, 50)
    assert found.a_year == 1200


def test_sums_of_one_currency_come_together() -> None:
    sums = [Sum("EUR", Decimal(10), Decimal(5)), Sum("USD", Decimal(1), Decimal(1)),
            Sum("EUR", Decimal(2), Decimal(1))]  # fmt: skip

    assert together(sums) == [
        Sum("EUR", Decimal(12), Decimal(6)), Sum("USD", Decimal(1), Decimal(1)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "amount"), [("1200.50", "1200.50"), ("1,200", "1200"), ("1 200 000.5", "1200000.5")]
)
def test_an_amount_is_read_as_people_write_it(text: str, amount: str) -> None:
    assert read_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "1.200,50", "1,20", "12e3", "NaN", "-5", "١٢", "=1+1", "€5"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="is not an amount"):
        read_amount(text)


@pytest.mark.parametrize(
    ("amount", "currency", "why"),
    [
        ("1.001", "EUR", "at most 2 decimals"), ("1.200", "EUR", "at most 2"),
        ("1.5", "JPY", "whole numbers"), ("-1", "EUR", "zero or more"),
        ("NaN", "EUR", "zero or more"), ("1000000000000", "EUR", "a million millions"),
        ("1.0001", "KWD", "at most 3 decimals"),
    ],
)  # fmt: skip
def test_an_amount_fits_its_currency(amount: str, currency: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        checked_amount(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (bought("0"), "above zero"), (bought(margin="1.2"), "between 0 and 100"),
        (bought(period=Period.ONCE, ends_on=date(2027, 1, 1)), "has no end"),
        (bought(ends_on=date(2020, 1, 1)), "before the beginning"),
        (bought(starts_on=date(1, 1, 1)), "too far away"), (bought(currency="EURO"), "currency"),
    ],
)  # fmt: skip
def test_a_purchase_that_cannot_be_is_refused(one: Bought, why: str) -> None:
    with pytest.raises(Refused, match=why):
        checked_purchase(one)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("1200", "EUR", "1,200 EUR"), ("1200.5", "EUR", "1,200.50 EUR"),
        ("0.125", "KWD", "0.125 KWD"), ("999.5", "JPY", "1,000 JPY"),
        ("33.335", "USD", "33.34 USD"),
    ],
)  # fmt: skip
def test_money_is_shown_in_the_parts_of_its_currency(
    amount: str, currency: str, shown: str
) -> None:
    assert as_money(Decimal(amount), currency) == shown
