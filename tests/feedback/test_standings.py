"""How far each lead came: the table that every report reads, against the rows it is made from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handraise.feedback.standing.models import Freshness, Standing
from handraise.feedback.standing.queries import fresh
from handraise.feedback.standing.refreshing import refresh
from handraise.leads.models import Lead, StageMove
from tests.world import lead

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
