"""Questions are answered with the keyboard, a lead is put aside in one step, nothing is amiss."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from handraise.agreement.queries import Published
from handraise.kit import clock
from handraise.leads.actions import log_activity
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.qualification.actions import move_by_hand
from handraise.qualification.frameworks.actions import write
from handraise.qualification.models import Answer, Return
from handraise.team.models import User
from tests.browser import PHONE, Visit
from tests.qualification.conftest import ASKING, answered
from tests.qualification.test_frameworks import OURS
from tests.world import in_force, lead

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def agreed(mark: User, mia: User) -> Published:
    return in_force(mark, mia, ASKING)


@pytest.fixture
def ada(agreed: Published, mia: User) -> Lead:
    """Accepted, called, and half asked."""
    made = lead("Ada", "Demo Requested", title="Head of Sales", at=clock.now())
    Lead.objects.filter(pk=made.pk).update(stage=Stage.SALES_ACCEPTED)
    made.refresh_from_db()
    log_activity(
        made, name="Called", properties={"note": "x" * 300}, occurred_at=clock.now(), by=mia,
        at=clock.now(), via=Via.WEB,
    )  # fmt: skip
    answered(made, "need", "Vague need", mia, at=clock.now())
    answered(made, "need", "Clear need", mia, at=clock.now(), text="They said so. " * 30)
    answered(made, "budget", "No budget", mia, at=clock.now())
    return made


def test_a_question_is_answered_by_keys_alone(visit: Visit, ada: Lead, mia: User) -> None:
    page = visit.sign_in(mia).go(f"/lead/{ada.pk}/")
    page.get_by_role("link", name="Answer Authority").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio", name="Decides alone")).to_be_focused()
    page.keyboard.press("Space")
    card = page.locator("#qualification")
    card.get_by_label("In which words").fill("Up to this sum I sign myself.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("Answered: Authority.")
    expect(page.locator("#qualification")).to_contain_text("Decides alone")
    assert Answer.objects.get(question="authority").quote == "Up to this sum I sign myself."


def test_a_lead_is_put_aside_in_one_step(visit: Visit, ada: Lead, mia: User) -> None:
    page = visit.sign_in(mia).go(f"/lead/{ada.pk}/")
    page.get_by_role("button", name="Not now…").click()
    page.get_by_role("radio", name="Needs the board").check()
    page.get_by_label("What did they say?").fill("Meets in May.")
    page.get_by_role("button", name="Put aside").click()

    expect(page.get_by_role("status")).to_contain_text("Moved to Nurture.")
    assert Return.objects.get().reason == "Needs the board: Meets in May."


@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_amiss_on_its_pages(
    visit: Visit, ada: Lead, mia: User, rita: User, size: str, scheme: str
) -> None:
    own = write(OURS, by=rita, at=clock.now(), via=Via.WEB)
    ben = lead("Ben", at=clock.now())
    Lead.objects.filter(pk=ben.pk).update(stage=Stage.SALES_ACCEPTED)
    move_by_hand(
        ben, to=Stage.SALES_QUALIFIED, reason="The board " * 30, override=True, by=rita,
        at=clock.now(), via=Via.WEB,
    )  # fmt: skip
    visit.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    if size == "phone":
        visit.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    visit.sign_in(rita)
    paths = [
        f"/lead/{ada.pk}/", f"/lead/{ada.pk}/answers/?question=need", f"/lead/{ben.pk}/answers/",
        f"/lead/{ada.pk}/missing/", "/frameworks/", f"/frameworks/{own.pk}/", "/frameworks/new/",
        "/feedback/", "/agreement/",
    ]  # fmt: skip

    assert visit.troubles(paths) == []
