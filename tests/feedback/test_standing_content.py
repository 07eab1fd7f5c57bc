"""What a lead came by: the first thing it engaged with, else the page it landed on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from handraise.feedback.standing.models import Standing
from handraise.feedback.standing.refreshing import refresh
from handraise.leads.actions import judge
from handraise.leads.decide import Doubt, Via
from handraise.leads.models import Activity, Lead
from handraise.leads.record import record
from tests.leads.said import did, lead_of
from tests.personas import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
EMAIL = "ada@engines.example"


def came(*activities: tuple[str, dict[str, Any]]) -> Lead:
    """Ada, who did these things an hour apart."""
    record(
        [
            did(name, email=EMAIL, at=NOON + place * HOUR, properties=told)
            for place, (name, told) in enumerate(activities)
        ],
        at=NOON + 20 * HOUR,
    )
    return lead_of("email", EMAIL)


def judged(activity: Activity, doubt: Doubt, *, counts: bool) -> None:
    at = NOON + 21 * HOUR
    judge([activity.pk], doubt=doubt, counts=counts, why="Test", by=None, at=at, via=Via.WEB)


def content() -> str:
    refresh(at=NOON + 24 * HOUR)
    return Standing.objects.get().content


PAGE = ("page", {"path": "/blog", "title": "Our blog"})
GUIDE = ("Content Downloaded", {"title": "The guide", "path": "/guides"})


@pytest.mark.parametrize(
    ("activities", "said"),
    [
        ([PAGE, ("page", {"path": "/pricing"})], "/blog"),
        ([PAGE, ("Page Left", {"path": "/blog", "title": "Our blog"}), GUIDE], "The guide"),
        ([GUIDE, ("Webinar Attended", {"title": "Live"})], "The guide"),
        ([PAGE, ("Video Watched", {"title": "Four minutes", "percent": 25})], "Four minutes"),
        ([PAGE, ("Form Submitted", {"form": "guide", "name": "Get the guide"})], "Get the guide"),
        ([PAGE, ("Demo Requested", {"form": "demo"})], "demo"),
        ([("Email Clicked", {"title": "News"}), PAGE], "/blog"),
        ([("Product Viewed", {"name": "Planner"})], ""),
        ([("Content Downloaded", {"title": "x" * 5000})], "x" * 500),
        ([("page", {"path": "", "title": 7}), ("page", {"path": 12})], "12"),
    ],
)
def test_it_is_the_first_thing_it_engaged_with(
    activities: list[tuple[str, dict[str, Any]]], said: str
) -> None:
    came(*activities)

    assert content() == said


def test_what_a_machine_did_is_no_content_until_it_is_judged_anew() -> None:
    came(PAGE, GUIDE, ("Webinar Attended", {"title": "Live"}))
    activity = Activity.objects.get(name="Content Downloaded")
    for counts, said in ((False, "Live"), (True, "The guide")):
        judged(activity, Doubt.BOT, counts=counts)

        assert content() == said


def test_a_landing_page_that_does_not_count_is_passed_over() -> None:
    came(PAGE, ("page", {"path": "/pricing"}))
    first = Activity.objects.order_by("occurred_at")[0]
    judged(first, Doubt.WITHDRAWN, counts=False)

    assert content() == "/pricing"


def test_what_it_did_a_month_later_is_not_what_it_came_by() -> None:
    """Whoever stayed longer would seem to have come by more."""
    came(PAGE)
    for days, said in ((31, "/blog"), (29, "The guide")):
        at = NOON + timedelta(days=days)
        record([did(GUIDE[0], email=EMAIL, at=at, properties=GUIDE[1])], at=at)

        refresh(at=NOON + timedelta(days=60))
        assert Standing.objects.get().content == said
