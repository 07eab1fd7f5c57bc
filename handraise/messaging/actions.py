"""Verbs: write messages to many, publish them, take them out of use.

Who changes something says what they have `seen`; where a colleague was faster they are told, and
nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from handraise.consent.queries import purposes
from handraise.enablement.models import KeyMessage
from handraise.enablement.rendering import wordings_in_force
from handraise.leads import journal
from handraise.leads.decide import Refused as Refused
from handraise.leads.decide import Via
from handraise.leads.entry import Json
from handraise.messaging.checks import checked, cited_in
from handraise.messaging.decide import (
    CODE,
    LONGEST_MJML,
    LONGEST_SUBJECT,
    SenderKind,
    Weight,
)
from handraise.messaging.models import House, MailCitation, Message, MessageVersion
from handraise.messaging.rendering import Words
from handraise.messaging.values import house_values
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import Team, User

LONGEST_NAME = 120
RESERVED = {"citations", "house", "new"}  # addresses of their own


class Overtaken(Refused):
    """Somebody else has changed it since; `seen` is what they left."""

    def __init__(self, said: str, seen: int) -> None:
        super().__init__(said)
        self.seen = seen


@dataclass(frozen=True, slots=True)
class Settings:
    """What is settled about a message beside its words. They hold as soon as they are kept."""

    name: str
    purpose: str = ""
    topic: str = ""
    sender: SenderKind = SenderKind.TEAM
    team: Team | None = None
    utm_source: str = ""
    utm_medium: str = ""
    utm_campaign: str = ""
    tracks_opens: bool = False


@transaction.atomic
def add(
    *, code: str, settings: Settings, words: Words, by: User, at: datetime, via: Via
) -> Message:
    """A new message with its first draft. Raises PermissionDenied, Refused."""
    require(by, Permission.NURTURE)
    if len(code) > 60 or not CODE.fullmatch(code) or code in RESERVED:
        raise Refused("A code is small letters, figures and dashes, such as guide-welcome.")
    message = Message(code=code, created_at=at, changed_at=at, changed_by=by)
    _settle(message, settings)
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        raise Refused(f"There is a message {code}.") from None
    _draft(message, _plain(words), by=by, at=at)
    _line("messaging.message_added", message, "added", by=by, at=at, via=via)
    return message


@transaction.atomic
def write(
    message: Message, words: Words, *, seen: int, by: User, at: datetime, via: Via
) -> MessageVersion:
    """Keep a draft, with faults or without; what is published stays as it is.

    Raises PermissionDenied, Refused, Overtaken.
    """
    held = _held(message, seen, by)
    version = _draft(held, _plain(words), by=by, at=at)
    _stamp(held, by, at)
    _line("messaging.message_written", held, "written", version, by=by, at=at, via=via)
    return version


@transaction.atomic
def settle(
    message: Message, settings: Settings, *, seen: int, by: User, at: datetime, via: Via
) -> Message:
    """Change what is settled about a message. Raises PermissionDenied, Refused, Overtaken."""
    held = _held(message, seen, by)
    _settle(held, settings)
    if held.published_id is not None:
        _require_house(held)
    _stamp(held, by, at)
    _line("messaging.message_settled", held, "changed the settings of", by=by, at=at, via=via)
    return held


@transaction.atomic
def publish(message: Message, *, seen: int, by: User, at: datetime, via: Via) -> MessageVersion:
    """Have the draft sent from now on. Raises PermissionDenied, Overtaken; Refused with every
    fault and its line."""
    held = _held(message, seen, by)
    draft = held.versions.filter(published_at=None).first()
    if draft is None:
        raise Refused(f"There is no draft of {held} to publish.")
    if held.retired_at is not None:
        raise Refused(f"{held} is retired; use it again first.")
    said = Words(draft.subject, draft.preheader, draft.mjml, draft.text)
    found = checked(said, has_purpose=bool(held.purpose), codes=wordings_in_force())
    wrong = [str(one) for one in found if one.weight is Weight.FAULT]
    if wrong:
        raise Refused(f"This cannot be published. {' '.join(wrong)}")
    _require_house(held)
    draft.published_at = at
    draft.save(update_fields=["published_at"])
    held.published = draft
    _stamp(held, by, at)
    _line("messaging.message_published", held, "published", draft, by=by, at=at, via=via)
    return draft


@transaction.atomic
def go_back(
    message: Message, number: int, *, seen: int, by: User, at: datetime, via: Via
) -> MessageVersion:
    """Make a draft of what an older version said. Raises PermissionDenied, Refused, Overtaken."""
    held = _held(message, seen, by)
    older = held.versions.filter(number=number).first()
    if older is None:
        raise Refused(f"{held} has no version {number}.")
    words = Words(older.subject, older.preheader, older.mjml, older.text)
    version = _draft(held, words, by=by, at=at)
    _stamp(held, by, at)
    _line("messaging.message_brought_back", held, f"brought back version {number} of", version,
          by=by, at=at, via=via)  # fmt: skip
    return version


@transaction.atomic
def retire(message: Message, *, by: User, at: datetime, via: Via) -> Message:
    """Send it to nobody any more; it stays readable. Twice changes nothing."""
    return _turned(message, at, "messaging.message_retired", "retired", by=by, at=at, via=via)


@transaction.atomic
def restore(message: Message, *, by: User, at: datetime, via: Via) -> Message:
    """Let it be sent again. Twice changes nothing."""
    kind = "messaging.message_restored"
    return _turned(message, None, kind, "brought back", by=by, at=at, via=via)


@transaction.atomic
def confirm(citation: MailCitation, *, by: User, at: datetime, via: Via) -> MailCitation:
    """Say that the message still fits the wording in force. Raises PermissionDenied, Refused."""
    require(by, Permission.EQUIP_SALES)
    message = KeyMessage.objects.select_for_update(no_key=True).get(pk=citation.message_id)
    held = MailCitation.objects.select_for_update().filter(pk=citation.pk).first()
    if held is None:
        raise Refused("It has been rewritten since; look at it again.")
    if held.number != message.version:
        held.number, held.by, held.at = message.version, by, at
        held.save(update_fields=["number", "by", "at"])
        said = f"{by} brought a message that says {message} up to date."
        data: dict[str, Json] = {"message": message.pk, "version": message.version,
                                 "citation": held.pk}  # fmt: skip
        journal.write("messaging.citation_confirmed", at=at, via=via, by=by, said=said, data=data)
    return held


@transaction.atomic
def write_house(*, name: str, address: str, by: User, at: datetime, via: Via) -> House:
    """Say who writes, for the foot of every message. Raises PermissionDenied, Refused."""
    require(by, Permission.NURTURE)
    name = _text(name.strip(), "The name", LONGEST_NAME)
    address = _text(address.replace("\r\n", "\n").strip(), "The postal address", 300)
    if not name or not address:
        raise Refused("Say who writes, and where letters reach you: the law asks for both.")
    told = {"name": name, "address": address, "changed_at": at}
    house, _ = House.objects.update_or_create(pk=1, defaults=told)
    said = f"{by} has written down who writes: {name}."
    journal.write("messaging.house_written", at=at, via=via, by=by, said=said)
    return house


def _held(message: Message, seen: int, by: User) -> Message:
    """The row as it is now, held until the end. Raises Overtaken if it is not the one `seen`."""
    require(by, Permission.NURTURE)
    held = Message.objects.select_for_update(no_key=True, of=("self",)).get(pk=message.pk)
    if held.seen != seen:
        at = f"{held.changed_at:%-d %B, %H:%M} UTC"
        raise Overtaken(f"{held.changed_by} has changed {held} since, on {at}.", held.seen)
    return held


def _stamp(message: Message, by: User, at: datetime) -> None:
    message.seen += 1
    message.changed_by, message.changed_at = by, at
    message.save()


def _draft(message: Message, words: Words, *, by: User, at: datetime) -> MessageVersion:
    """The draft that says this: the one there is, else a new version; with what it cites."""
    told = {"subject": words.subject, "preheader": words.preheader, "mjml": words.mjml,
            "text": words.text, "by": by, "at": at}  # fmt: skip
    newest = message.versions.order_by("-number").first()
    number = newest.number + 1 if newest else 1
    version, _ = message.versions.update_or_create(
        published_at=None, defaults=told, create_defaults={**told, "number": number}
    )
    _cite(version, words, by=by, at=at)
    return version


def _cite(version: MessageVersion, words: Words, *, by: User, at: datetime) -> None:
    """Note what it says of the key messages, as they are worded now."""
    try:
        codes = cited_in(words)
    except ValueError:  # a draft may have faults; it is not published with them
        codes = []
    version.citations.all().delete()
    messages = KeyMessage.objects.filter(code__in=codes, retired_at=None)
    MailCitation.objects.bulk_create(
        MailCitation(version=version, message=one, number=one.version, by=by, at=at)
        for one in messages.order_by("pk")
    )


def _turned(
    message: Message, retired_at: datetime | None, kind: str, word: str, *,
    by: User, at: datetime, via: Via,
) -> Message:  # fmt: skip
    require(by, Permission.NURTURE)
    held = Message.objects.select_for_update(no_key=True).get(pk=message.pk)
    if (held.retired_at is None) != (retired_at is None):
        held.retired_at = retired_at
        _stamp(held, by, at)
        _line(kind, held, word, by=by, at=at, via=via)
    return held


def _settle(message: Message, settings: Settings) -> None:
    """Write the settings into the row, not yet kept. Raises Refused."""
    message.name = _text(settings.name.strip(), "The name", LONGEST_NAME)
    if not message.name:
        raise Refused("The name is missing.")
    known = {one.code: {topic.code for topic in one.topics.all()} for one in purposes()}
    is_new = (settings.purpose, settings.topic) != (message.purpose, message.topic)
    if is_new and settings.purpose and settings.purpose not in known:
        raise Refused(f"There is no purpose {settings.purpose[:60]!r} in use.")
    if is_new and settings.topic and settings.topic not in known.get(settings.purpose, set()):
        raise Refused("That topic belongs to another purpose.")
    message.purpose, message.topic = settings.purpose, settings.topic
    message.sender, message.team = settings.sender, settings.team
    message.tracks_opens = settings.tracks_opens
    for field in ("utm_source", "utm_medium", "utm_campaign"):
        said = _text(getattr(settings, field).strip(), "An UTM value", 80)
        if any(sign < " " for sign in said):
            raise Refused("An UTM value is one line.")
        setattr(message, field, said)


def _require_house(message: Message) -> None:
    if message.purpose and "address" not in house_values():
        raise Refused(
            "Every message with a purpose bears the postal address of whoever writes. "
            "Write it down under Messages, Who writes."
        )


def _plain(words: Words) -> Words:
    """The words as they are kept. Raises Refused for what is no text or too long."""
    return Words(
        _text(words.subject.strip(), "The subject", LONGEST_SUBJECT),
        _text(words.preheader.strip(), "The preheader", 300),
        _text(words.mjml.replace("\r\n", "\n"), "The message", LONGEST_MJML),
        _text(words.text.replace("\r\n", "\n"), "The plain text", LONGEST_MJML),
    )


def _text(text: str, what: str, longest: int) -> str:
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text):
        raise Refused(f"{what} holds characters that are no text.")
    if len(text) > longest:
        raise Refused(f"{what} has at most {longest:,} characters.")
    return text


def _line(
    kind: str, message: Message, deed: str, version: MessageVersion | None = None, *,
    by: User, at: datetime, via: Via,
) -> None:  # fmt: skip
    data: dict[str, Json] = {"id": message.pk, "code": message.code}
    if version is not None:
        data["version"] = version.number
    journal.write(kind, at=at, via=via, by=by, said=f"{by} has {deed} the message {message}.",
                  data=data)  # fmt: skip


__all__ = [
    "Overtaken", "Refused", "Settings", "add", "confirm", "go_back", "publish", "restore", "retire",
    "settle", "write", "write_house",
]  # fmt: skip
