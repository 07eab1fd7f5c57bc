"""Many leads at once in a real browser: choose five, preview, do, undo; no trouble in any dress."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from handraise.desk.bulk import actions
from handraise.desk.bulk.decide import Deed
from handraise.leads import cards
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.desk.bulk.conftest import done, previewed, undone
from tests.lists.conftest import fixed
from tests.personas import NOON
from tests.world import lead

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def seven() -> list[int]:
    """Seven leads that were seen."""
    ids = [lead(f"Lead{number}", "page").pk for number in range(7)]
    cards.look_when_seen(ids)
    return ids


def test_five_are_chosen_previewed_tagged_and_let_go_again(
    visit: Visit, seven: list[int], mia: User
) -> None:
    page = visit.sign_in(mia).go("/leads/")
    page.get_by_label("Choose every lead on this page").check()
    expect(page.get_by_text("7 chosen")).to_be_visible()
    for number in (0, 1):
        page.get_by_label(f"Choose Lead{number}").uncheck()
    expect(page.get_by_text("5 chosen")).to_be_visible()
    page.get_by_role("button", name="Go on with the chosen").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("5 leads chosen")
    page.get_by_label("Tag").fill("VIP")
    page.get_by_role("button", name="Add…").click()
    expect(page.get_by_role("heading", name="5 leads will change")).to_be_visible()
    page.get_by_role("button", name="Tag with VIP").click()
    expect(page.get_by_role("heading", name="5 leads changed")).to_be_visible()
    assert Lead.objects.filter(tags=["VIP"]).count() == 5

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="5 leads have back what they had")).to_be_visible()
    assert not Lead.objects.filter(tags=["VIP"]).exists()


def test_what_is_found_while_typing_can_be_chosen(
    visit: Visit, seven: list[int], mia: User
) -> None:
    page = visit.sign_in(mia).go("/leads/")
    page.get_by_label("Search leads").press_sequentially("lead3")
    expect(page.locator("tbody tr")).to_have_count(1)

    page.get_by_role("button", name="Go on with all 1 that match").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("1 lead chosen")


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_the_pages_of_bulk_actions_pass_axe(
    dress: str, visit: Visit, seven: list[int], rita: User
) -> None:
    fixed(rita)
    chosen = actions.choose(Lead.objects.all(), by=rita, at=NOON)
    tagged = done(seven[:3], Deed.TAG, rita, tag="VIP")
    looked_at = previewed(seven, Deed.TAG, rita, tag="VIP")
    gone = undone(done(seven[3:], Deed.TAG, rita, tag="other"), rita)
    visit.sign_in(rita)
    worn = Visit(dressed(visit.page.context, dress), visit.origin)

    shown = [f"/bulk/{one.pk}/" for one in (chosen, tagged, looked_at, gone)]
    assert not worn.troubles(["/leads/", "/leads/?tag=VIP", "/bulk/", *shown])
