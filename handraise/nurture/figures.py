"""What the pages of journeys count: who is inside, what passed through, how people left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from handraise.leads.models import Lead
from handraise.leads.queries import leads_visible_to
from handraise.nurture.compiling import ENTER
from handraise.nurture.decide import Ending, State
from handraise.nurture.models import Enrolment, Journey, JourneyVersion, StepCount
from handraise.nurture.showing import Passed
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

MONTH = timedelta(days=30)
PAGE = 50
_ENDINGS = {ending.value for ending in Ending}


@dataclass(frozen=True, slots=True)
class Overview:
    """A journey in the list of them."""

    journey: Journey
    inside: int
    entered: int
    goal: int
    sales: int


def overviews(user: User, *, at: datetime) -> list[Overview]:
    """Every journey, running ones first, with who is inside and the last thirty days."""
    require(user, Permission.SEE)
    journeys = Journey.objects.select_related("published", "changed_by").order_by("name")
    recent = Q(ended_at__gte=at - MONTH)
    counted: dict[int, Any] = {
        row["journey_id"]: row
        for row in Enrolment.objects.filter(
            Q(ended_at=None) | recent | Q(entered_at__gte=at - MONTH)
        )
        .values("journey_id")
        .annotate(
            inside=Count("id", filter=Q(ended_at=None)),
            entered=Count("id", filter=Q(entered_at__gte=at - MONTH)),
            goal=Count("id", filter=recent & Q(ending=Ending.GOAL)),
            sales=Count("id", filter=recent & Q(ending=Ending.SALES)),
        )
    }
    order = [State.RUNNING, State.PAUSED, State.DRAFT, State.RETIRED]
    found = [_overview(journey, counted.get(journey.pk, {})) for journey in journeys]
    return sorted(found, key=lambda one: order.index(State(one.journey.state)))


def _overview(journey: Journey, row: Mapping[str, int]) -> Overview:
    names = ("inside", "entered", "goal", "sales")
    return Overview(journey, *(row.get(name, 0) for name in names))


@dataclass(slots=True)
class Whole:
    """A version as it was walked: by step, and how many entered it."""

    passed: dict[str, Passed] = field(default_factory=dict)
    entered: int = 0
    inside: int = 0


def walked(version: JourneyVersion, ways: Mapping[str, Iterable[str]]) -> Whole:
    """What passed through each step of a version. `ways`: the named ways of each fork; whatever
    else bears the name of an ending is one."""
    whole = Whole()
    sums = StepCount.objects.filter(version=version).values_list("place", "way")
    for place, way, count in sums.annotate(Sum("count")):
        _add(whole, place, way, count, set(ways.get(place, ())))
    here = Enrolment.objects.filter(version=version, ended_at=None).values_list("place")
    for place, count in here.annotate(Count("id")):
        whole.passed.setdefault(place, Passed()).here = count
        whole.inside += count
    return whole


def _add(whole: Whole, place: str, way: str, count: int, named: set[str]) -> None:
    passed = whole.passed.setdefault(place, Passed())
    if way in _ENDINGS and way not in named:
        passed.left += count
    else:
        passed.ways[way] = passed.ways.get(way, 0) + count
        if place == ENTER:
            whole.entered += count


def endings(journey: Journey) -> list[tuple[str, int]]:
    """How those who are no longer inside left, most frequent first."""
    ended = Enrolment.objects.filter(journey=journey, ended_at__isnull=False)
    rows = ended.values_list("ending").annotate(count=Count("id")).order_by("-count")
    return [(str(ending), count) for ending, count in rows]


def inside_by_version(journey: Journey) -> list[tuple[int, int]]:
    """How many are inside under each version, newest first."""
    inside = Enrolment.objects.filter(journey=journey, ended_at=None)
    rows = inside.values_list("version__number").annotate(Count("id"))
    return [(number, count) for number, count in rows.order_by("-version__number")]


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of enrolments, newest first. `next`: where the next page begins."""

    rows: list[Enrolment]
    next: int | None


def inside_visible_to(user: User, journey: Journey, *, before: int | None) -> Rows:
    """Who is inside, newest first, of those that this person may see."""
    rows = visible_to(user).filter(journey=journey, ended_at=None)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    more = len(found) > PAGE
    return Rows(found[:PAGE], found[PAGE - 1].pk if more else None)


def visible_to(user: User) -> QuerySet[Enrolment]:
    """Enrolments of leads that this person may see."""
    require(user, Permission.SEE)
    return Enrolment.objects.filter(_seen(leads_visible_to(user))).select_related(
        "lead", "lead__canonical", "journey", "version"
    )


def _seen(leads: QuerySet[Lead]) -> Q:
    return Q(lead__canonical_id__in=leads.values("pk"))


def versions_of(journey: Journey) -> list[JourneyVersion]:
    """What a journey said, newest first."""
    return list(journey.versions.select_related("by").order_by("-number"))


__all__ = [
    "Overview", "Rows", "Whole", "endings", "inside_by_version",
    "inside_visible_to", "overviews", "versions_of", "visible_to", "walked",
]  # fmt: skip
