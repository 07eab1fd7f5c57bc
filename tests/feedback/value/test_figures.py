"""The tables of value against the same figures made another way from the raw rows."""

from __future__ import annotations

from datetime import date
from random import Random

import pandas as pd
import pytest

from handraise.deals.decide import Bought, months_later, payments
from handraise.deals.decide import Period as Paid
from handraise.deals.models import Deal, Purchase
from handraise.feedback.standing.models import Standing
from handraise.feedback.tabular import Period, Table
from handraise.feedback.value import queries, tables
from handraise.feedback.value.statements import LIFETIME
from handraise.handover.models import Handover
from handraise.leads.bulk import rows_of
from handraise.team.models import Team, User
from tests.feedback import histories
from tests.personas import DAY, NOON

pytestmark = pytest.mark.django_db
YEAR = Period(NOON - 365 * DAY, NOON, NOON)
TODAY = NOON.date()


@pytest.fixture(params=[1, 2, 3])
def history(request: pytest.FixtureRequest, sales_team: Team, sal: User) -> None:
    random = Random(request.param)
    leads = histories.people(random, 160)
    histories.told(random, leads)
    histories.moved(random, leads)
    histories.offers(random, leads, sales_team)
    histories.deals(random, leads, sal)


def purchases() -> pd.DataFrame:
    """What counts as bought, a row each, by plain Python over the rows."""
    rows = []
    for deal in Deal.objects.filter(outcome="won").select_related("lead"):
        if deal.closed_at is None or deal.closed_at > NOON:
            continue
        told = [one for one in Purchase.objects.filter(deal=deal)
                if one.known_at <= NOON and (one.withdrawn_at or NOON + DAY) > NOON]  # fmt: skip
        everything = [one.bought for one in told]
        if not told and deal.amount:
            everything = [Bought(deal.amount, deal.currency, Paid.ONCE, TODAY, None, None)]
        rows += [(deal.pk, deal.lead.canonical_id, deal.closed_at, one) for one in everything]
    return pd.DataFrame(rows, columns=["deal", "lead", "closed", "bought"])


def test_what_customers_bought_is_counted_payment_by_payment(history: None) -> None:
    expected = []
    for row in purchases().itertuples():
        one: Bought = row.bought
        if one.starts_on > TODAY:
            continue
        paid = payments(one, TODAY)
        endless = Bought(one.amount, one.currency, one.period, one.starts_on)
        share = 0.25 if one.margin is None else float(one.margin)
        expected.append((f"lead {row.lead}", one.currency, str(one.period),
                         float(one.amount) * share, one.margin is None, paid,
                         payments(endless, TODAY) > paid))  # fmt: skip

    found = rows_of(LIFETIME, {"at": NOON, "today": TODAY, "margin": 0.25})

    assert len(found) > 60
    assert sorted(found) == sorted(expected)


def test_payments_are_counted_as_deals_count_them_on_every_day_of_a_month(
    sal: User, sales_team: Team
) -> None:
    random = Random(9)
    (one,) = histories.people(random, 1)
    histories.deals(Random(0), [one] * 20, sal)
    deal = Deal.objects.filter(outcome="won")[0]
    Deal.objects.filter(pk=deal.pk).update(closed_at=NOON - DAY)
    Purchase.objects.all().delete()
    for number in range(80):
        begins = date(2023, 10, 28) + number * DAY
        for period in ("month", "year"):
            Purchase.objects.create(deal=deal, amount=1, currency="EUR", period=period,
                                    starts_on=begins, known_at=NOON)  # fmt: skip
    every = [one.bought for one in Purchase.objects.all()]
    for day in (date(2024, 2, 29), date(2025, 2, 28), date(2025, 4, 30), months_later(TODAY, 1)):
        asked = {"at": NOON, "today": day, "margin": 1.0}
        found = [row for row in rows_of(LIFETIME, asked) if row[2] != "once"]

        assert sorted(row[5] for row in found) == sorted(payments(x, day) for x in every)


def worth() -> pd.DataFrame:
    """Lead, instant, currency and amount of each won deal."""
    rows = []
    bought = purchases()
    for deal in Deal.objects.filter(outcome="won", closed_at__lte=NOON).select_related("lead"):
        if deal.amount:
            rows.append((deal.lead.canonical_id, deal.closed_at, deal.currency, float(deal.amount)))
            continue
        for one in bought[bought.deal == deal.pk].bought:
            times = 12 if one.period == "month" else 1
            rows.append((deal.lead.canonical_id, deal.closed_at, one.currency,
                         times * float(one.amount)))  # fmt: skip
    return pd.DataFrame(rows, columns=["lead", "closed", "currency", "amount"])


def mqls() -> pd.DataFrame:
    tables.fresh(at=NOON)
    return pd.DataFrame(
        Standing.objects.filter(marketed_at__gte=YEAR.since, marketed_at__lt=YEAR.until).values(
            "lead_id", "source", "marketed_at", "customer_at"
        )
    )


def cells(table: Table) -> dict[tuple[object, object], tuple[object, ...]]:
    """Rows by currency and name."""
    return {(row[0], row[1]): row[2:] for row in table.rows}


def won_by(cohort: pd.DataFrame, name: str) -> dict[tuple[object, object], tuple[object, ...]]:
    joined = cohort.merge(worth(), left_on="lead_id", right_on="lead")
    joined = joined[joined.closed >= joined.marketed_at]
    found = {}
    for currency in sorted(joined.currency.unique()):
        mine = joined[joined.currency == currency]
        for group, rows in cohort.groupby(name):
            total = mine[mine[name] == group].amount.sum()
            each = total / len(rows) if len(rows) >= 20 else None
            paying = mine[mine[name] == group].lead_id.nunique()
            found[currency, group] = (
                len(rows), int(rows.customer_at.notna().sum()), paying, total, each,
            )  # fmt: skip
    return found


def same(found: dict[tuple[object, object], tuple[object, ...]],
         expected: dict[tuple[object, object], tuple[object, ...]]) -> bool:  # fmt: skip
    return found.keys() == expected.keys() and all(
        found[key][:5] == pytest.approx(expected[key]) for key in expected
    )


def test_won_by_source(history: None) -> None:
    cohort = mqls()
    cohort["name"] = cohort.source.replace("", "not known")

    found = cells(tables.value_by_source(YEAR))

    assert same(found, won_by(cohort, "name"))
    paying = {(code, row[2]) for (code, name), row in found.items() if name == "not known"}
    assert len(paying) > 1, "each currency has customers of its own"


def test_won_by_score_in_tens(history: None) -> None:
    cohort = mqls()
    first: dict[int, float] = {}
    for one in Handover.objects.order_by("offered_at", "pk").select_related("lead"):
        if one.offered_at <= NOON:
            first.setdefault(one.lead.canonical_id, one.priority)
    cohort["name"] = [
        "not offered" if pk not in first else
        ("90 to 100" if first[pk] >= 90 else f"{int(first[pk] // 10) * 10} to "
         f"{int(first[pk] // 10) * 10 + 9}")
        for pk in cohort.lead_id
    ]  # fmt: skip

    assert same(cells(tables.value_by_score(YEAR)), won_by(cohort, "name"))


def test_thirds_part_the_mqls_evenly(history: None) -> None:
    found = cells(tables.value_by_score(YEAR, bands="thirds"))

    sizes = [
        row[0] for (code, name), row in found.items() if code == "EUR" and "third" in str(name)
    ]
    assert len(sizes) == 3
    assert max(sizes) - min(sizes) <= 3  # equal priorities stay together


def test_the_pipeline_created(history: None) -> None:
    rows = [
        (deal.currency, deal.stage.name, float(deal.amount or 0),
         float(deal.amount or 0) * deal.stage.probability / 100, deal.amount is None)
        for deal in Deal.objects.select_related("stage")
        if YEAR.since <= deal.opened_at < YEAR.until
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["currency", "stage", "amount", "weighted", "without"])
    expected = frame.groupby(["currency", "stage"]).agg(
        deals=("amount", "size"), without=("without", "sum"), amount=("amount", "sum"),
        weighted=("weighted", "sum"),
    )  # fmt: skip

    found = {(row[0], row[1]): row[3:] for row in tables.pipeline_created(YEAR).rows}

    assert {key: pytest.approx(tuple(row)) for key, *row in expected.itertuples()} == found


def test_a_currency_asked_for_stands_alone(history: None) -> None:
    everything = tables.value_by_source(YEAR)
    alone = tables.value_by_source(YEAR, currency="USD")

    assert alone.rows == tuple(row[1:] for row in everything.rows if row[0] == "USD")
    assert "Won, USD" in [column.name for column in alone.columns]


def test_figures_hold_for_the_day_that_is_asked_for(history: None) -> None:
    early = queries.lifetimes(at=NOON - 200 * DAY)
    late = queries.lifetimes(at=NOON)

    assert early.found[0].purchases < late.found[0].purchases
    assert Deal.objects.filter(closed_at__gt=NOON - 200 * DAY).exists()
