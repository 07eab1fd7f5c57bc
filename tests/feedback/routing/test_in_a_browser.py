"""The pages in a real browser: both themes, phone width, accessibility, asking and reading."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import expect

from handraise.agreement.actions import propose
from handraise.agreement.queries import Published
from handraise.feedback.routing.actions import Asked, ask
from handraise.feedback.routing.making import run
from handraise.feedback.routing.models import RouteRehearsal
from handraise.feedback.work import State
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.team.models import Team, User
from tests.browser import Visit, dressed
from tests.feedback.routing.conftest import DAY, HOUR, answered, handed, qualified
from tests.world import AGREEMENT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def made(agreed: Published, mark: User, mia: User, nils: User, enterprise: Team) -> RouteRehearsal:
    """A month in which Nils works at night, Mia is often full, and some answered late."""
    User.objects.filter(pk=nils.pk).update(zone="Asia/Tokyo")
    User.objects.filter(pk=mia.pk).update(capacity=6)
    begin = clock.now().replace(hour=11, minute=0) - 28 * DAY
    for number in range(60):
        at = begin + number // 3 * DAY + number % 3 * HOUR
        if number % 5:
            handed(f"Lead{number}", mia, at, hours=number % 7, days=1 + number % 5)
        else:
            answered(qualified(f"Lead{number}", at), mia, at, at + 5 * HOUR, "expired")
    at = clock.now()
    version = propose(AGREEMENT, note="", by=mark, at=at, via=Via.WEB)
    wish = Asked(begin - DAY, begin + 27 * DAY)
    return run(ask(version, wish, by=mark, at=at, via=Via.WEB).pk, at=at)


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_the_pages_are_whole_in_every_dress(
    visit: Visit, dress: str, made: RouteRehearsal, mark: User
) -> None:
    visit.sign_in(mark)
    visit.page = dressed(visit.page.context, dress)
    path = f"/agreement/versions/{made.version.number}/routes/"

    assert visit.troubles([path, f"{path}{made.pk}/"]) == []

    visit.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert visit.violations() == []
    if folder := os.environ.get("HANDRAISE_PICTURES"):  # to be looked at
        visit.page.screenshot(path=f"{folder}/routes-{dress}.png", full_page=True)


def test_a_marketer_tries_the_routes_from_the_draft(
    visit: Visit, made: RouteRehearsal, mark: User
) -> None:
    page = visit.sign_in(mark).go(f"/agreement/versions/{made.version.number}/")

    page.get_by_role("link", name="Try the routes").click()
    page.get_by_label("As if there came").select_option("2")
    page.get_by_role("button", name="Try the routes").click()
    expect(page.get_by_role("heading", name="Waiting for the worker")).to_be_visible()
    run(RouteRehearsal.objects.get(state=State.WAITING).pk, at=clock.now())

    expect(page.get_by_role("heading", level=1)).to_contain_text("would")
    expect(page.get_by_text("Each lead comes 2 times")).to_be_visible()
    assert visit.violations() == []
