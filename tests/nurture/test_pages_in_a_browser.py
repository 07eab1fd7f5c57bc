"""Journeys in a real browser: drawn up without a line of YAML, and no trouble in any dress."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from handraise.nurture.models import Journey
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.nurture.drawn import EVERY_KIND, draft, inside, newsletter, published, went
from tests.nurture.world import message

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_the_pages_of_journeys_pass_axe(dress: str, visit: Visit, mark: User) -> None:
    running = published(mark)
    assert running.published is not None
    went(running.published, "enter", "next", 1240)
    went(running.published, "greet", "next", 900)
    went(running.published, "greet", "goal", 34)
    went(running.published, "interest", "Came back", 120)
    ada = inside(running, "Ada", "reads")
    broken = draft(mark, EVERY_KIND.replace("{for: 1 day", "{for: 1 dya"), "Broken")
    visit.sign_in(mark)
    worn = Visit(dressed(visit.page.context, dress), visit.origin)

    code = f"/journeys/{running.code}/"
    paths = [
        "/journeys/", "/journeys/new/", code, f"{code}versions/1/", f"{code}draft/",
        f"{code}draft/rules/", f"{code}draft/text/", f"{code}draft/new/",
        f"{code}draft/new/wait-event/?at=1", f"{code}draft/new/split/?at=1",
        f"{code}draft/walk/?lead={ada.lead_id}", f"{code}draft/steps/3/",
        f"{code}draft/steps/3.0.0/", f"{code}publishing/", f"/lead/{ada.lead_id}/background/",
        f"/journeys/inside/{ada.pk}/", f"/journeys/{broken.code}/draft/",
        f"/journeys/{broken.code}/publishing/",
    ]  # fmt: skip
    assert not worn.troubles(paths)


def add(page: Page, after: str, kind: str) -> None:
    page.get_by_role("link", name=f"Add a step {after}", exact=True).click()
    page.get_by_role("link", name=kind).click()


def fill(page: Page, **typed: str) -> None:
    for label, words in typed.items():
        page.get_by_label(label.replace("_", " "), exact=True).fill(words)


def test_a_journey_is_drawn_up_and_run_without_yaml(visit: Visit, mark: User) -> None:
    newsletter()
    message("guide-welcome", mark, purpose="newsletter")
    page = visit.sign_in(mark).go("/journeys/")

    page.get_by_role("link", name="Begin a journey").click()
    fill(page, Name="Readers")
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("link", name="Change the rules").click()
    page.get_by_label("Purpose of its messages").select_option("newsletter")
    fill(page, They_enter_with_each="Content Downloaded")
    page.get_by_role("button", name="Save").last.click()
    _draw_steps(page)
    expect(page.get_by_text("The draft is sound")).to_be_visible()

    page.get_by_role("link", name="Publish…").click()
    page.get_by_role("button", name="Publish").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("running")
    made = Journey.objects.get()
    assert made.state == "running"
    assert made.published is not None
    assert "send: {message: guide-welcome}" in made.published.text


def _draw_steps(page: Page) -> None:
    add(page, "at the start", "Wait a while")
    fill(page, How_long="1 day")
    page.get_by_role("button", name="Add it").click()
    add(page, "after Wait 1 day", "Send a message")
    page.get_by_label("Message", exact=True).select_option("guide-welcome")
    page.get_by_role("button", name="Add it").click()
    add(page, "after Send “Guide-welcome”", "Branch")
    page.get_by_role("button", name="Add something they did").first.click()
    page.get_by_label("What they did").fill("Email Clicked")
    page.get_by_role("button", name="Add it").click()
    add(page, "at the start of Yes", "Ready for sales")
    page.get_by_role("button", name="Add it").click()
