"""Verbs: write down what helps to sell. Each is one transaction and one journal line.

Who changes something says which version they `saw`; where a colleague was faster they are told,
and nothing is written.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from handraise.agreement import queries as agreements
from handraise.enablement import files, language
from handraise.enablement.decide import CODE, Kind, Piece
from handraise.enablement.matching import unaskable
from handraise.enablement.models import (
    Asset,
    AssetVersion,
    Citation,
    Item,
    KeyMessage,
    MessageVersion,
    Playbook,
    Script,
    ScriptVersion,
)
from handraise.leads import journal
from handraise.leads.decide import Refused as Refused
from handraise.leads.decide import Stage, Via
from handraise.leads.entry import Json
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

Thing = Asset | KeyMessage | Playbook | Script
T = TypeVar("T", Asset, KeyMessage, Playbook, Script)

LONGEST_NAME = 120
LONGEST_WORDS = 2_000
MOST_ITEMS = 40


class Overtaken(Refused):
    """Somebody else has changed it since; `version` is theirs."""

    def __init__(self, said: str, version: int) -> None:
        super().__init__(said)
        self.version = version


@transaction.atomic
def write_message(
    message: KeyMessage | None, *, code: str, wording: str, proof: str = "",
    owner: User | None = None, seen: int | None = None, by: User, at: datetime, via: Via,
) -> KeyMessage:  # fmt: skip
    """Add a key message, or give it a new wording. A code stays what it is: scripts name it.

    Raises PermissionDenied, Refused, Overtaken.
    """
    require(by, Permission.EQUIP_SALES)
    wording = _words(wording, "The wording")
    proof = _words(proof, "The proof", is_needed=False)
    if message is None:
        if len(code) > 60 or not CODE.fullmatch(code):
            raise Refused("A code is small letters, figures and dashes, such as speed-1.")
        message = _added(KeyMessage(code=code, **_made(by, at)), f"There is a message {code}.")
    else:
        message = _held(KeyMessage.objects.all(), message, seen)
    _stamp(message, owner, by, at)
    MessageVersion.objects.create(
        message=message, number=message.version, wording=wording, proof=proof, by=by, at=at
    )
    _line("enablement.message_written", message, by=by, at=at, via=via)
    return message


@transaction.atomic
def write_script(
    script: Script | None, *, name: str, kind: Kind, body: str, question: str = "",
    owner: User | None = None, seen: int | None = None, by: User, at: datetime, via: Via,
) -> Script:  # fmt: skip
    """Add a script or make a new version of it; what it cites is noted as it is worded now.

    Raises PermissionDenied, Overtaken; Refused with every fault of the text and its line.
    """
    require(by, Permission.EQUIP_SALES)
    name, question = _name(name), _words(question, "The question", 60, is_needed=False)
    if not body.strip():
        raise Refused("Write what to say.")
    body = _text(body.replace("\r\n", "\n"), "The script")
    messages = KeyMessage.objects.select_for_update(no_key=True).order_by("pk")
    said = {message.code: message for message in messages.filter(retired_at=None)}
    found = language.faults(body, codes=said)
    if found:
        raise Refused(" ".join(str(fault) for fault in found))
    if script is None:
        script = _added(Script(name=name, kind=kind, **_made(by, at)), "")
    else:
        script = _held(Script.objects.all(), script, seen)
    script.name, script.kind, script.question = name, kind, question
    _stamp(script, owner, by, at)
    version = ScriptVersion.objects.create(
        script=script, number=script.version, body=body, by=by, at=at
    )
    _cite([said[code] for code in language.cited(body)], by=by, at=at, script_version=version)
    _line("enablement.script_written", script, by=by, at=at, via=via)
    return script


@dataclass(frozen=True, slots=True)
class About:
    """What is said of an asset beside its name."""

    topic: str = ""
    stages: Sequence[Stage] = ()
    industry: str = ""
    persona: str = ""
    language: str = ""
    review_by: date | None = None


@transaction.atomic
def write_asset(
    asset: Asset | None, *, name: str, what_for: str, about: About, link: str = "",
    file: UploadedFile[bytes] | None = None, cites: Collection[int] = (),
    owner: User | None = None, seen: int | None = None, by: User, at: datetime, via: Via,
) -> Asset:  # fmt: skip
    """Add an asset or change it. A link takes the place of a file, a file that of a link; with
    neither, a changed asset keeps what it has. `cites`: ids of key messages it says.

    Raises PermissionDenied, Refused, Overtaken.
    """
    require(by, Permission.EQUIP_SALES)
    name, what_for = _name(name), _words(what_for, "What it is for")
    if link and file is not None:
        raise Refused("An asset is a link or a file, not both.")
    if asset is None:
        if not link and file is None:
            raise Refused("Give the asset a link, or choose a file.")
        asset = Asset(name=name, **_made(by, at))
    else:
        asset = _held(Asset.objects.all(), asset, seen)
    asset.name, asset.stages, asset.review_by = name, list(about.stages), about.review_by
    for field in ("topic", "industry", "persona", "language"):
        most = 40 if field == "language" else LONGEST_NAME
        said = _words(getattr(about, field), field.capitalize(), most, is_needed=False)
        setattr(asset, field, said)
    # Messages before citations, as in `confirm`, so that the two never wait for each other.
    messages = KeyMessage.objects.select_for_update(no_key=True).order_by("pk")
    cited = list(messages.filter(pk__in=cites, retired_at=None))
    _place(asset, link.strip(), file)
    _stamp(asset, owner, by, at)
    AssetVersion.objects.create(asset=asset, number=asset.version, what_for=what_for, by=by, at=at)
    asset.citations.all().delete()
    _cite(cited, by=by, at=at, asset=asset)
    _line("enablement.asset_written", asset, by=by, at=at, via=via)
    return asset


def _place(asset: Asset, link: str, file: UploadedFile[bytes] | None) -> None:
    """Where the asset is from now on; the file it had goes when the transaction is through."""
    before = asset.file
    if file is not None:
        if (file.size or 0) > files.LARGEST:
            raise Refused(f"A file has at most {files.LARGEST // 1024 // 1024} MB.")
        name = (file.name or "file").replace("\\", "/").rpartition("/")[2]
        asset.link, asset.file_name = "", _text(name, "The file's name")[-200:]
        asset.file, asset.file_size = files.keep(file), file.size or 0
    elif link:
        asset.link, asset.file, asset.file_name, asset.file_size = _address(link), "", "", 0
    if before and before != asset.file:
        transaction.on_commit(lambda: files.forget(before))


def _address(link: str) -> str:
    try:
        URLValidator(schemes=["http", "https"])(link)
    except ValidationError:
        raise Refused("A link begins with https:// and leads somewhere.") from None
    return _words(link, "The link", 1000)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a playbook to be: what it is, and its id, or the words of a question."""

    piece: Piece
    id: int = 0
    question: str = ""


@transaction.atomic
def write_playbook(
    playbook: Playbook | None, *, name: str, condition: str, priority: int, lines: Sequence[Line],
    is_active: bool = True, owner: User | None = None, seen: int | None = None,
    by: User, at: datetime, via: Via,
) -> Playbook:  # fmt: skip
    """Add a playbook or change it. Raises PermissionDenied, Overtaken; Refused with the line of
    a condition that cannot be asked."""
    require(by, Permission.EQUIP_SALES)
    name, condition = _name(name), condition.replace("\r\n", "\n").strip()
    agreed = agreements.published()
    fault = unaskable(condition, document=agreed.document if agreed else None, at=at)
    if fault:
        raise Refused(f"The condition: {fault}")
    if not -1000 <= priority <= 1000:
        raise Refused("A priority lies between -1000 and 1000.")
    if playbook is None:
        playbook = _added(Playbook(name=name, **_made(by, at)), "")
    else:
        playbook = _held(Playbook.objects.all(), playbook, seen)
    playbook.name, playbook.condition = name, condition
    playbook.priority, playbook.is_active = priority, is_active
    _stamp(playbook, owner, by, at)
    playbook.items.all().delete()
    Item.objects.bulk_create(_items(playbook, lines))
    _line("enablement.playbook_written", playbook, by=by, at=at, via=via)
    return playbook


def _items(playbook: Playbook, lines: Sequence[Line]) -> list[Item]:
    if len(lines) > MOST_ITEMS:
        raise Refused(f"A playbook has at most {MOST_ITEMS} lines.")
    known: dict[Piece, set[int]] = {
        Piece.SCRIPT: set(Script.objects.values_list("pk", flat=True)),
        Piece.ASSET: set(Asset.objects.values_list("pk", flat=True)),
        Piece.MESSAGE: set(KeyMessage.objects.values_list("pk", flat=True)),
    }
    made = []
    for place, line in enumerate(dict.fromkeys(lines)):
        item = Item(playbook=playbook, place=place, piece=line.piece)
        if line.piece is Piece.QUESTION:
            item.question = _words(line.question, "A question", 400)
        elif line.id not in known[line.piece]:
            raise Refused(f"The {line.piece} in line {place + 1} is no longer there.")
        else:
            setattr(item, f"{line.piece}_id", line.id)
        made.append(item)
    return made


@transaction.atomic
def retire(thing: T, *, by: User, at: datetime, via: Via) -> T:
    """Offer it to nobody any more; it stays readable. Twice changes nothing."""
    return _turned(thing, at, "enablement.retired", "retired", by=by, at=at, via=via)


@transaction.atomic
def restore(thing: T, *, by: User, at: datetime, via: Via) -> T:
    """Offer it again. Twice changes nothing."""
    return _turned(thing, None, "enablement.restored", "brought back", by=by, at=at, via=via)


def _turned(
    thing: T, retired_at: datetime | None, kind: str, word: str, *,
    by: User, at: datetime, via: Via,
) -> T:  # fmt: skip
    require(by, Permission.EQUIP_SALES)
    held: T = type(thing)._default_manager.select_for_update(no_key=True).get(pk=thing.pk)
    if (held.retired_at is None) != (retired_at is None):
        held.retired_at = retired_at
        held.save(update_fields=["retired_at"])
        _line(kind, held, word, by=by, at=at, via=via)
    return held


@transaction.atomic
def confirm(citation: Citation, *, by: User, at: datetime, via: Via) -> Citation:
    """Say that the text still fits the wording in force. Raises PermissionDenied, Refused."""
    require(by, Permission.EQUIP_SALES)
    message = KeyMessage.objects.select_for_update(no_key=True).get(pk=citation.message_id)
    held = Citation.objects.select_for_update().filter(pk=citation.pk).first()
    if held is None:
        raise Refused("It has been rewritten since; look at it again.")
    if held.number != message.version:
        held.number, held.by, held.at = message.version, by, at
        held.save(update_fields=["number", "by", "at"])
        said = f"{by} brought a place that says {message} up to date."
        data = {"message": message.pk, "version": message.version, "citation": held.pk}
        journal.write("enablement.citation_confirmed", at=at, via=via, by=by, said=said, data=data)
    return held


def _made(by: User, at: datetime) -> dict[str, object]:
    return {"version": 0, "created_at": at, "changed_at": at, "changed_by": by}


def _added(thing: T, taken: str) -> T:
    """The new row. Raises Refused where its name must be its own and is not."""
    try:
        with transaction.atomic():
            thing.save()
    except IntegrityError:
        raise Refused(taken) from None
    return thing


def _held(things: QuerySet[T], thing: T, seen: int | None) -> T:
    """The row as it is now, held until the end. Raises Overtaken if it is not the one `seen`."""
    held = things.select_for_update(no_key=True, of=("self",)).get(pk=thing.pk)
    if seen != held.version:
        at = f"{held.changed_at:%-d %B, %H:%M} UTC"
        raise Overtaken(f"{held.changed_by} has changed {held} since, on {at}.", held.version)
    return held


def _stamp(thing: Thing, owner: User | None, by: User, at: datetime) -> None:
    thing.version += 1
    thing.owner, thing.changed_by, thing.changed_at = owner, by, at
    thing.save()


def _cite(
    messages: Sequence[KeyMessage], *, by: User, at: datetime,
    script_version: ScriptVersion | None = None, asset: Asset | None = None,
) -> None:  # fmt: skip
    Citation.objects.bulk_create(
        Citation(
            script_version=script_version, asset=asset, message=message, number=message.version,
            by=by, at=at,
        )
        for message in messages
    )  # fmt: skip


def _name(text: str) -> str:
    return _words(text, "The name", LONGEST_NAME)


def _words(text: str, what: str, longest: int = LONGEST_WORDS, *, is_needed: bool = True) -> str:
    said = _text(text.strip(), what)
    if is_needed and not said:
        raise Refused(f"{what} is missing.")
    if len(said) > longest:
        raise Refused(f"{what} has at most {longest:,} characters.")
    return said


def _text(text: str, what: str) -> str:
    odd = {"\0", language.BEGIN, language.END}
    if any(char in odd or "\ud800" <= char <= "\udfff" for char in text):
        raise Refused(f"{what} holds characters that are no text.")
    return text


_NOUNS = {Asset: "asset", KeyMessage: "key message", Playbook: "playbook", Script: "script"}


def _line(kind: str, thing: Thing, word: str = "", *, by: User, at: datetime, via: Via) -> None:
    noun = _NOUNS[type(thing)]
    deed = word or ("added" if thing.version == 1 else "changed")
    said = f"{by} has {deed} the {noun} {thing}."
    data: dict[str, Json] = {"thing": noun, "id": thing.pk, "version": thing.version}
    journal.write(kind, at=at, via=via, by=by, said=said, data=data)


__all__ = [
    "About", "Line", "Overtaken", "Refused", "confirm", "restore", "retire", "write_asset",
    "write_message", "write_playbook", "write_script",
]  # fmt: skip
