"""Offer leads to people: route, turn, clock, frozen brief, journal; for a whole batch at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from django.db import transaction

from handraise.agreement.document import Document
from handraise.handover.brief import briefs
from handraise.handover.clocks import Clocks, within_of
from handraise.handover.conversing import found_out
from handraise.handover.decide import Choice, Kind, waits
from handraise.handover.helping import Offered, suggestions
from handraise.handover.models import Handover
from handraise.handover.queries import offerable, stored_scores, waiting_now
from handraise.handover.queues import Known, Pass, Queue, keep_credits, queues_at, route_of
from handraise.handover.telling import tell_offered
from handraise.leads import attention, journal
from handraise.leads.bulk import among, as_json, copy_rows, next_ids
from handraise.leads.decide import Via
from handraise.leads.models import Attention, JournalLine, Lead
from handraise.scoring.models import Score

if TYPE_CHECKING:
    from handraise.agreement.queries import Published
    from handraise.team.models import User

LOOK_AGAIN_AFTER = timedelta(hours=1)
DUE = "handover.due"
WARN = "handover.warn"
WAITS = "handover.waits"
ROOM = "handover.room"
MOST_WOKEN = 200  # at a time; the rest follow
MOST_WAITING = 5000  # among whom those are looked for
BATCH = 500  # briefs held in memory at a time


@dataclass(slots=True)
class Offer:
    """One lead and the person chosen for it."""

    lead_id: int
    priority: float
    queue: Queue
    route: str
    choice: Choice
    due_at: datetime
    kind: Kind = Kind.FIRST
    passed: Passed | None = None
    warn_at: datetime | None = None
    score: Scored | None = None  # that it was placed by
    brief: dict[str, Any] = field(default_factory=dict)

    @property
    def whom(self) -> str:
        """Whom it is offered to, in words."""
        person = self.choice.person
        return person.name if person is not None else f"whoever of {self.queue.team.name}"

    @property
    def zone(self) -> str:
        """Whose clock it is offered by: the person's, else the team's."""
        return (self.queue.person(self.choice) or self.queue.team).zone


@dataclass(frozen=True, slots=True)
class Passed:
    """What who passes a lead on tells the one who decides on SQL; `override`: why although the
    criteria are not met, and `lacked`: which."""

    by_id: int
    by: str
    note: str
    override: str = ""
    lacked: tuple[str, ...] = ()


def passed_of(handover: Handover) -> Passed | None:
    """What was told with it when it was passed on; None of the first kind."""
    if handover.kind == Kind.FIRST:
        return None
    told = handover.brief["passed"]
    return Passed(**{**told, "lacked": tuple(told["lacked"])})


class Scored(Protocol):
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
        scores = ranked(leads)
        for first in range(0, len(scores), BATCH):
            some = scores[first : first + BATCH]
            placed = place(some, queues, published.document, at, leave_out or {})
            _wait({pk: why for pk, why in placed.items() if isinstance(why, str)}, at)
            made += make([one for one in placed.values() if isinstance(one, Offer)], published, at)
        keep_credits(queues)
    return made


def planned(
    standings: Sequence[Scored], *, document: Document, at: datetime
) -> dict[int, Offer | None]:
    """To whom `offer` would offer these leads now, the most urgent first; None: nobody is there.

    Nothing is written, and no turn is used up: a plan for leads that would qualify.
    """
    queues = queues_at(at, is_locked=False)
    urgent = sorted(standings, key=lambda standing: (-standing.priority, standing.lead_id))
    placed = place(urgent, queues, document, at, {})
    return {pk: one if isinstance(one, Offer) else None for pk, one in placed.items()}


def place(
    scores: Sequence[Scored],
    queues: Sequence[Queue],
    document: Document,
    at: datetime,
    leave_out: Mapping[int, Pass],
    kind: Kind = Kind.FIRST,
    *,
    known: Known | None = None,
) -> dict[int, Offer | str]:
    """For each lead, in this order, the offer that can be made, or why none can. Turns and room
    are taken in `queues` (of the second kind: those of `deciders`); nothing is written. `known`:
    what to go by in place of what is so now."""
    if known is None:
        known = Known.of([score.lead_id for score in scores])
    clocks = Clocks(at, within_of(document, kind))
    return {
        score.lead_id: _offer_of(
            score, queues, document, clocks, known, leave_out.get(score.lead_id, Pass()), kind
        )
        for score in scores
    }


def ranked(leads: Sequence[int]) -> list[Score]:
    """Their scores, the most urgent first; a lead never scored has nothing to be routed by."""
    return sorted(stored_scores(leads), key=lambda score: (-score.priority, score.pk))


def _offer_of(
    score: Scored,
    queues: Sequence[Queue],
    document: Document,
    clocks: Clocks,
    known: Known,
    left_out: Pass,
    kind: Kind,
) -> Offer | str:
    truths = score.truths if kind is Kind.FIRST else {}
    queue, route = route_of(truths, document, queues, left_out.teams, kind)
    if queue is None:
        return NOBODY
    ties = known.with_(score.lead_id, queue, route, left_out)
    if kind is Kind.SECOND:  # that it is theirs who pass it on goes without saying
        ties = replace(ties, elsewhere=())
    choice = queue.choice(route, ties, must_be_named=left_out.must_be_named)
    if choice is None:
        return waits(queue.candidates(), team=queue.team.name)
    due, warn = clocks.of(queue.take(choice) or queue.team)
    name = route.name if route is not None else ""
    return Offer(
        score.lead_id, score.priority, queue, name, choice, due, kind, warn_at=warn, score=score
    )


def make(
    offers: Sequence[Offer], published: Published, at: datetime, *, by: User | None = None
) -> list[int]:
    """Write these offers with their briefs, clocks and journal lines, and tell who is asked, but
    not `by`, who chose them; the ids of the handovers."""
    written = briefs(
        [one.lead_id for one in offers], document=published.document, version=published.number,
        at=at, zones={one.lead_id: one.zone for one in offers},
        scores={one.lead_id: one.score for one in offers if isinstance(one.score, Score)},
    )  # fmt: skip
    for one in offers:
        one.brief = {**written[one.lead_id], "kind": one.kind, "why_you": _why_you(one)}
        if one.passed is not None:
            one.brief["passed"] = asdict(one.passed)
    _complete(offers, published.document, at)
    ids = _insert(offers, published.number, at)
    tell_offered(zip(ids, offers, strict=True), by=by, at=at)
    return ids


def _complete(offers: Sequence[Offer], document: Document, at: datetime) -> None:
    """What to say and to send and, once sales development talked with them, what it found out."""
    told = {
        one.lead_id: Offered(
            one.brief["why_now"], _seller(one), one.brief["facts"], one.brief["company_facts"]
        )
        for one in offers
    }
    suggested = suggestions(told, document=document, at=at)
    passed = [one.lead_id for one in offers if one.kind is Kind.SECOND]
    found = found_out(passed, document=document, at=at)
    for one in offers:
        if one.lead_id in suggested:
            one.brief["suggested"] = suggested[one.lead_id]
        if one.lead_id in found:
            one.brief["found_out"] = found[one.lead_id]


def _seller(one: Offer) -> str:
    return "" if one.choice.person is None else one.choice.person.name


def _why_you(one: Offer) -> str:
    return f"Route “{one.route}”. {one.choice.sentence}" if one.route else one.choice.sentence


_COLUMNS = ("id", "lead_id", "kind", "team_id", "assignee_id", "passed_by_id", "version",
            "priority", "offered_at", "due_at", "warn_at", "route", "brief",
            "is_cooling")  # fmt: skip


def _insert(offers: Sequence[Offer], version: int, at: datetime) -> list[int]:
    ids = next_ids("handover_handover", len(offers))
    rows = [
        (pk, one.lead_id, one.kind, one.queue.team.pk, _person_id(one),
         None if one.passed is None else one.passed.by_id, version, one.priority, at,
         one.due_at, one.warn_at, as_json(_route(one)), as_json(one.brief), False)
        for pk, one in zip(ids, offers, strict=True)
    ]  # fmt: skip
    if rows:
        copy_rows("handover_handover", _COLUMNS, rows)
    journal.write_many(_line(pk, one, at) for pk, one in zip(ids, offers, strict=True))
    due = [(one.lead_id, one.due_at, DUE) for one in offers]
    warned = [(one.lead_id, one.warn_at, WARN) for one in offers if one.warn_at is not None]
    attention.wake_each([*due, *warned])
    return ids


def _person_id(one: Offer) -> int | None:
    return None if one.choice.person is None else one.choice.person.id


def _route(one: Offer) -> dict[str, Any]:
    return {
        "name": one.route,
        "team": one.queue.team.name,
        "person": one.whom,
        "sentence": _why_you(one),
        "passed_over": list(one.choice.passed_over),
    }


def _line(pk: int, one: Offer, at: datetime) -> journal.Line:
    said = f"Offered to {one.whom}. {_why_you(one)}"
    return journal.Line(
        "handover.offered", at, Via.WORKER, lead_id=one.lead_id, said=said,
        data={"handover": pk, "kind": one.kind, "to": _person_id(one),
              "due_at": one.due_at.isoformat()},
    )  # fmt: skip


def _wait(why: Mapping[int, str], at: datetime) -> None:
    """Nobody is there: say so once since the lead became MQL, and look again before long."""
    if not why:
        return
    since = dict(Lead.objects.filter(pk__in=among(why)).values_list("pk", "stage_since"))
    said: dict[int | None, datetime] = {}
    lines = JournalLine.objects.filter(lead__in=among(why), kind="handover.waited")
    for lead, said_at in lines.order_by("at").values_list("lead", "at"):
        said[lead] = said_at
    journal.write_many(
        journal.Line("handover.waited", at, Via.WORKER, lead_id=lead, said=sentence)
        for lead, sentence in why.items()
        if lead not in said or said[lead] < since[lead]
    )
    look_again(list(why), at=at)


def wake_waiting(*, published: Published, at: datetime) -> int:
    """Wake the most urgent of the waiting leads for whom there is room by now; how many.

    Somebody came back, was added, or has fewer leads in hand. Cheap while nobody waits.
    """
    waiting = waiting_now(WAITS, version=published.number, at=at, most=MOST_WAITING)
    queues = queues_at(at, is_locked=False) if waiting else []
    able = {queue.team.pk for queue in queues if queue.is_able}
    if not able:
        return 0
    scores = Score.objects.only("priority", "truths").in_bulk(waiting)
    routed = [(scores[pk], route_of(scores[pk].truths, published.document, queues)[0])
              for pk in waiting if pk in scores]  # fmt: skip
    reachable = [score for score, queue in routed if queue is not None and queue.team.pk in able]
    placed = place(reachable[:MOST_WOKEN], queues, published.document, at, {})
    woken = [pk for pk, offered in placed.items() if isinstance(offered, Offer)]
    attention.wake(woken, look_at=at, why=ROOM)
    return len(woken)


NOBODY = "Waits for a person: no team has anybody who takes leads."


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
