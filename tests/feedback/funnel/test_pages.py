"""The pages of the funnel: what each figure leads to, what bad input gets, what mixtures say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from handraise.feedback.forms import start_of
from handraise.feedback.standing.models import Freshness, Standing
from handraise.kit import clock
from handraise.leads.decide import Stage
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.feedback.funnel.histories import AT, BEGIN, a_history
from tests.feedback.test_the_funnel import gone

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PERIOD = "since=2026-01-10&until=2026-07-20"
_S = Stage


@pytest.fixture
def visitor(client: Client, vera: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Vera, on the day after the history."""
    monkeypatch.setattr(clock, "now", lambda: AT)
    for module in ("funnel.views", "standing.views"):
        monkeypatch.setattr(f"handraise.feedback.{module}.now", lambda: AT)
    client.force_login(vera)
    return client


def text_of(client: Client, name: str, asked: str = "") -> str:
    answer = client.get(f"{reverse(name)}?{asked}")
    assert answer.status_code == 200
    return answer.content.decode()


_FIGURE = r'<a class="link" href="(/feedback/funnel/leads/[^"]+)">(.*?)</a>'


def figures(page: str) -> Iterator[tuple[str, int]]:
    """The address behind each figure of a page, and how many leads the figure counts."""
    for url, shown in re.findall(_FIGURE, page):
        plain = re.sub(r"<[^>]+>", "", unescape(shown))
        few = re.search(r"not enough data: ([\d,]+) of", plain)
        share = re.search(r"([\d,]+) %.*, of ([\d,]+)", plain)
        number = few[1] if few else plain
        if not share:
            yield unescape(url), int(number.replace(",", ""))


@pytest.mark.parametrize("judged", ["now", "ripe"])
@pytest.mark.parametrize("by", ["source", "size", "version"])
def test_each_figure_leads_to_the_leads_it_counts(visitor: Client, judged: str, by: str) -> None:
    a_history(21, leads=40)
    page = text_of(visitor, "funnel", f"{PERIOD}&judged={judged}&by={by}")

    found = list(figures(page))

    assert len(found) >= 15
    for url, count in found:
        listed = visitor.get(url).content.decode()
        assert f"<h1>{count} lead{'' if count == 1 else 's'}</h1>" in listed
        assert listed.count('<a class="link" href="/lead/') == count


def test_fifty_leads_stand_on_a_page(visitor: Client) -> None:
    for number in range(53):
        gone(f"Lead{number}", at=BEGIN + 10 * DAY)

    first, second = (text_of(visitor, "funnel_leads", f"{PERIOD}&page={one}") for one in (1, 2))

    assert [one.count('href="/lead/') for one in (first, second)] == [50, 3]
    assert "53 leads" in first
    assert "Page 2 of 2" in text_of(visitor, "funnel_leads", f"{PERIOD}&page=99999")


def test_who_was_merged_since_is_said_and_not_shown(visitor: Client) -> None:
    ada, ben = gone("Ada", at=BEGIN + 10 * DAY), gone("Ben", at=BEGIN + 10 * DAY)
    text_of(visitor, "funnel", PERIOD)
    Freshness.objects.update(seconds=3.0)
    Lead.objects.filter(pk=ben.pk).update(canonical=ada)

    page = text_of(visitor, "funnel_leads", PERIOD)

    assert "<h1>2 leads</h1>" in page
    assert "1 of this page was merged or taken back" in page


BAD = [
    "since=x&until=9999-12-31",
    "since=2026-03-31&until=2026-03-01",
    "since=2098-01-01&until=2099-12-31",
    "entered=NOWHERE",
    "entered=CUSTOMER",
    "judged=often&by=shoe+size",
    "only=source&value=%00",
    "only=source&value=plain",
    "only=source",
    "only=size&value=%3D%27%3B+drop+table+feedback_standing%3B--",
    "only=version&value=%3D" + "9" * 500,
    "only=source&value=unknown&by=owner&judged=ripe",
    "since2=0001-01-01",
    "until2=9999-12-31",
    "since2=9999-12-31",
    "page=-1",
    "page=99999999999999999999",
]


@pytest.mark.parametrize("asked", BAD)
@pytest.mark.parametrize("name", ["funnel", "funnel_compare"])
def test_the_pages_stand_whatever_is_asked(visitor: Client, name: str, asked: str) -> None:
    gone("Ada", _S.MARKETING_QUALIFIED, at=BEGIN)

    page = text_of(visitor, name, asked)

    assert not re.search(r"\bnan\b|\binf\b|Traceback", page)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (PERIOD, 200),
        (f"{PERIOD}&who=everybody", 404),
        (f"{PERIOD}&who=came&before=SALES_QUALIFIED&after=LEAD", 404),
        (f"{PERIOD}&who=came&before=LEAD&after=NURTURE", 404),
        (f"{PERIOD}&entered=OPPORTUNITY&who=came&before=LEAD&after=CUSTOMER", 404),
        (f"{PERIOD}&who=entered&by=source&part=%00", 404),
        (f"{PERIOD}&who=entered&by=source&part=%3Dnowhere", 200),
        (f"{PERIOD}&who=young&judged=ripe&before=LEAD&after=CUSTOMER", 200),
        ("since=2026-03-31&until=2026-03-01", 404),
        (f"{PERIOD}&page=-4", 200),
    ],
)
def test_a_figure_that_is_none_is_not_found(visitor: Client, asked: str, status: int) -> None:
    gone("Ada", _S.MARKETING_QUALIFIED, at=BEGIN + 10 * DAY)

    assert visitor.get(f"{reverse('funnel_leads')}?{asked}").status_code == status


def test_names_are_shown_as_they_are(visitor: Client) -> None:
    gone("Ada", at=BEGIN + 10 * DAY)
    text_of(visitor, "funnel", PERIOD)
    Freshness.objects.update(seconds=3.0)
    Standing.objects.update(source="<script>alert(1)</script>", content="=1+1")

    page = text_of(visitor, "funnel", PERIOD)
    listed = text_of(visitor, "funnel_leads", PERIOD)

    for text in (page, listed):
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text


def cohort(count: int, share: float, at: Any, version: int = 1) -> None:
    """So many leads of that day, a share of which became MQL within a day."""
    for number in range(count):
        stages = [_S.MARKETING_QUALIFIED] if number < count * share else []
        gone(f"Lead{at:%j}x{version}x{number}", *stages, at=at)


def test_two_periods_that_differ_are_told_apart(visitor: Client) -> None:
    cohort(40, 0.2, BEGIN + 10 * DAY)
    cohort(40, 0.8, BEGIN + 60 * DAY)
    asked = "since=2026-03-01&until=2026-03-31&since2=2026-01-01&until2=2026-01-31"

    page = text_of(visitor, "funnel_compare", asked)

    assert "Lead to MQL: higher in the first (+60.0 points" in page
    assert "MQL to SAL: cannot be told apart" not in page
    assert "tells that the two differ, not why" in page


def test_two_that_do_not_differ_are_not_told_apart(visitor: Client) -> None:
    cohort(40, 0.5, BEGIN + 10 * DAY)
    cohort(40, 0.55, BEGIN + 60 * DAY)
    asked = "since=2026-03-01&until=2026-03-31&since2=2026-01-01&until2=2026-01-31"

    page = text_of(visitor, "funnel_compare", asked)

    assert "They cannot be told apart in any step." in page


def test_who_may_be_in_both_is_not_compared(visitor: Client) -> None:
    gone("Ada", at=BEGIN + 10 * DAY)
    asked = "since=2026-01-01&until=2026-03-31&since2=2026-03-31&until2=2026-04-30"

    page = text_of(visitor, "funnel_compare", asked)

    assert "Somebody may be in both" in page


def test_a_mixture_of_versions_is_said(visitor: Client) -> None:
    a_history(5, leads=60)

    page = text_of(visitor, "funnel", PERIOD)
    alone = text_of(visitor, "funnel", f"{PERIOD}&only=version&value=%3D2")

    assert "Made under agreement versions 1, 2 together" in page
    assert "agreement version 2" in alone
    assert "together" not in alone


def test_many_values_are_folded(visitor: Client) -> None:
    for number in range(16):
        gone(f"Lead{number}", at=BEGIN + 10 * DAY, source=f"source {number:02}")

    page = text_of(visitor, "funnel", f"{PERIOD}&by=source")

    assert "4 others" in page
    assert "source 11" in page
    assert "source 12" not in page


def test_a_changed_dimension_forgets_the_value_of_the_last(visitor: Client) -> None:
    gone("Ada", at=BEGIN + 10 * DAY)

    page = text_of(visitor, "funnel", f"{PERIOD}&only=country&of=source&value=%3Dfair")

    assert "1 who entered as Lead" in page


def test_nobody_yet_is_taught(visitor: Client) -> None:
    assert "Nobody entered in these days" in text_of(visitor, "funnel")


def test_the_days_of_a_cohort_are_those_of_the_installation(visitor: Client, vera: User) -> None:
    User.objects.filter(pk=vera.pk).update(zone="Pacific/Kiritimati")
    gone("Ada", _S.MARKETING_QUALIFIED, at=BEGIN)
    day = BEGIN.date().isoformat()

    answer = visitor.get(reverse("funnel"), {"since": day, "until": day})

    cohort, page = answer.context["cohort"], answer.content.decode()
    assert (cohort.since, cohort.until) == (start_of(BEGIN.date()), start_of(BEGIN.date()) + DAY)
    assert f'name="since" value="{day}"' in page
    assert f"since={day}&amp;until={day}" in page


def test_a_period_that_begins_in_the_future_does_not_end_before(visitor: Client) -> None:
    cohort = visitor.get(reverse("funnel"), {"since": "2099-03-01"}).context["cohort"]

    assert cohort.until - cohort.since == DAY
