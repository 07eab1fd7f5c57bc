"""The week in a real browser: both themes, phone width, no violation of accessibility."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.feedback.weekly.actions import finish, write_down
from handraise.feedback.weekly.decide import week_with
from handraise.handover.actions import accept, offer, reject
from handraise.handover.asking import ask
from handraise.handover.contesting import contest
from handraise.handover.models import Handover
from handraise.handover.rating import rate
from handraise.kit.clock import now
from handraise.leads.decide import Via
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.world import in_force, mql

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _a_week(mark: User, mia: User) -> str:
    """Offers of a moment ago in every state, and decisions; the address of their week."""
    at = now()
    agreed = in_force(mark, mia, at=at)
    offer([mql(f"Lead{number}", since=at).pk for number in range(5)], published=agreed, at=at)
    offers = list(Handover.objects.select_related("assignee").order_by("pk"))
    whose = [one.assignee or mia for one in offers]
    accept(offers[0], by=whose[0], at=at, via=Via.WEB)
    rate(offers[0], stars=5, word="Knew what she wants.", by=whose[0], at=at, via=Via.WEB)
    for n in (1, 2):
        note = "<b>Later</b>, " + "x" * 300
        gone = reject(offers[n], reason="Not now", note=note, by=whose[n], at=at, via=Via.WEB)
    contest(gone, said="She asked twice.", by=mark, at=at, via=Via.WEB)
    ask(offers[3], text="Which demo?", by=whose[3], at=at, via=Via.WEB)
    week = week_with(at.date())
    write_down("Ask for the budget.", week=week, by=mark, at=at, via=Via.WEB)
    done = write_down("Call within the hour.", week=week, due=week.last, by=mia, at=at, via=Via.WEB)
    finish(done, by=mia, at=at, via=Via.WEB)
    old = week_with(week.first - timedelta(days=7))
    write_down("W" * 200, week=old, due=old.last, by=mia, at=at, via=Via.WEB)
    return f"/weekly/?week={week.first.isoformat()}"


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_the_page_is_whole_in_every_dress(
    visit: Visit, dress: str, mark: User, mia: User, nils: User
) -> None:
    path = _a_week(mark, mia)
    visit.sign_in(mia)
    visit.page = dressed(visit.page.context, dress)

    assert visit.troubles([path, "/weekly/?week=2020-01-01", "/weekly/?week=nonsense"]) == []


def test_a_decision_is_written_down_and_done_with_the_keyboard(visit: Visit, mia: User) -> None:
    visit.sign_in(mia)
    page = visit.go("/weekly/")

    page.focus("#id_text")
    page.keyboard.type("Call twice.")
    page.keyboard.press("Tab")
    page.focus("text=Write it down")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.focus("[aria-label='Done: Call twice.']")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert "done, says Mia" in page.inner_text("#decisions")
