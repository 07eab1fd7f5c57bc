"""Verbs of people: accept, reject, withdraw, open. The machine's are in offering and closing.

Each locks the lead first and the handover second, as the machine does, so that of two people who
race one wins and the other is told by whom they were beaten.
"""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from handraise.agreement.document import Reason
from handraise.agreement.queries import Published
from handraise.handover.asking import ask_about, note_unanswered
from handraise.handover.closing import close_moot, end, expire, mark_cooling, withdraw_locked
from handraise.handover.decide import due_at
from handraise.handover.models import Acceptance, Handover, Opening, Rejection
from handraise.handover.offering import offer
from handraise.handover.queries import ending_sentence, may_answer, may_override, reasons_of
from handraise.handover.queues import Pass
from handraise.handover.touching import DUE, note_touches
from handraise.handover.warning import warn
from handraise.leads import attention, journal
from handraise.leads.actions import set_owner
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.qualification.actions import Refused, give_back, hold, in_force, make_move
from handraise.qualification.decide import Consequence
from handraise.qualification.queries import histories, sql_lacks
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

LONGEST_NOTE = 4000


@transaction.atomic
def accept(handover: Handover, *, note: str = "", by: User, at: datetime, via: Via) -> Acceptance:
    """Take the lead: it moves on, and belongs to the person it was offered to.

    By that person, or by who may override. Raises PermissionDenied, Refused with a sentence when
    it is too late or not this person's.
    """
    locked, lead = _held_by(handover, by)
    note = _cleaned(note)
    published = in_force()
    owner = locked.assignee if locked.assignee.is_active else by
    within = published.document.sal.touch_within
    touch_due_at = None if within is None else due_at(at, within, owner.calendar(at))
    accepted = Acceptance.objects.create(
        handover=locked, at=at, by=by, note=note, touch_due_at=touch_due_at
    )
    end(locked, at=at)
    if touch_due_at is not None:
        attention.wake([lead.pk], look_at=touch_due_at, why=DUE)
    _line("handover.accepted", locked, f"{by} accepted the lead.", by=by, at=at, via=via)
    set_owner(lead, owner=owner, by=by, at=at, via=via)
    to = _after_acceptance(lead, published)
    if to is not None:
        make_move(
            lead, to=to, reason=f"Accepted by {by}.", published=published, by=by, at=at, via=via
        )
    return accepted


def _after_acceptance(lead: Lead, published: Published) -> Stage | None:
    """SAL; where the agreement skips it, SQL as soon as its criteria hold, and till then MQL."""
    if published.document.sal.required:
        return Stage.SALES_ACCEPTED
    return None if sql_lacks(lead, published.document) else Stage.SALES_QUALIFIED


@transaction.atomic
def reject(
    handover: Handover, *, reason: str, note: str = "", by: User, at: datetime, via: Via
) -> Rejection:
    """Give the lead back for one of the agreement's reasons; its consequence follows at once.

    Raises PermissionDenied, Refused with a sentence.
    """
    locked, lead = _held_by(handover, by)
    known = _reason_named(reason, locked)
    note = _cleaned(note)
    if known.needs_note and not note:
        raise Refused(f"“{known.name}” needs a note that says more.")
    published = in_force()
    rejected = Rejection.objects.create(
        handover=locked, at=at, by=by, note=note, reason=known.name, consequence=known.consequence
    )
    end(locked, at=at)
    said = f"{by} rejected the lead: {known.name}." + (f" {note}" if note else "")
    _line("handover.rejected", locked, said, by=by, at=at, via=via)
    _follow(lead, locked, known, published, by=by, at=at, via=via)
    ask_about(locked, known, note=note, at=at, via=via)
    return rejected


def _reason_named(name: str, handover: Handover) -> Reason:
    reasons = reasons_of(handover)
    found = next((reason for reason in reasons if reason.name == name), None)
    if found is None:
        choice = ", ".join(reason.name for reason in reasons)
        raise Refused(f"Please choose one of the agreement’s reasons: {choice}.")
    return found


def _follow(
    lead: Lead,
    handover: Handover,
    reason: Reason,
    published: Published,
    *,
    by: User,
    at: datetime,
    via: Via,
) -> None:
    """What the reason's consequence makes of the lead."""
    consequence = Consequence(reason.consequence)
    if consequence is Consequence.OTHER_TEAM:
        sent_on = Pass(frozenset({handover.assignee_id}), frozenset({handover.team_id}))
        offer([lead.pk], published=published, at=at, leave_out={lead.pk: sent_on})
        return
    to = _goes_to(consequence, lead, published)
    if consequence is not Consequence.DISQUALIFY:
        wakes_at = at + reason.wake_after if reason.wake_after is not None else None
        give_back(lead, consequence, reason=reason.name, wakes_at=wakes_at, by=by, at=at)
    said = f"Rejected by {by}: {reason.name}."
    make_move(lead, to=to, reason=said, published=published, by=by, at=at, via=via)


def _goes_to(consequence: Consequence, lead: Lead, published: Published) -> Stage:
    if consequence is Consequence.RECYCLE:
        return Stage.NURTURE
    if consequence is Consequence.DISQUALIFY:
        return Stage.DISQUALIFIED
    stages = {lead.pk: Stage(lead.stage)}
    return histories(stages, document=published.document)[lead.pk].came_from


@transaction.atomic
def withdraw(handover: Handover, *, why: str, by: User, at: datetime, via: Via) -> None:
    """Take an open offer back; the lead stays MQL and is offered anew when next looked at.

    Raises PermissionDenied, Refused.
    """
    require(by, Permission.OVERRIDE)
    locked, _ = _locked(handover)
    if not may_override(by, locked):
        raise PermissionDenied("Another team's offers are their manager's to take back.")
    if locked.ended_at is not None:
        raise Refused(ending_sentence(locked))
    why = _cleaned(why)
    if not why:
        raise Refused("Please say why.")
    withdraw_locked(locked, why=why, by=by, at=at, via=via)
    attention.wake([locked.lead.canonical_id], look_at=at, why="handover.withdrawn")


@transaction.atomic
def record_opening(handover: Handover, *, by: User, at: datetime, via: Via = Via.WEB) -> None:
    """Keep a receipt of this person's first look at the brief; journal that of the assignee."""
    locked, _ = _locked(handover)
    if Opening.objects.filter(handover=locked, by=by).exists():
        return
    Opening.objects.create(handover=locked, by=by, at=at)
    if by.pk == locked.assignee_id:
        _line("handover.opened", locked, f"{by} opened the brief.", by=by, at=at, via=via)


def _locked(handover: Handover) -> tuple[Handover, Lead]:
    """The handover and its canonical lead, read anew and held until the transaction ends."""
    lead = hold(handover.lead)
    locked = (
        Handover.objects.select_for_update(of=("self",))
        .select_related("lead__canonical", "assignee", "team")
        .get(pk=handover.pk)
    )
    return locked, lead


def _held_by(handover: Handover, by: User) -> tuple[Handover, Lead]:
    """The handover, held, if it is open and this person's to answer."""
    require(by, Permission.TAKE)
    locked, lead = _locked(handover)
    if locked.ended_at is not None:
        raise Refused(ending_sentence(locked))
    if not may_answer(by, locked):
        raise Refused(f"This lead was offered to {locked.assignee}; only a manager may step in.")
    if lead.stage != Stage.MARKETING_QUALIFIED:
        raise Refused(f"{lead} is now {Stage(lead.stage).label}, so there is nothing to answer.")
    return locked, lead


def _cleaned(note: str) -> str:
    cleaned = note.strip()
    if len(cleaned) > LONGEST_NOTE:
        raise Refused(f"A note has at most {LONGEST_NOTE:,} characters.")
    if "\x00" in cleaned:
        raise Refused("A note cannot contain the NUL character.")
    return cleaned


def _line(kind: str, handover: Handover, said: str, *, by: User, at: datetime, via: Via) -> None:
    journal.write(
        kind, at=at, via=via, lead_id=handover.lead.canonical_id, by=by, said=said,
        data={"handover": handover.pk},
    )  # fmt: skip


__all__ = [
    "Refused",
    "accept",
    "close_moot",
    "expire",
    "mark_cooling",
    "note_touches",
    "note_unanswered",
    "offer",
    "record_opening",
    "reject",
    "warn",
    "withdraw",
]
