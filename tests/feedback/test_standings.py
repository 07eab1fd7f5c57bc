"""How far each lead came: the table that every report reads, against the rows it is made from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from urllib.parse import quote

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from handraise.feedback.standing.models import Freshness, Standing
from handraise.feedback.standing.queries import fresh, keep_fresh
from handraise.feedback.standing.refreshing import refresh
from handraise.kit.clock import now
from handraise.leads.models import Lead, StageMove
from handraise.team.models import User
from tests.world import AGREEMENT, in_force, lead

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def moved(one: Lead, after: str, at: datetime, *, version: int = 1) -> None:
    StageMove.objects.create(
        lead=one, before="LEAD", after=after, at=at, known_at=at, version=version, reason="",
        scores={"priority": 61.5, "grade": "B"},
    )  # fmt: skip


def test_going_past_a_stage_counts_as_reaching_it() -> None:
    one = lead("ada@firm.example", at=NOON)
    moved(one, "MARKETING_QUALIFIED", NOON + DAY)
    moved(one, "SALES_QUALIFIED", NOON + 3 * DAY, version=2)

    refresh(at=NOON + 9 * DAY)

    made = Standing.objects.get(lead=one)
    assert (made.entered_at, made.marketed_at) == (NOON, NOON + DAY)
    assert made.accepted_at == made.qualified_at == NOON + 3 * DAY
    assert made.opportunity_at is None
    assert (made.version, made.priority, made.grade) == (1, 61.5, "B")


def test_who_went_past_mql_has_the_version_that_was_in_force(mark: User, mia: User) -> None:
    in_force(mark, mia, at=NOON - 9 * DAY)
    in_force(mark, mia, AGREEMENT.replace("points: 60", "points: 50"), at=NOON + 2 * DAY)
    each = [lead(name, at=NOON - 20 * DAY) for name in ("Early", "First", "Second", "Told")]
    moved(each[0], "SALES_QUALIFIED", NOON - 10 * DAY)
    moved(each[1], "SALES_QUALIFIED", NOON + DAY)
    moved(each[2], "CUSTOMER", NOON + 3 * DAY)
    moved(each[3], "MARKETING_QUALIFIED", NOON + 3 * DAY, version=1)  # looked at just before

    refresh(at=NOON + 9 * DAY)

    found = [Standing.objects.get(lead=one).version for one in each]
    assert found == [None, 1, 2, 1]


def test_what_came_later_or_was_withdrawn_is_not_in_it() -> None:
    one = lead("ada@firm.example", at=NOON)
    moved(one, "MARKETING_QUALIFIED", NOON + DAY)
    StageMove.objects.update(withdrawn_at=NOON + 2 * DAY)
    moved(one, "MARKETING_QUALIFIED", NOON + 5 * DAY)

    refresh(at=NOON + 3 * DAY)

    assert Standing.objects.get(lead=one).marketed_at is None
    assert Freshness.objects.get().as_of == NOON + 3 * DAY


def test_a_lead_that_is_gone_goes() -> None:
    one, other = lead("ada@firm.example", at=NOON), lead("bob@firm.example", at=NOON)
    refresh(at=NOON)
    Lead.objects.filter(pk=other.pk).update(canonical=one)

    refresh(at=NOON + DAY)

    assert list(Standing.objects.values_list("lead_id", flat=True)) == [one.pk]


def test_what_is_quick_to_make_is_made_at_each_look() -> None:
    lead("ada@firm.example", at=NOON)
    assert fresh(at=NOON + DAY).at == NOON + DAY
    assert fresh(at=NOON + 2 * DAY).at == NOON + 2 * DAY


def test_what_takes_long_says_as_of_when_it_holds() -> None:
    lead("ada@firm.example", at=NOON)
    refresh(at=NOON)
    Freshness.objects.update(seconds=3.0)

    assert (fresh(at=NOON + DAY).at, fresh(at=NOON + DAY).is_late) == (NOON, True)


def test_an_outcome_told_before_the_lead_brings_it_in() -> None:
    one = lead("ada@firm.example", at=NOON)
    moved(one, "SALES_ACCEPTED", NOON - 5 * DAY)

    refresh(at=NOON + DAY)

    made = Standing.objects.get(lead=one)
    assert made.entered_at == made.marketed_at == made.accepted_at == NOON - 5 * DAY


def slow(at: datetime) -> None:
    """As if making the standings took long: then the worker does it."""
    refresh(at=at)
    Freshness.objects.update(seconds=3.0)


def test_the_worker_makes_what_takes_long_every_ten_minutes() -> None:
    lead("ada@firm.example", at=NOON)
    assert keep_fresh(at=NOON)
    assert not keep_fresh(at=NOON + DAY), "what is quick is left to the pages"

    slow(NOON + DAY)

    assert not keep_fresh(at=NOON + DAY + timedelta(minutes=9))
    assert keep_fresh(at=NOON + DAY + timedelta(minutes=10))


@pytest.mark.django_db(transaction=True)
def test_one_makes_them_at_a_time() -> None:
    slow(NOON)
    holding, done = Event(), Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(hashtext('feedback_standing'))")
            holding.set()
            done.wait(20)
        connection.close()

    other = Thread(target=hold)
    other.start()
    assert holding.wait(20)
    try:
        assert not keep_fresh(at=NOON + DAY)
    finally:
        done.set()
        other.join()
    assert keep_fresh(at=NOON + DAY)


def test_a_page_asks_for_fresher_figures_and_follows(client: Client, vera: User) -> None:
    slow(now() - timedelta(minutes=30))
    client.force_login(vera)
    page = client.get(reverse("feedback")).content.decode()
    assert "Bring up to date" in page

    answer = client.post(reverse("standing_refreshing"), headers={"hx-request": "true"})
    again = client.post(reverse("standing_refreshing"))

    assert b"being brought up to date" in answer.content
    assert again.headers["Location"] == reverse("feedback")
    assert ProcrastinateJob.objects.filter(task_name="feedback.standing.refresh").count() == 1
    state = reverse("standing_state") + "?than=" + quote(Freshness.objects.get().as_of.isoformat())
    assert b"being brought up to date" in client.get(state).content
    refresh(at=now())
    assert client.get(state).headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("than", ["", "x", "2026-99-99T00:00:00Z", "2026-03-01T00:00:00"])
def test_an_instant_that_is_none_makes_the_page_look_anew(
    client: Client, vera: User, than: str
) -> None:
    client.force_login(vera)

    answer = client.get(reverse("standing_state"), {"than": than})

    assert answer.headers["HX-Refresh"] == "true"
