"""Verbs of notes: write one, change it while it is fresh, take it away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from handraise.leads import journal
from handraise.leads.decide import Refused, Via
from handraise.leads.models import Company, Lead
from handraise.talk import decide
from handraise.talk.actions import notify
from handraise.talk.decide import LONGEST_NOTE, MAY_EDIT_FOR, Meant
from handraise.talk.models import FormerText, Mention, Note, Notification
from handraise.talk.queries import may_edit, may_remove, people_to_mention
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


@transaction.atomic
def write_note(about: Lead | Company, text: str, *, by: User, at: datetime, via: Via) -> Note:
    """Write about a lead or a company; whom it mentions is told. Raises PermissionDenied, Refused
    for a text that is empty or too long, or names somebody whose name several people have."""
    require(by, Permission.EDIT_LEADS)
    said = decide.checked_text(text, what="note", longest=LONGEST_NOTE)
    meant = decide.mentions_in(said, people_to_mention())
    note = Note.objects.create(
        lead_id=about.canonical_id if isinstance(about, Lead) else None,
        company_id=about.pk if isinstance(about, Company) else None,
        text=said, by=by, at=at,
    )  # fmt: skip
    _mention(note, meant)
    _line("noted", note, f"{by} wrote a note.", by=by, at=at, via=via)
    _tell_mentioned(note, {one.person for one in meant}, by=by, at=at)
    _tell_owner(note, {one.person for one in meant}, by=by, at=at)
    return note


@transaction.atomic
def edit_note(note: Note, text: str, *, by: User, at: datetime, via: Via) -> Note:
    """Change the words of a fresh note; what it said is kept. Raises PermissionDenied, Refused."""
    require(by, Permission.EDIT_LEADS)
    held = Note.objects.select_for_update().get(pk=note.pk)
    if not may_edit(by, held, at=at):
        minutes = int(MAY_EDIT_FOR.total_seconds() // 60)
        raise Refused(f"A note is changed by who wrote it, within {minutes} minutes.")
    said = decide.checked_text(text, what="note", longest=LONGEST_NOTE)
    if said == held.text:
        return held
    meant = decide.mentions_in(said, people_to_mention())
    FormerText.objects.create(note=held, text=held.text, until=at)
    held.text, held.edited_at = said, at
    held.save(update_fields=["text", "edited_at"])
    held.mentions.all().delete()
    _mention(held, meant)
    _line("note_edited", held, f"{by} changed a note.", by=by, at=at, via=via)
    _tell_mentioned(held, {one.person for one in meant}, by=by, at=at)
    return held


@transaction.atomic
def remove_note(note: Note, *, by: User, at: datetime, via: Via) -> Note:
    """Take a note away: its words go for good, that it was there and who removed it stays.

    Raises PermissionDenied, Refused. A second time changes nothing.
    """
    require(by, Permission.EDIT_LEADS)
    held = Note.objects.select_for_update().get(pk=note.pk)
    if held.removed_at is not None:
        return held
    if not may_remove(by, held):
        raise Refused("A note is removed by who wrote it, or by a manager.")
    held.text, held.removed_at, held.removed_by = "", at, by
    held.save(update_fields=["text", "removed_at", "removed_by"])
    held.former.all().delete()
    held.mentions.all().delete()
    told = Notification.objects.filter(kind__in=["mention", "note"], key=_key(held))
    told.update(text=f"A note on {_about(held)} was removed.")
    _line("note_removed", held, f"{by} removed a note of {held.by}.", by=by, at=at, via=via)
    return held


def page_of(note: Note) -> str:
    """The page on which a note stands, at its place."""
    if note.company_id is not None:
        return f"{reverse('company_notes', args=[note.company_id])}#note-{note.pk}"
    assert note.lead is not None
    return f"{reverse('lead_notes', args=[note.lead.canonical_id])}#note-{note.pk}"


def _mention(note: Note, meant: Sequence[Meant]) -> None:
    Mention.objects.bulk_create(
        Mention(note=note, person_id=one.person, start=one.start, length=one.length)
        for one in meant
    )


def _tell_mentioned(note: Note, people: Collection[int], *, by: User, at: datetime) -> None:
    others = User.objects.filter(pk__in=people, is_active=True).exclude(pk=by.pk)
    notify(
        others, kind="mention", key=_key(note), at=at, link=page_of(note), lead=note.lead,
        said=f"{by} mentioned you on {_about(note)}: “{decide.excerpt(note.text)}”",
    )  # fmt: skip


def _tell_owner(note: Note, mentioned: Collection[int], *, by: User, at: datetime) -> None:
    """Whose lead or company it is hears of a note by somebody else, unless it mentions them."""
    about = note.lead or note.company
    owner = None if about is None else about.owner
    if owner is not None and owner.pk != by.pk and owner.pk not in mentioned:
        notify(
            [owner], kind="note", key=_key(note), at=at, link=page_of(note), lead=note.lead,
            said=f"{by} wrote on {_about(note)}: “{decide.excerpt(note.text)}”",
        )  # fmt: skip


def _key(note: Note) -> str:
    return f"note-{note.pk}"


def _about(note: Note) -> str:
    return str(note.company if note.lead is None else note.lead.canonical)


def _line(deed: str, note: Note, said: str, *, by: User, at: datetime, via: Via) -> None:
    journal.write(
        f"talk.{deed}", at=at, via=via, by=by, said=said, company_id=note.company_id,
        lead_id=None if note.lead is None else note.lead.canonical_id, data={"note": note.pk},
    )  # fmt: skip
