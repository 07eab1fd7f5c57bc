"""The main job, on the real database: from a first click to a handover that sales accepts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.feedback.funnel.queries import funnel
from handraise.flow.look import look
from handraise.handover.actions import accept, record_opening
from handraise.handover.queries import inbox
from handraise.leads.decide import Stage, Via
from handraise.leads.models import ParkedLead
from handraise.leads.record import record
from handraise.qualification.actions import move_by_hand
from handraise.team.models import User
from tests.leads.said import did, facts, lead_of
from tests.personas import NOON
from tests.world import in_force, kinds, stage_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EMAIL = "ada@acme.example"


@pytest.mark.django_db
def test_first_click_to_accepted_handover(mark: User, mia: User, rita: User) -> None:
    agreed = in_force(mark, mia, at=NOON - 30 * DAY)

    # She comes by unknown, reads, and says who she is two days later.
    visitor = did("page", anonymous_id="a1", properties={"path": "/pricing"}, at=NOON - 2 * DAY)
    record([visitor], at=NOON - 2 * DAY)
    look(at=NOON - 2 * DAY)
    record(
        [
            facts({"name": "Ada", "title": "Head of Sales"}, anonymous_id="a1", email=EMAIL),
            did("Demo Requested", email=EMAIL),
        ],
        at=NOON,
    )
    ada = lead_of("email", EMAIL)
    assert stage_of(ada) is Stage.LEAD

    # One look scores her, qualifies her and hands her over, with reasons at every step.
    assert look(at=NOON) > 0
    assert stage_of(ada) is Stage.MARKETING_QUALIFIED
    move = ada.moves.get()
    assert (move.version, move.by) == (agreed.number, None)
    assert move.reason.startswith("Meets the MQL criteria of version 1: fit 40")
    handover = inbox(mia, at=NOON).get()
    assert handover.due_at == NOON + 4 * HOUR
    assert "Asked for a demo" in handover.brief["why_now"]
    assert [row["name"] for row in handover.brief["activities"]] == ["Demo Requested", "page"]

    # Looking again, late and for nothing, changes nothing.
    for hours in (0, 1):
        look(at=NOON + hours * HOUR)
    assert inbox(mia, at=NOON).get() == handover

    # Mia reads the brief and takes her; what is left is people's work.
    record_opening(handover, by=mia, at=NOON + HOUR)
    accept(handover, by=mia, at=NOON + HOUR, via=Via.WEB)
    record([facts({"budget": 20_000}, email=EMAIL, at=NOON + DAY)], at=NOON + DAY)
    look(at=NOON + DAY)
    for to in (Stage.SALES_QUALIFIED, Stage.OPPORTUNITY, Stage.CUSTOMER):
        ada.refresh_from_db()
        move_by_hand(ada, to=to, by=rita, at=NOON + 2 * DAY, via=Via.WEB)
        look(at=NOON + 2 * DAY)

    assert not inbox(rita, at=NOON).exists()
    assert not ParkedLead.objects.exists()
    assert [kind for kind in kinds(ada) if kind.startswith("handover")] == [
        "handover.offered", "handover.opened", "handover.accepted",
    ]  # fmt: skip
    rows = funnel(since=NOON - 10 * DAY, until=NOON + 10 * DAY, at=NOON + 10 * DAY).steps
    assert [(row.stage, row.reached) for row in rows] == [(stage, 1) for stage in Stage][:6]
