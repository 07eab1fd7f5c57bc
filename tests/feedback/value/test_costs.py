"""Costs told by people: read, kept, corrected, and divided by who came."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from django.core.exceptions import PermissionDenied

from handraise.deals.models import Deal
from handraise.feedback.standing.models import Standing
from handraise.feedback.tabular import Period
from handraise.feedback.value.actions import assume, tell_costs
from handraise.feedback.value.models import Assumed, Cost
from handraise.feedback.value.queries import assumptions
from handraise.feedback.value.reading import MOST_LINES, Line, read
from handraise.feedback.value.tables import cost_by_source
from handraise.leads.decide import Refused, Via
from handraise.leads.models import JournalLine
from handraise.team.models import User
from tests.feedback import histories
from tests.personas import DAY, NOON

MARCH = date(2026, 3, 1)
FEBRUARY = date(2026, 2, 1)


def line(amount: str = "1200", month: date = FEBRUARY, source: str = "paid search",
         currency: str = "EUR") -> Line:  # fmt: skip
    return Line(source, month, Decimal(amount), currency)


@pytest.mark.parametrize(
    "text",
    [
        "paid search, 2026-02, 1200, EUR",
        "Source;Month;Amount;Currency\nPaid  Search;2026-02-01;1200;eur\n",
        '\n"paid search"\t2026-2\t1,200\tEUR\r\n\r\n',
    ],
)
def test_costs_are_read_as_people_paste_them(text: str) -> None:
    assert read(text) == [line()]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "at least one line"),
        ("paid search, 2026-02, 1200", "Line 1: give source, month, amount and currency"),
        ("a, 2026-02, 1, EUR\nb, 2026-13, 1, EUR", "Line 2: '2026-13' is not a month"),
        ("a, 2026-02, -5, EUR", "is not an amount"),
        ("a, 2026-02, nan, EUR", "is not an amount"),
        ("a, 2026-02, 5, XXX", "is not a currency"),
        ("a, 2026-02, 5.5, JPY", "Amounts in JPY have whole numbers"),
        (" , 2026-02, 5, EUR", "a source has a name"),
        ("x" * 121 + ", 2026-02, 5, EUR", "at most 120"),
        ("a, 2026-02, 5, EUR\nA, 2026-02, 6, EUR", "stands twice"),
        ("a\x00, 2026-02, 5, EUR", "no text"),
        ("a, 2026-02, 5, EUR\n" * (MOST_LINES + 1), "more than"),
        ("z" * 1_000_000, "more than"),
    ],
)
def test_what_cannot_be_read_is_said_by_line(text: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read(text)


@pytest.mark.django_db
def test_a_correction_is_another_row(mark: User) -> None:
    assert tell_costs([line()], by=mark, at=NOON - DAY, via=Via.WEB) == 1
    assert tell_costs([line("900")], by=mark, at=NOON, via=Via.WEB) == 1
    assert tell_costs([line("900.00")], by=mark, at=NOON, via=Via.WEB) == 0

    assert [str(cost.amount) for cost in Cost.objects.order_by("pk")] == ["1200.000", "900.000"]
    table = cost_by_source(Period(NOON - 60 * DAY, NOON, NOON))
    assert [row[2] for row in table.rows] == [900]
    assert JournalLine.objects.filter(kind="feedback.costs_told").count() == 2


@pytest.mark.django_db
def test_who_may_not_tell_does_not(vera: User, mark: User) -> None:
    with pytest.raises(PermissionDenied):
        tell_costs([line()], by=vera, at=NOON, via=Via.WEB)
    with pytest.raises(PermissionDenied):
        assume(discount=Decimal(0), margin=Decimal(1), years=3, by=mark, at=NOON, via=Via.WEB)
    with pytest.raises(Refused, match="has not begun"):
        tell_costs([line(month=date(2026, 4, 1))], by=mark, at=NOON, via=Via.WEB)


@pytest.mark.django_db
def test_what_is_assumed_is_kept_by_whom_and_holds_from_then_on(rita: User) -> None:
    assume(discount=Decimal("0.08"), margin=Decimal("0.7"), years=3, by=rita, at=NOON, via=Via.WEB)

    assert (assumptions().discount, assumptions().margin, assumptions().years) == (0.08, 0.7, 3)
    assert assumptions(at=NOON - DAY).years == 5
    assert Assumed.objects.get().by == rita
    assert "70 % of margin" in JournalLine.objects.get(kind="feedback.value_assumed").said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("discount", "margin", "years"),
    [("-0.1", "1", 5), ("0.1", "1.1", 5), ("nan", "1", 5), ("0.1", "1", 0)],
)
def test_what_cannot_be_assumed(discount: str, margin: str, years: int, rita: User) -> None:
    with pytest.raises(Refused):
        assume(discount=Decimal(discount), margin=Decimal(margin), years=years, by=rita, at=NOON,
               via=Via.WEB)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [4, 5])
def test_costs_are_divided_by_who_came_in_the_same_days(seed: int, mark: User, sal: User) -> None:
    random, period = Random(seed), Period(NOON - 200 * DAY, NOON, NOON)
    leads = histories.people(random, 200)
    histories.told(random, leads)
    histories.moved(random, leads)
    histories.deals(random, leads, sal)
    months = [one.date() for one in pd.date_range("2025-06-01", "2026-03-01", freq="MS")]
    lines = [line(str(random.randrange(1, 900)), month, source, "EUR")
             for month in months for source in histories.SOURCES[:2]]  # fmt: skip
    tell_costs(lines, by=mark, at=NOON, via=Via.WEB)

    rows = cost_by_source(period).rows

    assert len(rows) == 2
    for source, currency, cost, marketed, per_mql, _, _, customers, _, won, back in rows:
        assert (currency, cost) == ("EUR", pytest.approx(_spent(lines, str(source), period)))
        mine = list(Standing.objects.filter(source=source))
        assert marketed == sum(_within(one.marketed_at, period) for one in mine)
        assert customers == sum(_within(one.customer_at, period) for one in mine)
        assert per_mql == pytest.approx(cost / marketed)
        earned = sum(
            float(deal.amount or 0)
            for deal in Deal.objects.filter(outcome="won", currency="EUR").select_related("lead")
            if _within(deal.closed_at, period)
            and deal.lead.canonical_id in {one.lead_id for one in mine}
        ) + _by_purchases(mine, period)
        assert (won, back) == (pytest.approx(earned), pytest.approx(earned / cost))


def _within(at: object, period: Period) -> bool:
    return at is not None and period.since <= at < period.until  # type: ignore[operator]


def _spent(lines: list[Line], source: str, period: Period) -> float:
    """A day at a time."""
    total, day = 0.0, period.since.date()
    told = {(one.source, one.month): float(one.amount) for one in lines}
    while day <= period.until.date():
        total += told[source, day.replace(day=1)] / pd.Period(day, "M").days_in_month
        day += DAY
    return total


def _by_purchases(mine: list[Standing], period: Period) -> float:
    """The first year of what was bought with deals that have no amount."""
    ids, total = {one.lead_id for one in mine}, 0.0
    for deal in Deal.objects.filter(outcome="won", amount=None, currency="EUR"):
        if deal.lead.canonical_id in ids and _within(deal.closed_at, period):
            for one in deal.purchases.all():
                if one.known_at <= NOON and (one.withdrawn_at or NOON + DAY) > NOON:
                    total += float(one.amount) * (12 if one.period == "month" else 1)
    return total


def test_every_journal_kind_is_on_the_page() -> None:
    root = Path(__file__).resolve().parents[3]
    code = (root / "handraise/feedback/value/actions.py").read_text()
    page = (root / "docs/steps/feedback.md").read_text()

    kinds = set(re.findall(r'"(feedback\.[a-z_]+ed|feedback\.[a-z_]+told)"', code))

    assert len(kinds) == 2
    assert {kind for kind in kinds if f"`{kind}`" not in page} == set()
