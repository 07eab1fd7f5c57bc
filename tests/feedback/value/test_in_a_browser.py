"""Value and attribution in a real browser: both themes, phone width, no violation of access."""

from __future__ import annotations

from random import Random

import pytest

from handraise.deals.models import Deal, Purchase
from handraise.deals.pipeline import ship
from handraise.feedback.value.actions import tell_costs
from handraise.feedback.value.reading import read
from handraise.leads.decide import Via
from handraise.team.models import Team, User
from tests.browser import Visit, dressed
from tests.feedback import histories
from tests.personas import NOON

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SPAN = "?since=2025-04-01&until=2026-03-04"


@pytest.fixture
def company(sales_team: Team, sal: User, mark: User) -> None:
    """Some hundred leads who did and bought things, and what their sources cost."""
    ship()
    random = Random(7)
    leads = histories.people(random, 500)
    histories.told(random, leads)
    histories.moved(random, leads)
    histories.offers(random, leads, sales_team)
    histories.deals(random, leads, sal)
    histories.acts(random, leads)
    lines = "paid search, 2026-02, 1200, EUR\nnewsletter, 2026-02, 80, EUR\nfair, 2026-01, 5, USD"
    tell_costs(read(lines), by=mark, at=NOON, via=Via.WEB)


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_the_pages_are_whole_in_every_dress(
    visit: Visit, dress: str, company: None, rita: User
) -> None:
    visit.sign_in(rita)
    visit.page = dressed(visit.page.context, dress)

    assert visit.troubles(
        [
            f"/feedback/value/{SPAN}", f"/feedback/attribution/{SPAN}", "/feedback/value/costs/",
            f"/feedback/attribution/{SPAN}&by=content&share=sqls",
        ]
    ) == []  # fmt: skip


def test_in_one_currency_there_is_a_chart_and_the_table_says_the_same(
    visit: Visit, company: None, mark: User
) -> None:
    Purchase.objects.filter(currency="USD").delete()
    Deal.objects.filter(currency="USD").update(currency="EUR")
    visit.sign_in(mark)

    page = visit.go(f"/feedback/value/{SPAN}")

    assert "A customer is worth" in page.inner_text("h1")
    assert page.locator("svg.chart").count() >= 2
    assert page.locator("h2", has_text="Won by source, per MQL").count() == 1
    assert "paid search" in page.inner_text("main")


def test_costs_are_told_with_the_keyboard(visit: Visit, mark: User) -> None:
    visit.sign_in(mark)
    page = visit.go("/feedback/value/costs/")

    page.focus("#id_lines")
    page.keyboard.type("fair, 2026-02, 1200, EUR")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert "1,200 EUR" in page.inner_text("main")


def test_choosing_what_is_shared_shows_it_at_once(visit: Visit, company: None, mark: User) -> None:
    visit.sign_in(mark)
    page = visit.go(f"/feedback/attribution/{SPAN}")

    with page.expect_navigation():
        page.select_option("#id_by", "content")

    assert "The handbook" in page.inner_text("main")
    assert "<b>Fuel & costs</b>" in page.inner_text("main")
