"""To whom a lead can be passed on, or an offer handed on: people with what they have in hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handraise.agreement.queries import published
from handraise.handover.claiming import may_hand_on
from handraise.handover.decide import Candidate, Kind
from handraise.handover.models import Handover
from handraise.handover.queries import may_pass
from handraise.handover.queues import Queue, deciders, queues_at
from handraise.leads.decide import Stage
from handraise.leads.models import Lead
from handraise.qualification.queries import sql_lacks
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who could take it: `says` what they have in hand; `is_able` if they have room."""

    id: int
    name: str
    says: str
    is_able: bool


@dataclass(frozen=True, slots=True)
class Passing:
    """The second handover as this reader may make it: `lacks` says what the criteria miss, `asked`
    who returned it for more work."""

    people: list[Person]
    lacks: str
    may_override: bool
    asked: int | None

    @property
    def is_open(self) -> bool:
        return bool(self.people) and (not self.lacks or self.may_override)


def passing_of(user: User, lead: Lead, *, at: datetime) -> Passing | None:
    """None where there is nothing to pass on, or not by this reader."""
    overrides = may(user, Permission.OVERRIDE)
    if lead.stage != Stage.SALES_ACCEPTED or not may(user, Permission.QUALIFY):
        return None
    agreed = published() if may_pass(user, lead) else None
    if agreed is None:
        return None
    told = Handover.objects.filter(lead__canonical=lead.pk)
    if told.filter(ended_at=None).exists():
        return None
    queues = deciders(queues_at(at, is_locked=False), agreed.document)
    last = told.filter(kind=Kind.SECOND).order_by("-offered_at").first()
    asked = None if last is None else last.assignee_id
    return Passing(_people(queues), sql_lacks(lead, agreed.document, at=at), overrides, asked)


def colleagues_for(user: User, handover: Handover, *, at: datetime) -> list[Person]:
    """To whom this reader may hand an open offer on; nobody where they may not."""
    agreed = published()
    if agreed is None or handover.ended_at is not None or not may_hand_on(user, handover):
        return []
    queues = queues_at(at, is_locked=False)
    if handover.kind == Kind.SECOND:
        queues = deciders(queues, agreed.document)
    mine = [queue for queue in queues if queue.team.pk == handover.team_id] or queues
    return [one for one in _people(mine) if one.id != handover.assignee_id]


def _people(queues: Sequence[Queue]) -> list[Person]:
    found = [one for queue in queues for one in queue.candidates()]
    return [Person(one.id, one.name, _says(one), one.is_able) for one in found]


def _says(one: Candidate) -> str:
    if one.is_away:
        return "away"
    of = "" if one.capacity is None else f" of {one.capacity}"
    return f"{one.in_hand}{of} in hand{'' if one.is_at_work else ', not at work now'}"


__all__ = ["Passing", "Person", "colleagues_for", "passing_of"]
