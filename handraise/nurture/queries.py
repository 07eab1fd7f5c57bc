"""The doors to journeys, and where a lead stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from handraise.agreement import plain_yaml
from handraise.agreement.faults import AgreementError
from handraise.leads.models import Lead
from handraise.nurture.compiling import Node, plan_of
from handraise.nurture.decide import State
from handraise.nurture.figures import visible_to
from handraise.nurture.models import Enrolment, Journey
from handraise.nurture.naming import names
from handraise.nurture.step_words import Names, title_of
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may


def journeys_visible_to(user: User) -> QuerySet[Journey]:
    """Every journey, by name. Raises PermissionDenied for who may not see leads."""
    require(user, Permission.SEE)
    return Journey.objects.select_related("published", "changed_by").order_by("name", "pk")


def journey_visible_to(user: User, code: str) -> Journey:
    """One journey. Raises Journey.DoesNotExist."""
    return journeys_visible_to(user).get(code=code)


@dataclass(frozen=True, slots=True)
class Standing:
    """A lead in a journey: `here` is the step at which it stands, in words, `following` the next
    ones that it may come to; `until` when it goes on, if that is known."""

    enrolment: Enrolment
    here: str
    following: list[str]
    until: datetime | None


def standings_of(user: User, lead: Lead) -> list[Standing]:
    """The journeys in which this lead is, under whichever face it was let in, oldest first."""
    found = visible_to(user).filter(lead__canonical=lead.canonical_id, ended_at=None)
    inside = list(found.order_by("entered_at", "pk"))
    called = names() if inside else Names()
    return [_standing(one, called) for one in inside]


def enterable(user: User, standings: Sequence[Standing]) -> list[Journey]:
    """The running journeys into which this person may put a lead that stands in these."""
    if not may(user, Permission.NURTURE):
        return []
    there = [one.enrolment.journey_id for one in standings]
    return list(journeys_visible_to(user).filter(state=State.RUNNING).exclude(pk__in=there))


def _standing(enrolment: Enrolment, called: Names) -> Standing:
    try:
        plan = plan_of(enrolment.version.text)
    except AgreementError:
        return Standing(enrolment, enrolment.place, [], enrolment.due_at)
    node = plan.nodes.get(enrolment.place)
    if node is None:
        return Standing(enrolment, enrolment.place, [], enrolment.due_at)
    raw = plain_yaml.load(enrolment.version.text).value
    following = [plan.nodes[to] for to in dict.fromkeys(node.ways.values()) if to in plan.nodes]
    said = [_words(one, raw, called) for one in (node, *following)]
    return Standing(enrolment, said[0], said[1:], enrolment.due_at)


def _words(node: Node, raw: Any, called: Names) -> str:
    """What a step does, in a few words."""
    if node.step is None:
        return "At the entrance"
    for key in node.place:
        raw = raw[key]
    return title_of(raw, called)


__all__ = ["Standing", "enterable", "journey_visible_to", "journeys_visible_to", "standings_of"]
