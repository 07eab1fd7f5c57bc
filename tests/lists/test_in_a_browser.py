"""Lists in a real browser: counted while typing, and no trouble in any dress."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.lists.conftest import by_condition, fixed
from tests.world import lead

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_leads_are_counted_while_typing_and_the_list_is_kept(visit: Visit, mia: User) -> None:
    lead("Ada", "page", country="Germany")
    page = visit.sign_in(mia).go("/lists/new/")

    page.get_by_label("Row 1: fact, score or activity").fill("country")
    page.get_by_label("Value").first.fill("germany")
    expect(page.locator("#count")).to_contain_text("Holds for 1 of 1 leads")
    page.get_by_label("Name").fill("Germans")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Germans")
    page.get_by_role("link", name="Show its leads").click()
    expect(page.get_by_role("status")).to_contain_text("1 lead")


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_the_pages_of_lists_pass_axe(
    dress: str,
    visit: Visit,
    mia: User,
) -> None:
    ada = lead("Ada", "page", country="Germany")
    germans = by_condition("all: [{country: germany}, {did: {event: page}}]", mia)
    by_hand = fixed(mia, is_shared=True)
    visit.sign_in(mia)
    worn = Visit(dressed(visit.page.context, dress), visit.origin)

    paths = [
        "/lists/", "/lists/new/", "/lists/new/?mode=text", "/lists/new/fixed/",
        f"/lists/{germans.pk}/", f"/lists/{by_hand.pk}/", f"/lists/{germans.pk}/edit/",
        f"/lists/{by_hand.pk}/edit/", f"/leads/?list={germans.pk}", f"/lead/{ada.pk}/background/",
    ]  # fmt: skip
    assert not worn.troubles(paths)
