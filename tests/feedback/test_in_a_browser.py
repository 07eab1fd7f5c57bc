"""The funnel in a real browser: both themes, phone width, no violation of accessibility."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from handraise.handover.actions import accept, offer, reject
from handraise.handover.models import Handover
from handraise.kit.clock import now
from handraise.leads.decide import PATH, Via
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.feedback.test_the_funnel import gone
from tests.world import in_force, mql

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_the_page_is_whole_in_every_dress(
    visit: Visit, dress: str, mark: User, mia: User, nils: User, rita: User
) -> None:
    _some_months(mark, mia)
    visit.sign_in(rita)
    visit.page = dressed(visit.page.context, dress)

    page = visit.go("/feedback/")

    assert "in ten" in page.inner_text("h1")
    assert visit.violations() == []
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wide)


def test_choosing_a_cohort_shows_it_at_once(visit: Visit, mark: User, mia: User) -> None:
    _some_months(mark, mia)
    visit.sign_in(mia)
    page = visit.go("/feedback/")

    with page.expect_navigation():
        page.select_option("#id_entered", "MARKETING_QUALIFIED")

    assert "entered as MQL" in page.inner_text(".page-head")
    assert page.locator("tbody tr").first.inner_text().startswith("MQL")


def test_on_paper_nothing_is_cut(visit: Visit, mark: User, mia: User) -> None:
    _some_months(mark, mia)
    page = visit.sign_in(mark).go("/feedback/keeping/")
    page.set_viewport_size({"width": 720, "height": 1000})  # A4 without its margins
    page.emulate_media(media="print")

    cut = "nodes => nodes.filter(one => one.getBoundingClientRect().right > innerWidth + 1).length"
    assert page.locator(".table").count() > 1
    assert page.locator("h2, th, td, svg").evaluate_all(cut) == 0
    assert not page.locator(".tabs").first.is_visible()


def _some_months(mark: User, mia: User) -> None:
    """Sixty people on their way, and a dozen offers, some of them answered."""
    at, chance = now(), random.Random(3)
    agreed = in_force(mark, mia, at=at - timedelta(days=80))
    for number in range(60):
        steps = 0
        while steps < 5 and chance.random() < 0.65:
            steps += 1
        gone(f"Lead{number}", *PATH[1 : steps + 1], at=at - timedelta(days=60 - number % 20))
    leads = [mql(f"Mql{number}", since=at - timedelta(days=3)) for number in range(12)]
    offer([one.pk for one in leads], published=agreed, at=at - timedelta(days=2))
    for place, handover in enumerate(Handover.objects.order_by("pk")):
        answered = at - timedelta(hours=46 - place)
        if place % 3 == 0:
            accept(handover, by=handover.assignee, at=answered, via=Via.WEB)
        elif place % 3 == 1:
            reason = ("Not now", "No need yet")[place % 2]
            reject(handover, reason=reason, by=handover.assignee, at=answered, via=Via.WEB)
