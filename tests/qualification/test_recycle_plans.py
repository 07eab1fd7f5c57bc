"""Not now: a plan says what is waited for and knows when the lead wakes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from handraise.leads.decide import Stage, Via
from handraise.leads.models import Attention, Lead
from handraise.qualification.actions import WAKES, Refused, move_by_hand
from handraise.qualification.models import Return
from handraise.team.models import User
from tests.personas import NOON
from tests.world import stage_of

pytestmark = pytest.mark.django_db


def put_aside(
    lead: Lead, by: User, plan: str, *, reason: str = "", wakes_at: datetime | None = None
) -> Return:
    move_by_hand(
        lead, to=Stage.NURTURE, plan=plan, reason=reason, wakes_at=wakes_at, by=by, at=NOON,
        via=Via.WEB,
    )  # fmt: skip
    return Return.objects.get()


def test_next_quarter_begins_in_the_zone_of_the_installation(
    ada: Lead, mia: User, settings: Any
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"  # where summer time begins before April does

    given = put_aside(ada, mia, "Budget next quarter")

    assert given.wakes_at == datetime.fromisoformat("2026-04-01T00:00:00+02:00")
    assert (given.plan, given.reason) == ("Budget next quarter", "Budget next quarter")
    assert Attention.objects.filter(lead=ada, why=WAKES, look_at=given.wakes_at).exists()
    assert stage_of(ada) is Stage.NURTURE


def test_a_plan_knows_its_days_and_a_day_that_is_told_comes_first(ada: Lead, mia: User) -> None:
    told = NOON + timedelta(days=9)

    given = put_aside(ada, mia, "Needs the board", reason="Meets in May.", wakes_at=told)

    assert given.wakes_at == told
    assert given.reason == "Needs the board: Meets in May."


def test_days_are_reckoned_from_now(ada: Lead, mia: User) -> None:
    assert put_aside(ada, mia, "Needs the board").wakes_at == NOON + timedelta(days=45)


def test_a_plan_that_waits_for_a_date_asks_for_it(ada: Lead, mia: User) -> None:
    with pytest.raises(Refused, match="“Contract runs” needs the date"):
        put_aside(ada, mia, "Contract runs")
    with pytest.raises(Refused, match="must lie ahead"):
        put_aside(ada, mia, "Contract runs", wakes_at=NOON)

    assert stage_of(ada) is Stage.SALES_ACCEPTED


def test_only_plans_of_the_agreement_count_and_only_for_nurture(ada: Lead, mia: User) -> None:
    with pytest.raises(Refused, match="no such recycle plan any more"):
        put_aside(ada, mia, "Some other time")
    with pytest.raises(Refused, match="goes with the move to nurture"):
        move_by_hand(
            ada, to=Stage.DISQUALIFIED, plan="Needs the board", reason="x", by=mia, at=NOON,
            via=Via.WEB,
        )  # fmt: skip
