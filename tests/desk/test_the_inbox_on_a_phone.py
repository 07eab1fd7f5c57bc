"""On a phone the queue stands alone: nothing is done about a lead, or opened, that nobody chose."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from handraise.handover.models import Handover, Opening
from handraise.team.models import User
from tests.browser import PHONE, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ACTS = ("Log a touch", "Note")


def test_the_queue_shows_no_acts_of_a_brief_that_is_not_read(
    visit: Visit, handover: Handover, mia: User
) -> None:
    visit.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page = visit.sign_in(mia).go("/inbox/")
    page.wait_for_load_state("networkidle")

    for act in ACTS:
        expect(page.get_by_role("button", name=act)).to_be_hidden()
    assert not Opening.objects.exists()

    page.locator("[data-offer]").first.click()
    for act in ACTS:
        expect(page.get_by_role("button", name=act)).to_be_visible()
    assert Opening.objects.count() == 1


def test_beside_the_queue_the_first_brief_is_opened_as_it_is_seen(
    visit: Visit, handover: Handover, mia: User
) -> None:
    page = visit.sign_in(mia).go("/inbox/")
    with page.expect_response(lambda answer: answer.url.endswith("/openings/")):
        page.reload()

    expect(page.get_by_role("button", name="Note")).to_be_visible()
    assert Opening.objects.count() == 1
