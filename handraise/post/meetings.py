"""Meetings with leads: booked, changed and called off by invitation, then held or missed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction

from handraise.leads import journal, merging
from handraise.leads.actions import log_activity
from handraise.leads.decide import Via
from handraise.leads.entry import Json
from handraise.leads.models import Lead
from handraise.post import invitations
from handraise.post.actions import post_mail, take_back
from handraise.post.decide import (
    LONGEST_PLACE,
    LONGEST_SUBJECT,
    LONGEST_WORD,
    MOST_COLLEAGUES,
    UNDO_WITHIN,
    MissedBy,
    Refused,
    Standing,
    State,
    many_lines,
    named,
    one_line,
    planned,
    when,
)
from handraise.post.models import Meeting, Outgoing
from handraise.post.queries import conflicting, mail_address_of, may_change
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


class Conflict(Refused):
    """Somebody is in another meeting then. Asked with `despite`, it is booked all the same."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a meeting is to be. `local` is what clocks in `zone` show when it begins."""

    subject: str
    local: datetime
    minutes: int
    zone: str
    place: str = ""
    message: str = ""
    colleagues: Sequence[User] = ()


@transaction.atomic
def book_meeting(
    lead: Lead, plan: Plan, *, despite: bool = False, by: User, at: datetime, via: Via
) -> Meeting:
    """Book a meeting; the lead and the colleagues are invited once its minute of undoing is over.

    Raises Conflict when one of ours is in another meeting then, Refused with a sentence.
    """
    require(by, Permission.EDIT_LEADS)
    held = Lead.objects.get(pk=merging.lock_roots_of([lead.pk])[0])
    if held.withdrawn_at is not None:
        raise Refused("This lead was taken back; nobody meets them.")
    meeting = Meeting(lead=held, by=by, uid=f"{uuid4()}@handraise", booked_at=at)
    _plan(meeting, plan, despite=despite, at=at)
    meeting.save()
    meeting.colleagues.set(_colleagues(plan, by))
    _invite(meeting, "{by} invites you to a meeting.", sender=by, at=at)
    said = f"{by} booked “{meeting.subject}”: {_when(meeting)}."
    _line("post.meeting_booked", meeting, said, by=by, at=at, via=via)
    return meeting


@transaction.atomic
def change_meeting(
    meeting: Meeting, plan: Plan, *, despite: bool = False, by: User, at: datetime, via: Via
) -> Meeting:
    """Move a meeting, or change what it is about, where and with whom; all are told.

    Who is no longer asked gets it cancelled. Raises Conflict, Refused, PermissionDenied.
    """
    held = _held(meeting, by)
    if held.starts_at <= at:
        raise Refused("It has begun already. Say whether it took place, and book another one.")
    before = _told(held)
    _plan(held, plan, despite=despite, at=at)
    held.colleagues.set(_colleagues(plan, held.by))
    if _told(held) == before:
        return held  # nothing was changed, so nobody is told
    held.sequence += 1
    gone = list(set(held.invited) - set(_invitees(held)))
    if gone and not _unsent(held, by=by, at=at):
        _cancel(held, gone, sender=by, at=at)
    _invite(held, "{by} changed the meeting.", sender=by, at=at)
    held.save()
    said = f"{by} changed “{held.subject}”: {_when(held)}."
    _line("post.meeting_changed", held, said, by=by, at=at, via=via)
    return held


@transaction.atomic
def call_off(meeting: Meeting, *, word: str = "", by: User, at: datetime, via: Via) -> Meeting:
    """It does not take place. Who was invited is told; if no invitation has left, nobody is."""
    held = _held(meeting, by)
    if held.starts_at <= at:
        raise Refused("It has begun already. Say whether it took place.")
    held.standing, held.word = Standing.CALLED_OFF, many_lines(word, "A word", LONGEST_WORD)
    held.sequence += 1
    held.answered_at, held.answered_by = at, by
    if held.invited and not _unsent(held, by=by, at=at):
        _cancel(held, held.invited, sender=by, at=at, word=held.word)
    held.save()
    said = f"{by} called off “{held.subject}” of {_when(held)}."
    _line("post.meeting_called_off", held, said, by=by, at=at, via=via)
    return held


@transaction.atomic
def note_held(meeting: Meeting, *, word: str = "", by: User, at: datetime, via: Via) -> Meeting:
    """It took place: a touch, at the time at which it began, of the person who held it."""
    held = _over(meeting, by, at)
    held.standing, held.word = Standing.HELD, many_lines(word, "A word", LONGEST_WORD)
    held.answered_at, held.answered_by = at, by
    told: dict[str, Json] = {"subject": held.subject, "meeting": held.pk}
    if held.word:
        told["note"] = held.word
    held.activity = log_activity(
        held.lead, name="Met", properties=told, occurred_at=held.starts_at, by=held.by, at=at,
        via=via,
    )  # fmt: skip
    held.save()
    said = f"“{held.subject}” took place."
    _line("post.meeting_held", held, said, by=by, at=at, via=via)
    return held


@transaction.atomic
def note_missed(
    meeting: Meeting, *, missed_by: MissedBy, word: str = "", by: User, at: datetime, via: Via
) -> Meeting:
    """It did not take place, because they or we did not come. That is no touch."""
    held = _over(meeting, by, at)
    held.standing, held.missed_by = Standing.MISSED, missed_by
    held.word = many_lines(word, "A word", LONGEST_WORD)
    held.answered_at, held.answered_by = at, by
    held.save()
    who = "They" if missed_by is MissedBy.THEM else "We"
    said = f"{who} missed “{held.subject}” of {_when(held)}."
    _line("post.meeting_missed", held, said, by=by, at=at, via=via)
    return held


def _plan(meeting: Meeting, plan: Plan, *, despite: bool, at: datetime) -> None:
    """Write the plan into the row, or refuse it."""
    meeting.subject = one_line(plan.subject, "What it is about", LONGEST_SUBJECT)
    if not meeting.subject:
        raise Refused("Say what the meeting is about.")
    starts_at, ends_at = planned(plan.local, plan.minutes, plan.zone, at=at)
    meeting.place = one_line(plan.place, "A place", LONGEST_PLACE)
    meeting.message = many_lines(plan.message, "A message", LONGEST_WORD)
    if len(plan.colleagues) > MOST_COLLEAGUES:
        raise Refused(f"At most {MOST_COLLEAGUES} colleagues join a meeting.")
    meeting.starts_at, meeting.ends_at, meeting.zone = starts_at, ends_at, plan.zone
    _look_for_conflicts(meeting, _colleagues(plan, meeting.by), despite=despite)


def _look_for_conflicts(meeting: Meeting, colleagues: Sequence[User], *, despite: bool) -> None:
    """Raises Conflict. The people are locked, so that of two who book at once the second hears."""
    ours = [meeting.by, *colleagues]
    locked = User.objects.select_for_update(no_key=True).filter(pk__in=[one.pk for one in ours])
    list(locked.order_by("pk").values_list("pk"))
    found = conflicting(ours, meeting.starts_at, meeting.ends_at, but=meeting)
    if found and not despite:
        raise Conflict("; ".join(_clash(one, ours, meeting.zone) for one in found) + ".")


def _clash(other: Meeting, ours: Collection[User], zone: str) -> str:
    there = {other.by_id, *other.colleagues.values_list("pk", flat=True)}
    names = " and ".join(one.name for one in ours if one.pk in there)
    return f"{names}: “{other.subject}”, {when(other.starts_at, other.ends_at, zone)}"


def _colleagues(plan: Plan, organiser: User) -> list[User]:
    return sorted(
        {one for one in plan.colleagues if one.pk != organiser.pk}, key=lambda one: one.pk
    )


def _held(meeting: Meeting, by: User) -> Meeting:
    """The meeting as it stands, locked after its lead; refused to others, and once it is over."""
    merging.lock_roots_of([meeting.lead_id])
    held = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if not may_change(by, held):
        raise PermissionDenied(f"{held.by} booked this meeting; they change it, or a manager.")
    if held.standing != Standing.BOOKED:
        ended = {"called_off": "was called off", "held": "took place", "missed": "was missed"}
        raise Refused(f"This meeting {ended[held.standing]}; {held.answered_by} said so.")
    return held


def _over(meeting: Meeting, by: User, at: datetime) -> Meeting:
    held = _held(meeting, by)
    if held.starts_at > at:
        raise Refused("It has not begun yet.")
    _take_back_waiting(held, by=by, at=at)  # nobody is invited to what is over
    return held


def _invitees(meeting: Meeting) -> list[str]:
    """The lead, if there is an address, and the colleagues: whoever booked it knows of it."""
    lead = Lead.objects.get(pk=merging.lock_roots_of([meeting.lead_id])[0])
    to = mail_address_of(lead)
    lines = [named(lead.name, to)] if to else []
    return lines + [named(one.name, one.email) for one in meeting.colleagues.order_by("pk")]


def _invite(meeting: Meeting, opening: str, *, sender: User, at: datetime) -> None:
    """Ask all who take part. An invitation that still waits is replaced, not followed."""
    meeting.invited = _invitees(meeting)
    _take_back_waiting(meeting, by=sender, at=at)
    meeting.invitation = None
    if meeting.invited:
        meeting.invitation = post_mail(
            to=meeting.invited, subject=_subject("Invitation", meeting),
            text=invitations.text(meeting, opening=opening.format(by=sender.name)),
            sender=meeting.by, about=_about(meeting), hold=UNDO_WITHIN, at=at,
            reply_to=named(meeting.by.name, meeting.by.email),
            calendar=invitations.calendar(meeting, to=meeting.invited, at=at),
        )  # fmt: skip
    meeting.save(update_fields=["invited", "invitation"])


def _cancel(meeting: Meeting, to: list[str], *, sender: User, at: datetime, word: str = "") -> None:
    opening = f"{sender.name} called this meeting off." + (f"\n\n{word}" if word else "")
    if meeting.standing != Standing.CALLED_OFF:
        opening = f"{sender.name} planned this meeting without you."
    meeting.invitation = post_mail(
        to=to, subject=_subject("Called off", meeting),
        text=invitations.text(meeting, opening=opening), sender=meeting.by,
        about=f"{_about(meeting)}:cancelled", at=at, method="CANCEL",
        reply_to=named(meeting.by.name, meeting.by.email),
        calendar=invitations.cancelling(meeting, to=to, at=at),
    )  # fmt: skip


def _unsent(meeting: Meeting, *, by: User, at: datetime) -> bool:
    """Whether no invitation has left, what still waits being taken back."""
    _take_back_waiting(meeting, by=by, at=at)
    mails = Outgoing.objects.filter(about=_about(meeting))
    return not mails.exclude(state=State.TAKEN_BACK).exists()


def _take_back_waiting(meeting: Meeting, *, by: User, at: datetime) -> None:
    for row in Outgoing.objects.filter(about=_about(meeting), state=State.WAITING):
        take_back(row, by=by, at=at)


def _told(meeting: Meeting) -> list[object]:
    """What those who are invited are told of it."""
    colleagues = sorted(meeting.colleagues.values_list("pk", flat=True))
    return [meeting.subject, meeting.starts_at, meeting.ends_at, meeting.zone, meeting.place,
            meeting.message, colleagues]  # fmt: skip


def _subject(word: str, meeting: Meeting) -> str:
    return f"{word}: {meeting.subject}"[:LONGEST_SUBJECT]


def _about(meeting: Meeting) -> str:
    return f"meeting:{meeting.pk}"


def _when(meeting: Meeting) -> str:
    return when(meeting.starts_at, meeting.ends_at, meeting.zone)


def _line(kind: str, meeting: Meeting, said: str, *, by: User, at: datetime, via: Via) -> None:
    root = Lead.objects.values_list("canonical_id", flat=True).get(pk=meeting.lead_id)
    data: dict[str, Json] = {"meeting": meeting.pk, "starts_at": meeting.starts_at.isoformat()}
    journal.write(kind, at=at, via=via, lead_id=root, by=by, said=said, data=data)


__all__ = [
    "Conflict", "Plan", "book_meeting", "call_off", "change_meeting", "note_held", "note_missed",
]  # fmt: skip
