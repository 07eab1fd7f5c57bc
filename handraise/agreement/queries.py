"""Reads: the published agreement, its versions, and the lists that conditions name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from handraise.agreement import plain_yaml
from handraise.agreement.decide import Side, State
from handraise.agreement.document import Document
from handraise.agreement.faults import AgreementError, Fault
from handraise.agreement.models import EarlierText, ListEntry, Thread, Version
from handraise.agreement.reading import read, read_signed
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may

KINDS = ("fit", "interest", "intent")


@dataclass(frozen=True, slots=True)
class Published:
    """The version in force."""

    number: int
    document: Document
    published_at: datetime


def published() -> Published | None:
    """The agreement in force, or None before the first. One query; the reading is remembered.

    None too where this release cannot read what is in force: `unreadable` then says why, nobody
    is moved by it, and what comes in waits to be looked at.
    """
    found = _in_force()
    if found is None:
        return None
    number, text, published_at = found
    try:
        return Published(number, read_signed(text), published_at)
    except AgreementError:
        return None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A version in force that this release does not read as it stands; `faults` say why.

    `is_followed`: all of it that scoring needs can be read, so it goes on by it.
    """

    number: int
    faults: tuple[Fault, ...]
    is_followed: bool


def unreadable() -> Unreadable | None:
    """What is wrong with the text in force for this release; None as a rule."""
    found = _in_force()
    if found is None:
        return None
    try:
        read(found[1])
    except AgreementError as error:
        return Unreadable(found[0], error.faults, is_followed=published() is not None)
    return None


def _in_force() -> tuple[int, str, datetime] | None:
    row = Version.objects.filter(state=State.PUBLISHED).values_list(
        "number", "text", "published_at"
    )
    found = row.first()
    if found is None:
        return None
    assert found[2] is not None
    return found[0], found[1], found[2]


def version(number: int) -> Version:
    """The version of this number. Raises Version.DoesNotExist."""
    return Version.objects.select_related("created_by").get(number=number)


def document_of(number: int) -> Document:
    """What the version of this number says, whatever its state.

    Raises Version.DoesNotExist; AgreementError for a draft with faults, and for an old text that
    this release cannot read at all.
    """
    state, text = Version.objects.values_list("state", "text").get(number=number)
    was_signed = state in {State.PUBLISHED, State.RETIRED}
    return read_signed(text) if was_signed else read(text)


def versions_visible_to(user: User) -> QuerySet[Version]:
    """Every version, newest first, for those who may see; what was never proposed is for those who
    may propose.

    Raises PermissionDenied.
    """
    require(user, Permission.SEE)
    found = Version.objects.select_related("created_by", "changed_by").prefetch_related(
        "signatures__by"
    )
    from_here = found.order_by("-number")
    if not may(user, Permission.PROPOSE):
        return from_here.filter(proposed_at__isnull=False)
    return from_here


def version_visible_to(user: User, number: int) -> Version:
    """Raises Version.DoesNotExist, also for a draft that this person may not see."""
    return versions_visible_to(user).get(number=number)


def signal_names(version: Version) -> list[str]:
    """The names of a version's signals as far as its text can be read, also of a faulty draft."""
    return [name for kind in KINDS for name in _names(raw_of(version.text).get(kind))]


def raw_of(text: str) -> dict[str, Any]:
    """What a text says before its shape is checked; empty if it is no YAML or no mapping."""
    try:
        value = plain_yaml.load(text).value
    except AgreementError:
        return {}
    return value if isinstance(value, dict) else {}


def _names(entries: object) -> list[str]:
    found = entries if isinstance(entries, list) else []
    names = [entry.get("name") for entry in found if isinstance(entry, dict)]
    return [name for name in names if isinstance(name, str)]


def threads_visible_to(user: User, number: int) -> QuerySet[Thread]:
    """What was said of the version of this number, open threads first, then by age.

    Raises PermissionDenied; Version.DoesNotExist, also for a draft this person may not see.
    """
    version = version_visible_to(user, number)
    threads = Thread.objects.filter(version=version).select_related("version", "resolution__by")
    open_first = F("resolution__at").asc(nulls_first=True)
    return threads.prefetch_related("comments__by").order_by(open_first, "pk")


def thread_visible_to(user: User, thread_id: int) -> Thread:
    """Raises Thread.DoesNotExist, also for a thread on a draft that this person may not see."""
    versions = versions_visible_to(user)
    return Thread.objects.select_related("version").get(pk=thread_id, version__in=versions)


def earlier_texts_visible_to(user: User, number: int) -> QuerySet[EarlierText]:
    """The texts that a version had as a draft, newest first, for those who may propose.

    Raises PermissionDenied, Version.DoesNotExist.
    """
    require(user, Permission.PROPOSE)
    version = version_visible_to(user, number)
    return version.earlier_texts.select_related("by").order_by("-revision")


def awaiting_signature_of(side: Side) -> QuerySet[Version]:
    """Proposed versions that this side has not signed yet, oldest first."""
    open_ones = Version.objects.filter(state=State.PROPOSED).order_by("number")
    return open_ones.exclude(signatures__side=side)


def list_values(name: str) -> list[str]:
    """The folded values of a list, sorted; empty for a list that does not exist."""
    entries = ListEntry.objects.filter(list=name).order_by("value")
    return list(entries.values_list("value", flat=True))
