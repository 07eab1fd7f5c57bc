"""Offer leads to people: route, turn, clock, frozen brief, journal; for a whole batch at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from django.db import transaction

from handraise.agreement.document import Document
from handraise.handover.brief import briefs
from handraise.handover.decide import Choice, due_at
from handraise.handover.queries import offerable, waiting_now
from handraise.handover.queues import Known, Queue, keep_credits, queues_at, route_of, ties_with
from handraise.leads import attention, journal
from handraise.leads.bulk import among, as_json, copy_rows, next_ids
from handraise.leads.decide import Via
from handraise.leads.models import Attention, JournalLine, Lead
from handraise.scoring.models import Score

if TYPE_CHECKING:
    from handraise.agreement.queries import Published

LOOK_AGAIN_AFTER = timedelta(hours=1)
DUE = "handover.due"
WAITS = "handover.waits"
ROOM = "handover.room"
MOST_WOKEN = 200  # at a time; the rest follow
BATCH = 500  # briefs held in memory at a time


@dataclass(frozen=True, slots=True)
class Pass:
    """Whom and which teams to leave out for a lead, while there is somebody else."""

    people: frozenset[int] = frozenset()
    teams: frozenset[int] = frozenset()


@dataclass(slots=True)
class Offer:
    """One lead and the person chosen for it."""

    lead_id: int
    priority: float
    queue: Queue
    route: str
    choice: Choice
    due_at: datetime
    brief: dict[str, Any] = field(default_factory=dict)


class _Scored(Protocol):
    """A stored score, or a standing that is not stored."""

    @property
    def lead_id(self) -> int: ...
    @property
    def priority(self) -> float: ...
    @property
    def truths(self) -> Mapping[str, bool | None]: ...


@transaction.atomic
def offer(
    lead_ids: Collection[int],
    *,
    published: Published,
    at: datetime,
    leave_out: Mapping[int, Pass] | None = None,
) -> list[int]:
    """Offer those of these leads that are MQL and in nobody's hands, the best first.

    Gives the ids of the handovers made. A lead for which nobody is there waits: it is journalled
    once, and looked at again within the hour. The caller holds the leads' locks.
    """
    leads = offerable(lead_ids)
    made: list[int] = []
    if leads:
        queues = queues_at(at)
        ranked = _ranked(leads)
        for first in range(0, len(ranked), BATCH):
            made += _offer_batch(ranked[first : first + BATCH], queues, published, at, leave_out)
        keep_credits(queues)
    return made


def planned(
    standings: Sequence[_Scored], *, document: Document, at: datetime
) -> dict[int, Offer | None]:
    """To whom `offer` would offer these leads now, the most urgent first; None: nobody is there.

    Nothing is written, and no turn is used up: a plan for leads that would qualify.
    """
    queues = queues_at(at, is_locked=False)
    known = Known.of([standing.lead_id for standing in standings])
    ranked = sorted(standings, key=lambda standing: (-standing.priority, standing.lead_id))
    return {one.lead_id: _offer_of(one, queues, document, at, known, Pass()) for one in ranked}


def _ranked(leads: Sequence[int]) -> list[Score]:
    """Their scores, the most urgent first; a lead never scored has nothing to be routed by."""
    known = Score.objects.in_bulk(list(leads))
    return sorted(known.values(), key=lambda score: (-score.priority, score.pk))


def _offer_batch(
    scores: Sequence[Score],
    queues: Sequence[Queue],
    published: Published,
    at: datetime,
    leave_out: Mapping[int, Pass] | None,
) -> list[int]:
    document = published.document
    known = Known.of([score.pk for score in scores])
    offers: list[Offer] = []
    waiting: list[int] = []
    for score in scores:
        left_out = (leave_out or {}).get(score.pk, Pass())
        found = _offer_of(score, queues, document, at, known, left_out)
        if found is None:
            waiting.append(score.pk)
        else:
            offers.append(found)
    _wait(waiting, at)
    written = briefs(
        [one.lead_id for one in offers], document=document, version=published.number, at=at
    )
    for one in offers:
        one.brief = {**written[one.lead_id], "why_you": _why_you(one)}
    return _insert(offers, published.number, at)


def _offer_of(
    score: _Scored,
    queues: Sequence[Queue],
    document: Document,
    at: datetime,
    known: Known,
    left_out: Pass,
) -> Offer | None:
    queue, route = route_of(score.truths, document, queues, left_out.teams)
    if queue is None:
        return None
    choice = queue.choice(route, ties_with(score.lead_id, route, known, left_out.people))
    if choice is None:
        return None
    person = queue.take(choice)
    due = due_at(at, document.sal.accept_within, person.calendar(at))
    name = route.name if route is not None else ""
    return Offer(score.lead_id, score.priority, queue, name, choice, due)


def _why_you(one: Offer) -> str:
    return f"Route “{one.route}”. {one.choice.sentence}" if one.route else one.choice.sentence


_COLUMNS = ("id", "lead_id", "team_id", "assignee_id", "version", "priority", "offered_at",
            "due_at", "route", "brief", "is_cooling")  # fmt: skip


def _insert(offers: Sequence[Offer], version: int, at: datetime) -> list[int]:
    ids = next_ids("handover_handover", len(offers))
    rows = [
        (pk, one.lead_id, one.queue.team.pk, one.choice.person.id, version, one.priority, at,
         one.due_at, as_json(_route(one)), as_json(one.brief), False)
        for pk, one in zip(ids, offers, strict=True)
    ]  # fmt: skip
    if rows:
        copy_rows("handover_handover", _COLUMNS, rows)
    journal.write_many(_line(pk, one, at) for pk, one in zip(ids, offers, strict=True))
    due: dict[datetime, list[int]] = defaultdict(list)
    for one in offers:
        due[one.due_at].append(one.lead_id)
    for instant, leads in due.items():
        attention.wake(leads, look_at=instant, why=DUE)
    return ids


def _route(one: Offer) -> dict[str, Any]:
    return {
        "name": one.route,
        "team": one.queue.team.name,
        "person": one.choice.person.name,
        "sentence": _why_you(one),
        "passed_over": list(one.choice.passed_over),
    }


def _line(pk: int, one: Offer, at: datetime) -> journal.Line:
    said = f"Offered to {one.choice.person.name}. {_why_you(one)}"
    return journal.Line(
        "handover.offered", at, Via.WORKER, lead_id=one.lead_id, said=said,
        data={"handover": pk, "to": one.choice.person.id, "due_at": one.due_at.isoformat()},
    )  # fmt: skip


def _wait(leads: Sequence[int], at: datetime) -> None:
    """Nobody is there: say so once since the lead became MQL, and look again before long."""
    since = dict(Lead.objects.filter(pk__in=among(leads)).values_list("pk", "stage_since"))
    said: dict[int | None, datetime] = {}
    lines = JournalLine.objects.filter(lead__in=among(leads), kind="handover.waited")
    for lead, said_at in lines.order_by("at").values_list("lead", "at"):
        said[lead] = said_at
    journal.write_many(
        journal.Line("handover.waited", at, Via.WORKER, lead_id=lead, said=NOBODY)
        for lead in leads
        if lead not in said or said[lead] < since[lead]
    )
    look_again(leads, at=at)


def wake_waiting(*, published: Published, at: datetime) -> int:
    """Wake the most urgent of the waiting leads for whom there is room by now; how many.

    Somebody came back, was added, or has fewer leads in hand. Cheap while nobody waits.
    """
    waiting = waiting_now(WAITS, version=published.number, at=at, most=MOST_WOKEN)
    placed = planned(_ranked(waiting), document=published.document, at=at) if waiting else {}
    able = [pk for pk, taken in placed.items() if taken is not None]
    attention.wake(able, look_at=at, why=ROOM)
    return len(able)


NOBODY = "Waits for a person: nobody in sales is there to take it."


def look_again(leads: Collection[int], *, at: datetime) -> None:
    """Wake these leads within the hour, unless they are going to be woken for this anyway."""
    there = set(
        Attention.objects.filter(lead__in=among(leads), why=WAITS, look_at__gt=at).values_list(
            "lead", flat=True
        )
    )
    attention.wake(
        [lead for lead in leads if lead not in there], look_at=at + LOOK_AGAIN_AFTER, why=WAITS
    )
