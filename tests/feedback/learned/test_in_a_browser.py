"""The pages in a real browser: every dress, no violation of accessibility, paging by keys."""

from __future__ import annotations

import pytest
from django.urls import reverse

from handraise.feedback.learned.actions import ask
from handraise.feedback.learned.decide import Verdict
from handraise.feedback.learned.making import run
from handraise.feedback.learned.models import Chance, Learning
from handraise.feedback.rehearsal.decide import Name, Outcome
from handraise.leads.decide import Via
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.feedback.learned.histories import NOW, History
from tests.personas import NOON
from tests.world import in_force

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATHS = [
    "/feedback/learned/", "/feedback/learned/disagreeing/high/",
    "/feedback/learned/disagreeing/low/",
]  # fmt: skip


@pytest.fixture
def learned(mark: User, mia: User) -> Learning:
    in_force(mark, mia, at=NOON)
    History(1).write(700)
    made = ask(Outcome.SALES_QUALIFIED, by=mark, at=NOW, via=Via.WEB)
    done = run(made.pk, at=NOW, engine=Name.POSTGRES)
    for place, pk in enumerate(Chance.objects.values_list("pk", flat=True)[:70]):
        Chance.objects.filter(pk=pk).update(
            lean=0.9 - place / 200, priority=4.0, points_tenth=9, tenth=1
        )
    return done


def test_the_pages_are_whole_in_every_dress(visit: Visit, learned: Learning, mark: User) -> None:
    visit.sign_in(mark)
    one = reverse("lead", args=[Chance.objects.order_by("pk")[0].pk])
    for dress in ("light", "dark", "phone"):
        visit.page = dressed(visit.page.context, dress)
        visit.go(PATHS[0])
        visit.page.evaluate("document.querySelectorAll('details').forEach(o => o.open = true)")
        assert visit.violations() == []
        assert visit.troubles([*PATHS, one]) == []


def test_a_long_list_is_gone_through_by_pages(visit: Visit, learned: Learning, mark: User) -> None:
    page = visit.sign_in(mark).go(PATHS[1])

    page.get_by_role("link", name="Next").press("Enter")

    page.wait_for_url("**/?page=2")
    assert page.get_by_role("link", name="Back", exact=True).is_visible()


def test_what_goes_on_and_what_failed_is_said(visit: Visit, learned: Learning, mark: User) -> None:
    made = ask(Outcome.WON, by=mark, at=NOW, via=Via.WEB)
    visit.sign_in(mark).go(PATHS[0])
    Learning.fail(made.pk, "Not enough data to learn from.", at=NOW)

    visit.page.get_by_text("Not enough data to learn from.").wait_for()

    assert learned.verdict in list(Verdict)
    assert visit.troubles(PATHS[:1]) == []
