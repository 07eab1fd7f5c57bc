"""The pages of value and attribution: odd histories in sentences, forms, and who may tell."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from handraise.deals.actions import lose, win
from handraise.deals.decide import Period as Paid
from handraise.deals.models import Deal
from handraise.feedback.value.models import Assumed, Cost
from handraise.kit.clock import now
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.deals.conftest import agreed, at_stage, bought, deal_with, reason_called
from tests.desk.conftest import client_of

__all__ = ["agreed"]
pytestmark = pytest.mark.django_db
PAGES = ("value", "attribution")


def page(client: Client, name: str, query: str = "") -> str:
    answer = client.get(reverse(name) + query)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "nan" not in text.replace("finance", "").lower().split()
    assert ">inf<" not in text
    return text


def won(name: str, by: User, *, currency: str = "EUR", amount: str | None = "1200",
        **purchase: object) -> Lead:  # fmt: skip
    lead, at = at_stage(name), now()
    deal = deal_with(lead, by, amount=amount, currency=currency, at=at)
    what = bought(currency=currency, **purchase) if purchase else None  # type: ignore[arg-type]
    win(deal, bought=what, by=by, at=at, via=Via.WEB)
    return lead


@pytest.mark.parametrize("name", PAGES)
def test_an_empty_installation_teaches_the_next_step(name: str, rita: User) -> None:
    text = page(client_of(rita), name)

    assert "Not enough data yet" in text
    assert 'class="empty"' in text


def test_one_deal_one_lost_and_a_mix_of_currencies(agreed: object, sal: User, rita: User) -> None:
    today = now().date()
    won("Ada", sal, period=Paid.MONTH, starts_on=today - timedelta(days=500), margin="0",
        ends_on=today - timedelta(days=20))  # fmt: skip
    won("Bob", sal, currency="USD", amount=None, period=Paid.YEAR, margin=None,
        starts_on=today + timedelta(days=90))  # fmt: skip
    won("Cleo", sal, currency="JPY", amount="500")
    lost = deal_with(at_stage("Dan"), sal, at=now())
    lose(lost, reason=reason_called("Price"), by=sal, at=now(), via=Via.WEB)

    text = page(client_of(rita), "value")

    assert "Not enough data yet to say what a customer is worth." in text
    assert "since they have not begun: 1." in text
    assert "never added" in text
    assert "4 deals were opened" in text


def test_twenty_customers_are_worth_something(agreed: object, sal: User, rita: User) -> None:
    for number in range(20):
        won(f"P{number}", sal, period=Paid.MONTH, amount=str(100 + number), margin="0.5",
            starts_on=now().date() - timedelta(days=40 * number))  # fmt: skip
    Deal.objects.update(company=None)  # else all are one customer

    text = page(client_of(rita), "value")

    assert "A customer is worth" in text
    assert 'class="chart"' in text


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    "query",
    [
        "?since=2099-01-01&until=2099-12-31", "?since=2026-05-01&until=2026-01-01",
        "?since=tomorrow", "?since=2000-01-01&until=2000-01-01", "?bands=nonsense&by=%00&share=XXX",
        "?by=content&share=sqls", "?bands=thirds&by=campaign",
    ],
)  # fmt: skip
def test_odd_questions_get_an_answer(
    name: str, query: str, agreed: object, sal: User, rita: User
) -> None:
    Lead.objects.filter(pk=won("Ada", sal).pk).update(stage=Stage.CUSTOMER)

    assert page(client_of(rita), name, query)


def test_costs_are_pasted_and_corrected(mark: User) -> None:
    client = client_of(mark)
    told = {"lines": "paid search, 2026-02, 1200, EUR\nfair, 2026-02, 99.50, USD"}

    assert client.post(reverse("value_costs_told"), told).status_code == 302
    told["lines"] = "paid search, 2026-02, 1000, EUR"
    client.post(reverse("value_costs_told"), told)

    assert Cost.objects.count() == 3
    text = page(client, "value_costs")
    assert "1,000 EUR" in text
    assert "1,200 EUR" in text
    assert "Mark" in text


def test_what_cannot_be_kept_stands_in_its_field_again(mark: User) -> None:
    told = {"lines": "<script>alert(1)</script>, 2026-99, 1200, EUR"}

    text = client_of(mark).post(reverse("value_costs_told"), told).content.decode()

    assert "is not a month" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;, 2026-99" in text
    assert not Cost.objects.exists()


def test_assumptions_are_told_in_percent(rita: User) -> None:
    told = {"discount": "8", "margin": "72.5", "years": "3"}

    assert client_of(rita).post(reverse("value_assumed"), told).status_code == 302

    assert Assumed.objects.get().margin == Decimal("0.725")
    assert "Said by Rita" in page(client_of(rita), "value_costs")
    bad = client_of(rita).post(reverse("value_assumed"), {**told, "years": "900"})
    assert "less than or equal to 20" in bad.content.decode()


def test_a_name_that_is_html_is_shown_as_text(
    agreed: object, sal: User, rita: User, mark: User
) -> None:
    client_of(mark).post(reverse("value_costs_told"), {"lines": "<b>x</b>, 2026-02, 5, EUR"})

    assert "<b>x</b>" not in page(client_of(rita), "value", "?since=2026-01-01")
    assert "&lt;b&gt;x&lt;/b&gt;" in page(client_of(rita), "value", "?since=2026-01-01")
