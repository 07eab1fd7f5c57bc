"""Verbs: what people say of a version's signals. Each is one transaction and one journal line."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from handraise.agreement.actions import Refused
from handraise.agreement.models import Comment, Resolution, Thread, Version
from handraise.agreement.queries import signal_names
from handraise.kit.fold import fold
from handraise.leads import journal
from handraise.leads.decide import Via
from handraise.leads.entry import Json
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

LONGEST = 4_000


def comment(
    version: Version, signal: str, text: str, *, by: User, at: datetime, via: Via
) -> Comment:
    """Begin a thread about a signal. Raises PermissionDenied, Refused for no such signal."""
    require(by, Permission.PROPOSE)
    said = _checked(text)
    known = {fold(name): name for name in signal_names(version)}
    if fold(signal) not in known:
        raise Refused(f"Version {version.number} has no signal '{signal}'.")
    with transaction.atomic():
        thread = Thread.objects.create(version=version, signal=known[fold(signal)][:120])
        return _said(thread, said, by=by, at=at, via=via)


def reply(thread: Thread, text: str, *, by: User, at: datetime, via: Via) -> Comment:
    """Answer in a thread, settled or not. Raises PermissionDenied, Refused."""
    require(by, Permission.PROPOSE)
    with transaction.atomic():
        return _said(thread, _checked(text), by=by, at=at, via=via)


def resolve(thread: Thread, *, by: User, at: datetime, via: Via) -> Resolution:
    """Settle a thread; a second time changes nothing. Raises PermissionDenied."""
    require(by, Permission.PROPOSE)
    with transaction.atomic():
        made, is_new = Resolution.objects.get_or_create(
            thread=thread, defaults={"by": by, "at": at}
        )
        if is_new:
            said = f"{by} settled what was said about {thread.signal}."
            _line("thread_resolved", thread, said, by=by, at=at, via=via)
    return made


def reopen(thread: Thread, *, by: User, at: datetime, via: Via) -> None:
    """Open a settled thread again; an open one stays as it is. Raises PermissionDenied."""
    require(by, Permission.PROPOSE)
    with transaction.atomic():
        count, _ = Resolution.objects.filter(thread=thread).delete()
        if count:
            said = f"{by} opened the talk about {thread.signal} again."
            _line("thread_reopened", thread, said, by=by, at=at, via=via)


def _checked(text: str) -> str:
    said = text.strip()
    if not said:
        raise Refused("Write what you want to say.")
    if len(said) > LONGEST:
        raise Refused(f"A comment has at most {LONGEST:,} characters.")
    if "\0" in said or any("\ud800" <= char <= "\udfff" for char in said):
        raise Refused("The comment holds characters that are no text.")
    return said


def _said(thread: Thread, text: str, *, by: User, at: datetime, via: Via) -> Comment:
    made = Comment.objects.create(thread=thread, text=text, by=by, at=at)
    number = thread.version.number
    said = f"{by} commented on {thread.signal} in version {number} of the agreement."
    _line("commented", thread, said, by=by, at=at, via=via)
    return made


def _line(deed: str, thread: Thread, said: str, *, by: User, at: datetime, via: Via) -> None:
    data: dict[str, Json] = {
        "version": thread.version.number,
        "signal": thread.signal,
        "thread": thread.pk,
    }
    journal.write(f"agreement.{deed}", at=at, via=via, by=by, said=said, data=data)
