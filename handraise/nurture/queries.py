"""The doors to journeys: what runs, how many stand where, who is inside, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q, QuerySet, Sum

from handraise.agreement.faults import AgreementError
from handraise.leads.models import Lead
from handraise.nurture.compiling import Node, plan_of
from handraise.nurture.decide import State
from handraise.nurture.models import Enrolment, Journey, JourneyVersion, StepCount
from handraise.nurture.wording import words_of
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


def enrolments_visible_to(user: User) -> QuerySet[Enrolment]:
    """Everybody who is or was in a journey, the newest first."""
    require(user, Permission.SEE)
    found = Enrolment.objects.select_related("journey", "version", "lead__canonical")
    return found.order_by("-entered_at", "-pk")


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one step: how many stand there now, how many of them are held up, and how many ever went
    on or left by each way."""

    waiting: int = 0
    held_up: int = 0
    ways: dict[str, int] = field(default_factory=dict)


def counts(version: JourneyVersion) -> dict[str, Counts]:
    """By the id of a step, of those at which anybody stands or stood."""
    standing = (
        Enrolment.objects.filter(journey=version.journey_id, version=version, ended_at=None)
        .values_list("place")
        .annotate(here=Count("pk"), held_up=Count("pk", filter=~Q(fault="")))
        .order_by()
    )
    found = {place: Counts(waiting, held_up) for place, waiting, held_up in standing}
    passed = (
        StepCount.objects.filter(version=version)
        .values_list("place", "way")
        .annotate(total=Sum("count"))
        .order_by("place", "way")
    )
    for place, way, total in passed:
        found.setdefault(place, Counts()).ways[way] = total
    return found


def inside(journey: Journey) -> int:
    """How many are in a journey now, under whichever version."""
    return Enrolment.objects.filter(journey=journey, ended_at=None).count()


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
    found = enrolments_visible_to(user).filter(lead__canonical=lead.canonical_id, ended_at=None)
    return [_standing(one) for one in found.order_by("entered_at", "pk")]


def enterable(user: User, standings: Sequence[Standing]) -> list[Journey]:
    """The running journeys into which this person may put a lead that stands in these."""
    if not may(user, Permission.NURTURE):
        return []
    there = [one.enrolment.journey_id for one in standings]
    return list(journeys_visible_to(user).filter(state=State.RUNNING).exclude(pk__in=there))


def _standing(enrolment: Enrolment) -> Standing:
    try:
        plan = plan_of(enrolment.version.text)
    except AgreementError:
        return Standing(enrolment, enrolment.place, [], enrolment.due_at)
    node = plan.nodes.get(enrolment.place)
    following: list[Node] = []
    for to in dict.fromkeys(node.ways.values() if node is not None else ()):
        if to in plan.nodes:
            following.append(plan.nodes[to])
    here = enrolment.place if node is None else words_of(node)
    return Standing(enrolment, here, [words_of(one) for one in following], enrolment.due_at)


__all__ = [
    "Counts", "Standing", "counts", "enrolments_visible_to", "enterable", "inside",
    "journey_visible_to",
    "journeys_visible_to", "standings_of",
]  # fmt: skip
