"""Questions and contests in a real browser: by keys, by hand, in both themes and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from handraise.agreement.queries import Published
from handraise.handover.actions import reject
from handraise.handover.asking import answer, ask
from handraise.handover.contesting import contest, rule
from handraise.handover.models import Contest, Handover, Question, Rejection
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.leads.models import Activity
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.desk.conftest import offered

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_one_asks_with_the_key_q(visit: Visit, handover: Handover, mia: User) -> None:
    page = visit.sign_in(mia).go(f"/inbox/{handover.pk}/")
    page.keyboard.press("q")
    page.get_by_label("Your question").press_sequentially("Which demo, a or r?")
    page.get_by_role("button", name="Ask", exact=True).click()

    expect(page.get_by_text("The clock is paused")).to_be_visible()
    expect(page.locator("[data-offer]")).to_contain_text("Paused, waits for an answer")
    expect(page.locator("#questions")).to_contain_text("Which demo, a or r?")
    assert Question.objects.get().stops_clock


def test_marketing_answers_contests_and_another_rules(
    visit: Visit, handover: Handover, mia: User, mark: User, rita: User
) -> None:
    question = ask(handover, text="Which demo?", by=mia, at=clock.now(), via=Via.WEB)
    page = visit.sign_in(mark).go("/questions/")
    page.get_by_label("Your answer").fill("The long one.")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("Answered in the last two weeks")).to_be_visible()
    question.refresh_from_db()
    assert question.answer == "The long one."

    reject(handover, reason="Not now", by=mia, at=clock.now(), via=Via.WEB)
    page = visit.go(f"/handover/{handover.pk}/")
    page.get_by_role("button", name="Contest it").click()
    page.get_by_label("What speaks against it").fill("She asked for a demo.")
    page.get_by_label("Demo Requested").check()
    page.get_by_role("button", name="Contest", exact=True).click()
    expect(page.get_by_text("Contested; a ruling is to come")).to_be_visible()

    page = visit.sign_in(rita).go("/questions/")
    page.get_by_label("It is overturned").check()
    page.get_by_label("Why?").fill("It was in the brief.")
    page.get_by_role("button", name="Rule").click()
    expect(page.get_by_text("Ruled on in the last two weeks")).to_be_visible()
    assert Contest.objects.get().is_upheld is False


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_the_pages_of_questions_and_contests_pass_axe(
    dress: str, visit: Visit, agreed: Published, mia: User, mark: User, rita: User
) -> None:
    paths = everything(mia, mark, rita)
    for who in (rita, mark):
        visit.sign_in(who)
        worn = Visit(dressed(visit.page.context, dress), visit.origin)
        assert not worn.troubles(paths)


def everything(mia: User, mark: User, rita: User) -> list[str]:
    """A paused offer, an answer, a contest that waits and one that was ruled on; their pages."""
    paused, waiting, ruled = offered("Ada"), offered("Ben"), offered("Cleo")
    at, via = clock.now(), Via.WEB
    first = ask(paused, text="Which demo, " + "and who " * 9, by=mia, at=at, via=via)
    answer(first, text="The long one. " * 9, by=mark, at=at, via=via)
    ask(paused, text="And when?", asked_of=mark, by=mia, at=at, via=via)
    evidence = Activity.objects.filter(identity__lead=waiting.lead).values_list("pk", flat=True)
    contest(no(waiting, mia), said="No.", evidence=list(evidence), by=mark, at=at, via=via)
    one = contest(no(ruled, mia), said="No.", by=mark, at=at, via=via)
    rule(one, is_upheld=True, ruling="She is a student.", by=rita, at=at, via=via)
    plain = offered("Dora")
    no(plain, mia)
    return [
        "/questions/", "/feedback/", f"/inbox/{paused.pk}/", f"/lead/{paused.lead_id}/",
        *(f"/handover/{each.pk}/" for each in (paused, waiting, ruled, plain)),
    ]  # fmt: skip


def no(handover: Handover, by: User) -> Rejection:
    return reject(handover, reason="Not now", by=by, at=clock.now(), via=Via.WEB)
