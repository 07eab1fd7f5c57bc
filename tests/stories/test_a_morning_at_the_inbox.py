"""A morning of sales development in a real browser: ten leads by keys alone, a race, a manager."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from handraise.handover.decide import Kind
from handraise.handover.models import Acceptance, Handover, Rejection
from handraise.leads.decide import Stage
from handraise.leads.models import Activity
from handraise.scoring.models import Score
from handraise.talk.models import Note
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.browser import Answering, Visit, dressed
from tests.desk.conftest import offered
from tests.personas import NOON, person
from tests.world import AGREEMENT, in_force

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hana", "Ivo", "Jana")
BY_HAND = AGREEMENT.replace("team: Sales development}", "team: Sales development, by: hand}")


def _left(page: Page, count: int) -> None:
    """The queue has so many, and the first of them is there to be answered."""
    expect(page.locator("[data-offer]")).to_have_count(count)
    if count:
        name = page.locator("[data-offer]").first.locator(".strong").inner_text()
        expect(page.locator(".brief-head h1")).to_have_text(name)


def test_ten_leads_are_cleared_with_the_keyboard_alone(visit: Visit, mark: User, mia: User) -> None:
    in_force(mark, mia)
    for name in NAMES:
        offered(name)
    page = visit.sign_in(mia).go("/inbox/")
    _left(page, 10)

    for left in range(9, 2, -1):  # seven are taken
        page.keyboard.press("a")
        _left(page, left)
    page.keyboard.press("z")  # the last one was a mistake
    expect(page.get_by_role("status")).to_contain_text("waits for your answer again")
    expect(page.locator("[data-offer]")).to_have_count(4)
    page.keyboard.press("t")  # called them first
    expect(page.get_by_role("radio", name="We called them")).to_be_focused()
    for key in ("Tab", *"Nice", "Tab", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("status")).to_contain_text("Logged: we called them.")
    page.keyboard.press("n")
    expect(page.get_by_label("What colleagues should know")).to_be_focused()
    for key in (*"Wants", "Tab", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("status")).to_contain_text("Written down.")
    page.keyboard.press("a")
    _left(page, 3)
    for left in (2, 1, 0):  # three go back, with the second reason and a word
        page.keyboard.press("r")
        expect(page.get_by_role("radio", name="No need yet")).to_be_focused()
        for key in ("ArrowDown", "Tab", *"Spring", "Tab", "Enter"):
            page.keyboard.press(key)
        _left(page, left)

    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    assert Acceptance.objects.filter(by=mia).count() == 7
    assert set(Rejection.objects.values_list("reason", "note")) == {("Not now", "Spring")}
    assert Note.objects.get().text == "Wants"
    assert Activity.objects.get(name="Called").properties == {"note": "Nice"}
    assert Handover.objects.filter(ended_at=None).count() == 0


def test_two_race_for_one(
    chromium: Browser, visit: Visit, mark: User, mia: User, nils: User
) -> None:
    in_force(mark, mia, BY_HAND)
    made = offered("Ada")
    mine = visit.sign_in(mia).go(f"/inbox/{made.pk}/")
    with Answering():
        context = chromium.new_context()
        other = Visit(context.new_page(), visit.origin)
        theirs = other.sign_in(nils).go(f"/inbox/{made.pk}/")
        expect(theirs.get_by_role("button", name="Claim")).to_be_visible()

        mine.keyboard.press("c")
        theirs.keyboard.press("c")

        said = [mine.get_by_role("status"), theirs.get_by_role("status")]
        made.refresh_from_db()
        for _ in range(100):
            if made.assignee is not None:
                break
            mine.wait_for_timeout(50)
            made.refresh_from_db()
        if made.assignee == nils:
            said.reverse()
        expect(said[0]).to_contain_text("Ada is yours to answer")
        expect(said[1]).to_contain_text(f"Ada is already with {made.assignee}")
        context.close()
    assert other.complaints == []


def test_a_manager_steps_in(visit: Visit, mark: User, mia: User, nils: User) -> None:
    in_force(mark, mia)
    closing = Team.objects.create(name="Closing", created_at=NOON)
    person("Ann", Role.SALES, team=closing)
    tess = person("Tess", Role.SALES_DEVELOPMENT, team=mia.team, is_manager=True, weight=0)
    first = offered("Ada")
    page = visit.sign_in(tess).go(f"/inbox/{first.pk}/")

    page.keyboard.press("h")
    page.get_by_role("radio", name="Nils" if first.assignee == mia else "Mia").check()
    page.get_by_role("textbox", name="Why").fill("Knows them")
    page.get_by_role("button", name="Hand on").last.click()
    expect(page.get_by_role("status")).to_contain_text("Ada is with")
    second = Handover.objects.get(ended_at=None)
    assert {first.assignee, second.assignee} == {mia, nils}

    page.goto(f"{visit.origin}/inbox/{second.pk}/")
    page.keyboard.press("a")
    expect(page.get_by_role("status")).to_contain_text("is yours")
    Score.objects.update(truths={"sql.when": False})
    page.goto(f"{visit.origin}/lead/{first.lead_id}/")
    page.get_by_role("button", name="Pass on").first.click()
    page.get_by_label("Why although the criteria are not met").fill("A name we want.")
    page.locator("#passing").get_by_role("button", name="Pass on").click()
    expect(page.get_by_role("status")).to_contain_text("Passed on to Ann")

    passed = Handover.objects.get(ended_at=None)
    assert (passed.kind, passed.passed_by, passed.lead.stage) == (
        Kind.SECOND, tess, Stage.SALES_ACCEPTED,
    )  # fmt: skip
    assert passed.brief["passed"]["override"] == "A name we want."


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_nothing_is_wrong_with_these_pages(
    chromium: Browser, live_server: object, mark: User, mia: User, rita: User, dress: str
) -> None:
    in_force(mark, mia, BY_HAND)
    made = offered("Ada")
    with Answering():
        context = chromium.new_context()
        visit = Visit(dressed(context, dress), live_server.url).sign_in(rita)  # type: ignore[attr-defined]

        found = visit.troubles([f"/inbox/{made.pk}/", f"/handover/{made.pk}/"])
        visit.sign_in(mia).go(f"/inbox/{made.pk}/").keyboard.press("a")
        expect(visit.page.get_by_role("button", name="Undo")).to_be_visible()
        found += visit.violations()
        visit.go(f"/lead/{made.lead_id}/").get_by_role("button", name="Pass on").first.click()
        found += visit.violations()
        context.close()
    assert found == []
