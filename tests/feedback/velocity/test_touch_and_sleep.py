"""Who sleeps, what goes with a quick touch, and new leads a month, from the raw rows."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from handraise.feedback.decide import Share
from handraise.feedback.standing.refreshing import refresh
from handraise.feedback.tabular import Period
from handraise.feedback.velocity import drilling, sleeping, touching
from handraise.feedback.velocity.months import last_months
from handraise.handover.models import Acceptance, Handover, Touch
from handraise.leads.decide import PATH, Stage
from handraise.leads.models import Lead, StageMove
from handraise.talk.models import Task
from handraise.team.models import User
from tests.feedback.velocity.histories import AT, BEGIN, HOUR, histories
from tests.personas import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def offered(number: int, hours: float | None, became: float | None, mia: User) -> None:
    """A lead offered at noon, touched so many hours later, SQL so many hours after the offer."""
    lead = Lead(pk=30_000 + number, canonical_id=30_000 + number, stage_since=NOON,
                created_at=NOON - DAY, name=f"Lead{number}")  # fmt: skip
    lead.save(force_insert=True)
    made = Handover.objects.create(
        lead=lead, team=mia.team, assignee=mia, version=1, priority=number, offered_at=NOON,
        due_at=NOON + DAY, ended_at=NOON,
    )  # fmt: skip
    if hours is not None:
        Acceptance.objects.create(handover=made, at=NOON, by=mia)
        Touch.objects.create(handover=made, at=NOON + hours * HOUR, by=mia, kind="Called")
    if became is not None:
        when = NOON + became * HOUR
        StageMove.objects.create(lead=lead, before="LEAD", after="SALES_QUALIFIED", at=when,
                                 known_at=when, version=1, reason="")  # fmt: skip


def test_bands_and_thirds_are_counted(mia: User) -> None:
    times = [(0.5, 90.0), (2, None), (30, 40.0), (None, 50.0), (50, 20.0), (2, -5.0), (2, 800.0)]
    for number, (hours, became) in enumerate(times):
        offered(number, hours, became, mia)
    refresh(at=NOON + 40 * DAY)

    found = touching.bands(since=NOON - DAY, until=NOON + DAY, at=NOON + 40 * DAY)

    # Touched once it was SQL is no touch. SQL before the offer is left out, after 30 days too late.
    assert [band.whole for band in found] == [
        Share(1, 1), Share(0, 2), Share(0, 0), Share(1, 1), Share(0, 0), Share(0, 0), Share(2, 2),
    ]  # fmt: skip
    assert [touching.together([band.thirds[third] for band in found]).of for third in range(3)] == [
        2, 2, 2,
    ]  # fmt: skip


def test_an_offer_that_had_no_time_yet_is_left_out(mia: User) -> None:
    offered(1, 1, 20, mia)
    refresh(at=NOON + 20 * DAY)

    found = touching.bands(since=NOON - DAY, until=NOON + DAY, at=NOON + 20 * DAY)

    assert sum(band.whole.of for band in found) == 0


@pytest.mark.parametrize("seed", range(3))
def test_who_sleeps_is_who_stands_long_or_awaits_nothing(seed: int, mia: User) -> None:
    histories(seed)
    for pk in Lead.objects.filter(is_current=True).values_list("pk", flat=True)[::3]:
        Task.objects.create(lead_id=pk, text="Call", assignee=mia, by=mia, at=AT, changed_at=AT)
    refresh(at=AT)
    awaited = set(Task.objects.values_list("lead__canonical", flat=True))
    usual = sleeping.usual_times(at=AT)

    for one in sleeping.stock(at=AT):
        there = list(Lead.objects.filter(is_current=True, stage=one.stage))
        most = usual[one.stage]
        ages = [(AT - lead.stage_since).total_seconds() for lead in there]
        long = [most is not None and age > most for age in ages]
        idle = [lead.pk not in awaited for lead in there]
        bands = Counter(
            sum(age >= edge * 86400 for edge in (7, 30, 90))
            for age, is_long, is_idle in zip(ages, long, idle, strict=True)
            if is_long or is_idle
        )
        assert (one.count, one.long, one.idle) == (len(there), sum(long), sum(idle))
        assert one.asleep == tuple(bands[place] for place in range(4))


@pytest.mark.parametrize("seed", range(3))
def test_new_leads_of_a_month_are_those_of_the_raw_rows(seed: int, vera: User) -> None:
    histories(seed)
    today = Lead.objects.create(pk=9_999, canonical_id=9_999, created_at=BEGIN, stage_since=AT)
    StageMove.objects.create(
        lead=today, before=Stage.LEAD, after=Stage.MARKETING_QUALIFIED, at=AT - HOUR,
        known_at=AT - HOUR, version=1, reason="",
    )  # fmt: skip
    refresh(at=AT)
    moves = pd.DataFrame(
        StageMove.objects.filter(
            withdrawn_at=None, at__lte=AT, lead__canonical__withdrawn_at=None,
            after__in=PATH[1:],
        ).values("lead__canonical", "at")
    )  # fmt: skip
    first = moves.groupby("lead__canonical")["at"].min()
    midnight = AT.replace(hour=0)
    expected = Counter((one.year, one.month) for one in first if one < midnight)

    asked = Period(BEGIN, AT + DAY, AT)
    months = last_months(asked, Stage.MARKETING_QUALIFIED)

    behind = [drilling.month(vera, asked, Stage.MARKETING_QUALIFIED, one.first) for one in months]
    assert [one.count for one in behind] == [one.count for one in months]
    assert {(one.first.year, one.first.month): one.count for one in months if one.count} == expected
    assert months[-1].days == AT.day - 1


def test_on_the_first_of_a_month_nothing_of_it_is_counted_yet() -> None:
    at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    histories(1)
    refresh(at=at)

    newest = last_months(Period(BEGIN, at, at), Stage.MARKETING_QUALIFIED)[-1]

    assert (newest.days, newest.count, newest.a_day, newest.growth) == (0, 0, None, None)
