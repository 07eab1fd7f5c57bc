"""Verbs: claim a lead from a team's queue, or hand an offer on to a colleague."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from handraise.handover.clocks import Clocks, within_of
from handraise.handover.closing import end, withdraw_locked
from handraise.handover.decide import Candidate, Choice, Kind
from handraise.handover.held import cleaned, still_open, write_line
from handraise.handover.models import Expiry, Handover
from handraise.handover.offering import Offer, make, passed_of
from handraise.handover.queries import may_override
from handraise.handover.queues import Queue, deciders, queues_at
from handraise.handover.telling import tell_passed_on
from handraise.leads.decide import Via
from handraise.qualification.actions import Refused, in_force
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


@transaction.atomic
def claim(handover: Handover, *, by: User, at: datetime, via: Via) -> Handover:
    """Take an offer out of the team's queue: it is this person's to answer now, on the same clock.

    Raises PermissionDenied, Refused: of two who claim at once the second is told who was first;
    and nobody claims more than they may have in hand.
    """
    require(by, Permission.TAKE)
    held, _ = still_open(handover)
    if held.assignee is not None:
        who = "you" if held.assignee_id == by.pk else str(held.assignee)
        raise Refused(f"{held.lead.canonical} is already with {who}.")
    if by.team_id != held.team_id:
        raise Refused(f"{held.lead.canonical} waits for {held.team}; you are of another team.")
    name_assignee(held, by, at=at)
    write_line("handover.claimed", held, f"{by} claimed the lead.", by=by, at=at, via=via)
    return held


def name_assignee(held: Handover, by: User, *, at: datetime) -> User:
    """Make this person the one asked of an offer that waits to be claimed, and whose row is held.

    Raises Refused for who is away or has no room.
    """
    _room_for(by, queues_at(at))
    held.assignee, held.claimed_at = by, at
    held.save(update_fields=["assignee", "claimed_at"])
    return by


@transaction.atomic
def hand_on(
    handover: Handover, *, to: User, why: str = "", by: User, at: datetime, via: Via
) -> Handover:
    """Hand an open offer to a colleague: it ends, and theirs begins with a clock of its own.

    By the one asked, or by who may override. One that is late ends as expired. Raises
    PermissionDenied, Refused: also when the colleague is away, full, or does not take leads of this
    kind.
    """
    require(by, Permission.TAKE)
    held, lead = still_open(handover)
    if not may_hand_on(by, held):
        raise Refused(f"This lead was offered to {held.whose}; only a manager may step in.")
    why = cleaned(why)
    if to.pk == held.assignee_id:
        raise Refused(f"{lead} is with {to} already.")
    published, kind = in_force(), Kind(held.kind)
    queues = queues_at(at)
    if kind is Kind.SECOND:
        queues = deciders(queues, published.document)
    queue, person = _room_for(to, queues)
    _end(held, to, by=by, at=at, via=via)
    said = f"Handed on by {by}" + (f": {why}" if why else "")
    choice = Choice(person, {}, said if said.endswith(".") else f"{said}.")
    due, warn = Clocks(at, within_of(published.document, kind)).of(to)
    made = Offer(lead.pk, held.priority, queue, "", choice, due, kind, passed_of(held), warn)
    (pk,) = make([made], published, at, by=by)
    told = f"took {lead} over" if to.pk == by.pk else f"handed {lead} on to {to}"
    tell_passed_on(held, f"{by} {told}.", by=by, at=at)
    return Handover.objects.get(pk=pk)


def _end(held: Handover, to: User, *, by: User, at: datetime, via: Via) -> None:
    """A handover that is handed on: what was late stays late in reports."""
    why = f"Handed on to {to}."
    if held.due_at > at:
        withdraw_locked(held, why=why, by=by, at=at, via=via)
        return
    if held.overdue_at is None:
        held.overdue_at = at
        held.save(update_fields=["overdue_at"])
    Expiry.objects.create(handover=held, at=at, by=by, note=why)
    end(held, at=at)
    write_line("handover.expired", held, why, by=by, at=at, via=via)


def may_hand_on(user: User, handover: Handover) -> bool:
    """Whether this person may: the one asked, or who may override."""
    return handover.assignee_id == user.pk or may_override(user, handover)


def _room_for(person: User, queues: list[Queue]) -> tuple[Queue, Candidate]:
    """The queue that this person is of, and how they stand, if they can take one more."""
    queue = next((one for one in queues if person.pk in {*one.people, *one.managers}), None)
    if queue is None:
        raise Refused(f"{person} does not take such leads.")
    found = queue.candidate(queue.people.get(person.pk) or queue.managers[person.pk])
    if found.is_away:
        raise Refused(f"{person} is away.")
    if found.is_full:
        raise Refused(f"{person} has {found.in_hand} of {found.capacity} leads in hand already.")
    return queue, found


__all__ = ["claim", "hand_on", "may_hand_on", "name_assignee"]
