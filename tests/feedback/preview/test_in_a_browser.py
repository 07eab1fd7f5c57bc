"""The preview and what is missing, in a real browser: themes, phone width, accessibility."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import expect

from handraise.agreement.queries import Published
from handraise.feedback.preview.models import Preview
from handraise.feedback.preview.running import run
from handraise.flow import rounds
from handraise.kit import clock
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.feedback.preview.conftest import LOOSER, preview, proposed, settled
from tests.world import AGREEMENT, in_force, lead

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MIXED = LOOSER.replace("{intent: {at_least: 20}}", "{intent: {at_least: 55}}").replace(
    "points: 60, half_life: 30 days, at_most: 60", "points: 56"
)
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def people(mark: User, mia: User, nils: User) -> Published:
    """Some at the bar of the small agreement, some below, some in sales' hands."""
    at = clock.now()
    agreed = in_force(mark, mia, at=at)
    for number in range(14):
        title = ("Head of Sales", "Student", "Planner")[number % 3]
        did = ["Demo Requested"] if number % 2 else ["page", "Content Downloaded"]
        lead(f"Person{number}", *did, title=title, company=f"Works {number}", at=at)
    settled(clock.now())
    return agreed


def _look(visit: Visit, name: str) -> None:
    """Kept to be looked at where HANDRAISE_PICTURES names a folder."""
    if folder := os.environ.get("HANDRAISE_PICTURES"):
        visit.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_the_preview_is_whole_in_every_dress(
    visit: Visit, dress: str, people: Published, mark: User
) -> None:
    version = proposed(MIXED, mark, at=clock.now())
    preview(version, mark, at=clock.now())
    visit.sign_in(mark)
    visit.page = dressed(visit.page.context, dress)

    page = visit.go(f"/agreement/versions/{version.number}/preview/")

    _look(visit, f"preview-{dress}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("would rise over the bar")
    assert visit.violations() == []
    assert not page.evaluate(WIDE)


def test_the_signer_who_opens_the_version_has_it_found_out(
    visit: Visit, people: Published, mark: User, mia: User
) -> None:
    version = proposed(MIXED, mark, at=clock.now())
    page = visit.sign_in(mia).go(f"/agreement/versions/{version.number}/")

    expect(page.get_by_text("Waiting for the worker.")).to_be_visible()
    run(Preview.objects.get().pk, at=clock.now())

    expect(page.get_by_role("heading", name="would rise over the bar")).to_be_visible()
    _look(visit, "preview-version")
    assert visit.violations() == []


def test_the_agreement_shows_how_far_everybody_is_scored(
    visit: Visit, people: Published, mark: User, mia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "SLICE", 5)
    at = clock.now()
    in_force(mark, mia, AGREEMENT.replace("points: 60", "points: 50"), at=at)
    mine = rounds.Rounds()
    mine.make(at=at)
    page = visit.sign_in(mia).go("/agreement/")

    expect(page.get_by_text("Everybody is being scored by version 2")).to_be_visible()
    _look(visit, "rescoring")
    assert visit.violations() == []
    for _ in range(8):
        settled(clock.now())
        mine.make(at=clock.now())
    expect(page.get_by_text("Everybody was scored by version 2")).to_be_visible()


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_what_is_missing_is_whole_in_every_dress(
    visit: Visit, dress: str, people: Published, mia: User
) -> None:
    ben = lead("Ben", title="Planner", at=clock.now())
    visit.sign_in(mia)
    visit.page = dressed(visit.page.context, dress)

    page = visit.go(f"/lead/{ben.pk}/")

    expect(page.get_by_role("heading", name="Nearest ways to MQL")).to_be_visible()
    _look(visit, f"missing-{dress}")
    assert visit.violations() == []
    assert not page.evaluate(WIDE)
