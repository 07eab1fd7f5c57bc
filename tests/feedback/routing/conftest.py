"""A small month: leads that became MQL, offers that people answered, and what then came of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from handraise.agreement.queries import Published
from handraise.agreement.reading import read
from handraise.feedback.routing.replaying import Wish, rehearse
from handraise.feedback.routing.report import Person, Report, Side
from handraise.handover.models import Acceptance, Expiry, Handover, Rejection
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.leads.moves import Move
from handraise.leads.moves import write as write_moves
from handraise.leads.record import record
from handraise.team.models import Team, User
from tests.leads.said import facts, lead_of
from tests.personas import NOON
from tests.world import AGREEMENT, in_force

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BEGIN = NOON.replace(hour=0)
END, NOW = BEGIN + 28 * DAY, BEGIN + 60 * DAY
ROUTES = """routes:
  - {name: Germany, when: {country: germany}, team: Enterprise}
  - {name: Everybody, team: Sales development}
"""


@pytest.fixture
def agreed(mark: User, mia: User, nils: User) -> Published:
    """The small agreement, in force; Mia and Nils take leads."""
    return in_force(mark, mia, at=NOON - 300 * DAY)


def qualified(name: str, at: datetime, firm: str = "", **traits: Any) -> Lead:
    """A lead that became MQL at an instant; each of a company of its own, if none is named."""
    email = f"{name.lower()}@{firm or name.lower()}.example"
    record([facts({"name": name, **traits}, email=email, at=at - HOUR)], at=at - HOUR)
    lead = lead_of("email", email)
    move(lead, Stage.LEAD, Stage.MARKETING_QUALIFIED, at)
    return lead


def move(lead: Lead, before: Stage, after: Stage, at: datetime) -> None:
    moves = [Move(lead.pk, before, after, 1, "Test", occurred_at=at)]
    write_moves(moves, at=at, via=Via.WORKER)


def answered(
    lead: Lead, person: User, at: datetime, ended_at: datetime, kind: str = "accepted"
) -> Handover:
    """What history knows: an offer, and how it ended."""
    assert person.team is not None
    made = Handover.objects.create(
        lead=lead, team=person.team, assignee=person, version=1, priority=50, offered_at=at,
        due_at=at + DAY, ended_at=ended_at,
    )  # fmt: skip
    if kind == "accepted":
        Acceptance.objects.create(handover=made, at=ended_at, by=person)
        move(lead, Stage.MARKETING_QUALIFIED, Stage.SALES_ACCEPTED, ended_at)
    elif kind == "rejected":
        Rejection.objects.create(handover=made, at=ended_at, by=person, reason="Not now",
                                 consequence="recycle")  # fmt: skip
        move(lead, Stage.MARKETING_QUALIFIED, Stage.NURTURE, ended_at)
    else:
        Expiry.objects.create(handover=made, at=ended_at)
    return made


def handed(
    name: str, person: User, at: datetime, *, hours: float = 1, days: float = 2, firm: str = "",
    after: Stage = Stage.SALES_QUALIFIED,
) -> Lead:  # fmt: skip
    """A lead that this person accepted after so many hours, and passed on after so many days."""
    lead = qualified(name, at, firm)
    taken_at = at + hours * HOUR
    answered(lead, person, at, taken_at)
    move(lead, Stage.SALES_ACCEPTED, after, taken_at + days * DAY)
    return lead


def tried(text: str = AGREEMENT, published: Published | None = None, **changes: Any) -> Report:
    """A text tried on the whole month."""
    wish = replace(Wish(read(text), BEGIN, END, NOW, "UTC"), **changes)
    return rehearse(wish, published, progress=lambda *_: None)


def of(side: Side, user: User) -> Person:
    found = side.person(user.pk)
    assert found is not None
    return found


@pytest.fixture
def enterprise(db: None) -> Team:
    return Team.objects.create(name="Enterprise", created_at=NOON)
