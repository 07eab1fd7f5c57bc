"""The pipeline as people meet it: by keyboard, without a script, on a phone, in both themes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from handraise.agreement.queries import Published
from handraise.deals.actions import lose, win
from handraise.deals.models import Deal
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.deals.conftest import at_stage, bought, deal_with, reason_called

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def buyer(agreed: Published) -> Lead:
    return at_stage("Bea", company="Bea Works")


def test_a_card_is_moved_by_the_keyboard(visit: Visit, buyer: Lead, sal: User) -> None:
    deal = deal_with(buyer, sal, at=clock.now())
    page = visit.sign_in(sal).go("/pipeline/")
    page.get_by_text("Move Pilot").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Proposal").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("Pilot is in Proposal now.")
    expect(page.get_by_role("region", name="Proposal").get_by_role("link", name="Pilot")
           ).to_be_focused()  # fmt: skip
    deal.refresh_from_db()
    assert deal.stage.name == "Proposal"


def test_the_board_is_searched_while_one_types(visit: Visit, buyer: Lead, sal: User) -> None:
    for name in ("Pilot", "Roll-out"):
        deal_with(buyer, sal, name=name, at=clock.now())
    page = visit.sign_in(sal).go("/pipeline/")

    page.get_by_label("Search deals").press_sequentially("roll")

    expect(page.get_by_role("link", name="Pilot")).to_have_count(0)
    expect(page.get_by_role("link", name="Roll-out")).to_be_visible()
    expect(page).to_have_url(f"{visit.origin}/pipeline/?q=roll&owner=")


def test_a_refused_purchase_keeps_what_was_typed(visit: Visit, buyer: Lead, sal: User) -> None:
    deal = deal_with(buyer, sal, at=clock.now())
    win(deal, by=sal, at=clock.now(), via=Via.WEB)
    page = visit.sign_in(sal).go(f"/deal/{deal.pk}/")
    page.get_by_role("button", name="Add a purchase").click()
    page.get_by_label("Amount").fill("12.345")
    page.get_by_role("button", name="Add", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("at most 2 decimals")
    expect(page.get_by_label("Amount")).to_have_value("12.345")


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_the_pages_of_deals_pass_axe(
    dress: str, visit: Visit, buyer: Lead, sal: User, rita: User
) -> None:
    at = clock.now()
    stale = deal_with(buyer, sal, name="Forty seats for the long summer", at=at)
    Deal.objects.update(opened_at=at - timedelta(days=50), expected_close=at.date() - timedelta(9))
    won, lost = deal_with(buyer, rita, at=at), deal_with(buyer, rita, currency="USD", at=at)
    win(won, bought=bought(), by=rita, at=at, via=Via.WEB)
    lose(lost, reason=reason_called("Price"), by=rita, at=at, via=Via.WEB)
    visit.sign_in(rita)
    worn = Visit(dressed(visit.page.context, dress), visit.origin)

    assert not worn.troubles([
        "/pipeline/", "/pipeline/?q=nobody", "/pipeline/deals/", "/pipeline/deals/?q=nobody",
        "/pipeline/new/", "/pipeline/new/?q=nobody", f"/pipeline/new/?lead={buyer.pk}",
        "/settings/pipeline/", f"/lead/{buyer.pk}/", f"/company/{buyer.company_id}/",
        f"/deal/{stale.pk}/", f"/deal/{won.pk}/", f"/deal/{lost.pk}/", f"/deal/{stale.pk}/edit/",
        f"/deal/{stale.pk}/win/", f"/deal/{stale.pk}/lose/", f"/deal/{won.pk}/lose/",
    ])  # fmt: skip


def test_an_empty_pipeline_passes_axe(visit: Visit, sal: User) -> None:
    assert not visit.sign_in(sal).troubles(["/pipeline/", "/pipeline/deals/", "/pipeline/new/"])
