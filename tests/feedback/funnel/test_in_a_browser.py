"""The funnel's pages in a real browser: both themes, phone width, from a figure to its leads."""

from __future__ import annotations

import random
from datetime import timedelta
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from handraise.kit.clock import now
from handraise.leads.decide import PATH
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.feedback.test_the_funnel import gone

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def some_months() -> None:
    """A hundred and twenty people of three months and four sources."""
    at, chance = now(), random.Random(3)
    for number in range(120):
        steps = 0
        while steps < 5 and chance.random() < 0.7:
            steps += 1
        source = ["webinar", "fair", "paid search", ""][number % 4]
        born = at - timedelta(days=88 - number * 0.6)
        gone(f"Lead{number}", *PATH[1 : steps + 1], at=born, source=source)


def test_the_pages_are_whole_in_every_dress(visit: Visit, vera: User) -> None:
    some_months()
    visit.sign_in(vera)
    value = quote("=fair")
    paths = [
        "/feedback/funnel/?judged=ripe",
        f"/feedback/funnel/?only=source&value={value}&by=version",
        "/feedback/funnel/leads/?who=stayed&before=LEAD&after=MARKETING_QUALIFIED",
        f"/feedback/funnel/compare/?judged=ripe&only=source&value={value}&value2=unknown",
        "/feedback/funnel/?since=2001-01-01&until=2001-02-01",
    ]
    for dress in ("light", "dark", "phone"):
        visit.page = dressed(visit.page.context, dress)

        assert visit.troubles(paths) == []


def test_a_figure_leads_to_its_leads(visit: Visit, vera: User) -> None:
    some_months()
    visit.sign_in(vera)
    page = visit.go("/feedback/")
    page.click("text=The whole funnel")
    page.wait_for_url("**/feedback/funnel/**")

    with page.expect_navigation():
        page.select_option("#id_by", "country")
    expect(page.locator("th", has_text="Country")).to_have_count(1)
    reached = page.locator("tbody tr").nth(1).locator("a").first
    count = reached.inner_text()
    reached.click()
    page.wait_for_url("**/leads/**")

    assert page.inner_text("h1") == f"{count} leads"
    assert visit.violations() == []
