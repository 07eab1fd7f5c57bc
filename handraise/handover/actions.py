"""Verbs of people: accept, reject, withdraw, open. The machine's are in offering and closing; to
claim, to hand on and to undo have files of their own."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from handraise.agreement.document import Reason
from handraise.agreement.queries import Published
from handraise.handover.asking import ask_about, note_unanswered
from handraise.handover.claiming import claim, hand_on, name_assignee
from handraise.handover.closing import close_moot, end, expire, mark_cooling, withdraw_locked
from handraise.handover.decide import Kind, due_at
from handraise.handover.held import cleaned, held_by, held_over, locked, write_line
from handraise.handover.models import Acceptance, Handover, Opening, Rejection
from handraise.handover.offering import offer, passed_of
from handraise.handover.passing import pass_on, send_elsewhere
from handraise.handover.queries import reasons_of
from handraise.handover.queues import Pass
from handraise.handover.telling import tell_returned
from handraise.handover.touching import DUE, note_touches
from handraise.handover.undoing import undo
from handraise.handover.warning import warn
from handraise.leads import attention
from handraise.leads.actions import set_owner
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.qualification.actions import Refused, give_back, in_force, make_move
from handraise.qualification.decide import Consequence
from handraise.qualification.queries import histories, sql_lacks
from handraise.team.models import User


@transaction.atomic
def accept(handover: Handover, *, note: str = "", by: User, at: datetime, via: Via) -> Acceptance:
    """Take the lead: it moves on, and belongs to the person it was offered to.

    By that person, or by who may override; one that waits to be claimed is claimed first. Raises
    PermissionDenied, Refused with a sentence when it is too late or not this person's.
    """
    held, lead = held_by(handover, by)
    note = cleaned(note)
    published = in_force()
    asked = held.assignee or name_assignee(held, by, at=at)
    owner = asked if asked.is_active else by
    touch_due_at = _touch_due(owner, held, published, at)
    accepted = Acceptance.objects.create(
        handover=held, at=at, by=by, note=note, touch_due_at=touch_due_at,
        former_owner_id=lead.owner_id,
    )  # fmt: skip
    end(held, at=at)
    if touch_due_at is not None:
        attention.wake([lead.pk], look_at=touch_due_at, why=DUE)
    write_line("handover.accepted", held, f"{by} accepted the lead.", by=by, at=at, via=via)
    set_owner(lead, owner=owner, by=by, at=at, via=via)
    to = _after_acceptance(lead, held, published, at)
    if to is not None:
        passed = passed_of(held)
        overrides = passed is not None and bool(passed.lacked)
        make_move(
            lead, to=to, published=published, by=by, at=at, via=via,
            reason=passed.override if passed and overrides else f"Accepted by {by}.",
            lacked=passed.lacked if passed else (), overridden_by=held.passed_by,
        )  # fmt: skip
    return accepted


def _touch_due(
    owner: User, handover: Handover, published: Published, at: datetime
) -> datetime | None:
    """Until when the first touch was agreed; nothing is, of the second kind."""
    within = published.document.sal.touch_within
    if within is None or handover.kind == Kind.SECOND:
        return None
    return due_at(at, within, owner.calendar(at))


def _after_acceptance(
    lead: Lead, handover: Handover, published: Published, at: datetime
) -> Stage | None:
    """SAL, of the second kind SQL; where the agreement skips SAL, SQL as soon as its criteria
    hold, and till then MQL."""
    if handover.kind == Kind.SECOND:
        return Stage.SALES_QUALIFIED
    if published.document.sal.required:
        return Stage.SALES_ACCEPTED
    return None if sql_lacks(lead, published.document, at=at) else Stage.SALES_QUALIFIED


@transaction.atomic
def reject(
    handover: Handover, *, reason: str, note: str = "", by: User, at: datetime, via: Via
) -> Rejection:
    """Give the lead back for one of the agreement's reasons; its consequence follows at once.

    Raises PermissionDenied, Refused with a sentence.
    """
    held, lead = held_by(handover, by)
    known = _reason_named(reason, held)
    note = cleaned(note)
    if known.needs_note and not note:
        raise Refused(f"“{known.name}” needs a note that says more.")
    published = in_force()
    rejected = Rejection.objects.create(
        handover=held, at=at, by=by, note=note, reason=known.name, consequence=known.consequence
    )
    end(held, at=at)
    said = f"{by} rejected the lead: {known.name}." + (f" {note}" if note else "")
    write_line("handover.rejected", held, said, by=by, at=at, via=via)
    _follow(lead, held, known, published, by=by, at=at, via=via)
    ask_about(held, known, note=note, by=by, at=at, via=via)
    tell_returned(rejected, held, by=by, at=at)
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
    """What the reason's consequence makes of the lead. For more work it stays SAL, and theirs who
    passed it on."""
    consequence = Consequence(reason.consequence)
    if consequence is Consequence.MORE_WORK:
        return
    if consequence is Consequence.OTHER_TEAM:
        who = by.pk if handover.assignee_id is None else handover.assignee_id
        sent_on = Pass(frozenset({who}), frozenset({handover.team_id}))
        if handover.kind == Kind.SECOND:
            send_elsewhere(lead, handover, sent_on, published, at=at)
        else:
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
    """Take an open offer back; the lead stays MQL and is offered anew when next looked at, or SAL
    with who passed it on.

    Raises PermissionDenied, Refused.
    """
    held, lead = held_over(handover, by)
    why = cleaned(why)
    if not why:
        raise Refused("Please say why.")
    withdraw_locked(held, why=why, by=by, at=at, via=via)
    attention.wake([lead.pk], look_at=at, why="handover.withdrawn")


@transaction.atomic
def record_opening(handover: Handover, *, by: User, at: datetime, via: Via = Via.WEB) -> None:
    """Keep a receipt of this person's first look at the brief; journal that of the assignee."""
    held, _ = locked(handover)
    if Opening.objects.filter(handover=held, by=by).exists():
        return
    Opening.objects.create(handover=held, by=by, at=at)
    if by.pk == held.assignee_id:
        write_line("handover.opened", held, f"{by} opened the brief.", by=by, at=at, via=via)


__all__ = [
    "Refused",
    "accept",
    "claim",
    "close_moot",
    "expire",
    "hand_on",
    "mark_cooling",
    "note_touches",
    "note_unanswered",
    "offer",
    "pass_on",
    "record_opening",
    "reject",
    "undo",
    "warn",
    "withdraw",
]
