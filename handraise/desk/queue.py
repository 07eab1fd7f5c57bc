"""The queue beside the brief: who waits for this person, and how much of each clock is left."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.http import Http404

from handraise.desk.paging import capped_count
from handraise.feedback.learned.models import Chance
from handraise.feedback.learned.queries import ordering
from handraise.handover import queries as handovers
from handraise.handover.models import Handover
from handraise.handover.questions import is_paused
from handraise.kit import working_time
from handraise.kit.working_time import Calendar
from handraise.team.models import User

LONGEST = 50
CAP = 100
LATE = "late"


@dataclass(frozen=True, slots=True)
class Clock:
    """What is left of a time that was agreed; `share` of it, 0..1; `kind` is its colour. One that
    is paused keeps what it has."""

    left: timedelta
    share: float
    words: str
    kind: str
    is_paused: bool = False

    @property
    def is_late(self) -> bool:
        return self.words == LATE


@dataclass(frozen=True, slots=True)
class Waiting:
    """One offer in the queue, and its clock."""

    handover: Handover
    clock: Clock

    @property
    def lead(self) -> dict[str, Any]:
        """Who they are, as frozen in the brief."""
        given: dict[str, Any] = getattr(self.handover, "brief_lead", None) or {}
        return given

    @property
    def is_warned(self) -> bool:
        """Whether the last quarter of its time runs."""
        is_late = self.clock.is_late or self.clock.is_paused
        return self.handover.warned_at is not None and not is_late

    @property
    def chance(self) -> float | None:
        """What was learned of the lead, where the queue stands in that order."""
        given: float | None = getattr(self.handover, "learned_chance", None)
        return given

    @property
    def why_now(self) -> str:
        return str(getattr(self.handover, "brief_why_now", None) or "")


@dataclass(frozen=True, slots=True)
class Queue:
    """The first offers to answer, in their order; `count` of all goes one above CAP at most."""

    offers: list[Waiting]
    count: int

    @property
    def count_words(self) -> str:
        return f"more than {CAP}" if self.count > CAP else str(self.count)


def queue_of(user: User, *, at: datetime, limit: int = LONGEST) -> Queue:
    """The offers that wait for this person. Of each brief only what the queue shows is read."""
    mine = _as_agreed(handovers.inbox(user, at=at))
    shown = mine.defer("brief").annotate(
        brief_lead=F("brief__lead"), brief_why_now=KeyTextTransform("why_now", "brief")
    )
    offers = [waiting(one, at=at) for one in shown[:limit]]
    return Queue(offers, len(offers) if len(offers) < limit else capped_count(mine, CAP))


def _as_agreed(offers: QuerySet[Handover]) -> QuerySet[Handover]:
    """By priority; or, if the agreement says so, by what was learned, where that is known."""
    if not ordering().is_learned:
        return offers
    chance = Chance.objects.filter(pk=OuterRef("lead__canonical_id")).values("chance")
    found = offers.annotate(learned_chance=Subquery(chance))
    return found.order_by(F("learned_chance").desc(nulls_last=True), "-priority", "due_at", "pk")


def waiting(handover: Handover, *, at: datetime) -> Waiting:
    """How one open offer stands on the clock of its assignee, in their working time."""
    left, allowed, calendar = handover.paused_left, handover.allowed, handover.calendar(at)
    if left is not None and allowed and is_paused(handover, at=at):
        return Waiting(handover, Clock(left, left / allowed, _clock(left), "interest", True))
    clock = clock_at(at, handover.offered_at, handover.due_at, calendar, whole=allowed)
    return Waiting(handover, clock)


def clock_at(
    at: datetime,
    since: datetime,
    due: datetime,
    calendar: Calendar,
    *,
    whole: timedelta | None = None,
) -> Clock:
    """How a clock that began at `since` stands, in the working time of who is asked; `whole` is
    what it had where it has stood still."""
    left = working_time.between(at, due, **calendar)
    if whole is None:
        whole = working_time.between(since, due, **calendar)
    share = left / whole if whole > timedelta(0) else 0.0
    late = due <= at
    kind = "bad" if late or share < 1 / 3 else "intent" if share < 2 / 3 else "accent"
    return Clock(left, share, LATE if late else _clock(left), kind)


def _clock(left: timedelta) -> str:
    minutes = int(left.total_seconds() // 60)
    if minutes >= 24 * 60:
        return f"{minutes // (24 * 60)} d"
    return f"{minutes // 60}:{minutes % 60:02}"


def in_words(left: timedelta) -> str:
    """`1 h 12 min`, `40 min`, `no time`."""
    hours, minutes = divmod(int(left.total_seconds() // 60), 60)
    said = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes)
    return " ".join(said) or "less than a minute"


def tag_of(queue: Queue) -> str:
    """Changes exactly when the queue would look different: what the poll compares."""
    looks = [
        (one.handover.pk, one.clock.words, one.clock.kind, one.handover.is_cooling, one.is_warned)
        for one in queue.offers
    ]
    return hashlib.sha256(repr(looks).encode()).hexdigest()[:16]


def open_handover(user: User, pk: int) -> Handover:
    """An offer that this person may see. Raises Http404."""
    try:
        return handovers.handover_visible_to(user, pk)
    except Handover.DoesNotExist:
        raise Http404 from None
