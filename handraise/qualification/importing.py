"""Answers out of a file: one line an answer. Safe to run again: what is here already is left."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from handraise.agreement.queries import published
from handraise.capture.imports import FileFault, RowFault, open_sheet
from handraise.capture.imports.reading import Damaged, Row
from handraise.capture.imports.values import clean, instant_reader
from handraise.kit.cells import neutral
from handraise.kit.fold import fold
from handraise.leads.decide import IdentityKind, Via
from handraise.leads.models import Identity, Lead
from handraise.qualification.actions import hold
from handraise.qualification.answering import Refused, Said, question_of, write_answer
from handraise.qualification.decide import Evidence
from handraise.qualification.frameworks.document import Framework, Question
from handraise.qualification.models import Answer
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

COLUMNS = {
    "email": ("email", "e_mail", "mail"),
    "user_id": ("user_id", "userid", "user"),
    "framework": ("framework",),
    "question": ("question", "key"),
    "value": ("value", "answer"),
    "text": ("text", "words", "comment"),
    "evidence": ("evidence",),
    "author": ("author", "by"),
    "answered_at": ("answered_at", "answered", "at", "date"),
}


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A line that was not taken. `cells` are empty where it was too damaged to have any."""

    line: int
    why: str
    cells: list[str]


@dataclass(slots=True)
class Report:
    """What became of a file: lines read, answers taken, answers that were here already."""

    header: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    read: int = 0
    taken: int = 0
    known: int = 0
    refused: list[RefusedRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Importing:
    """What holds for every line of one file."""

    columns: Mapping[str, int]
    name: str
    framework: str
    by: User
    at: datetime
    via: Via
    is_trial: bool


def import_answers(
    path: Path, *, by: User, at: datetime, via: Via, framework: str = "", is_trial: bool = False
) -> Report:
    """Take the answers of a CSV file, each in a transaction of its own.

    `framework` holds where a line names none; without it, that of the agreement in force. With
    `is_trial` all is tried and nothing kept. Raises FileFault for a file without the columns,
    PermissionDenied; lines that cannot be taken stand in the report.
    """
    require(by, Permission.IMPORT)
    sheet = open_sheet(path)
    columns = _columns(sheet.header)
    usual = framework or _agreed_framework()
    importing = _Importing(columns, path.name, usual, by, at, via, is_trial)
    taken = set(columns.values())
    left_out = tuple(name for place, name in enumerate(sheet.header) if place not in taken)
    report = Report(sheet.header, left_out)
    for record in sheet.records():
        report.read += 1
        _take(record, importing, report)
    return report


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Where each thing stands, by the names in the header."""
    folded = [fold(name).replace(" ", "_").replace("-", "_") for name in header]
    found = {
        what: next(folded.index(name) for name in names if name in folded)
        for what, names in COLUMNS.items()
        if any(name in folded for name in names)
    }
    if "question" not in found or not {"email", "user_id"} & found.keys():
        raise FileFault(
            "The file needs a column 'question', and 'email' or 'user_id'. It may also have"
            f" {', '.join(name for name in COLUMNS if name not in ('question', 'email'))}."
        )
    return found


def _agreed_framework() -> str:
    agreed = published()
    return agreed.document.sql.answers.framework if agreed is not None else "BANT"


def _take(record: Row | Damaged, importing: _Importing, report: Report) -> None:
    if isinstance(record, Damaged):
        report.refused.append(RefusedRow(record.line, record.why, []))
        return
    cells = {what: clean(record.cells[place]) for what, place in importing.columns.items()}
    try:
        if _written(cells, importing):
            report.taken += 1
        else:
            report.known += 1
    except (Refused, RowFault) as refused:
        sentence = str(refused).rstrip(".")
        report.refused.append(RefusedRow(record.line, f"{sentence}.", record.cells))


def _written(cells: Mapping[str, str], importing: _Importing) -> bool:
    """Whether the answer was new. Raises Refused and RowFault with a sentence."""
    if any("\x00" in cell for cell in cells.values()):
        raise Refused("The line holds the NUL character.")
    name = cells.get("framework", "") or importing.framework
    framework, question = question_of(name, _key(cells["question"]))
    said, told_at = _said(cells, importing), _told_at(cells)
    with transaction.atomic():
        lead = hold(_lead(cells))
        if _is_known(lead, framework, question, said, told_at):
            return False
        author, by = _author(cells.get("author", ""), importing.by)
        write_answer(
            lead, framework, question, said, answered_at=told_at or importing.at, by=by,
            at=importing.at, via=importing.via, author=author,
        )  # fmt: skip
        if importing.is_trial:
            transaction.set_rollback(True)
    return True


def _key(text: str) -> str:
    """`Economic buyer` means `economic_buyer`."""
    return fold(text).replace(" ", "_")


def _said(cells: Mapping[str, str], importing: _Importing) -> Said:
    """`quote: …` and `note: …` say which; else it is a note, and without one the file is named."""
    kind, colon, words = cells.get("evidence", "").partition(":")
    if colon and fold(kind) in (Evidence.QUOTE, Evidence.NOTE):
        evidence, quote = fold(kind), words.strip()
    else:
        evidence, quote = Evidence.NOTE.value, cells.get("evidence", "")
    quote = quote or f"Imported from {importing.name}."
    return Said(cells.get("value", ""), cells.get("text", ""), evidence, quote)


def _told_at(cells: Mapping[str, str]) -> datetime | None:
    text = cells.get("answered_at", "")
    return instant_reader((), ZoneInfo(settings.TIME_ZONE))(text) if text else None


def _lead(cells: Mapping[str, str]) -> Lead:
    """The one lead of the address and the id. Raises Refused for none, or two."""
    told = {
        IdentityKind.EMAIL: cells.get("email", "").lower(),
        IdentityKind.USER_ID: cells.get("user_id", ""),
    }
    given = {kind: value for kind, value in told.items() if value}
    if not given:
        raise Refused("The line names nobody: neither an email nor a user_id.")
    found = {}
    for kind, value in given.items():
        rows = Identity.objects.filter(kind=kind, value=value, lead__canonical__withdrawn_at=None)
        identity = rows.select_related("lead__canonical").first()
        if identity is None:
            raise Refused(f"No lead is known by {value[:80]!r}.")
        found[identity.lead.canonical_id] = identity.lead.canonical
    if len(found) > 1:
        raise Refused("The email and the user_id are of two different leads.")
    return next(iter(found.values()))


def _is_known(
    lead: Lead, framework: Framework, question: Question, said: Said, told_at: datetime | None
) -> bool:
    """Whether this very answer is here; without an instant, whether it was ever given."""
    choice = question.choice(said.value)
    rows = Answer.objects.filter(
        lead__canonical=lead.pk, framework=framework.folded, question=question.key,
        value=choice.name if choice is not None else "", text=said.text.strip(),
        quote=said.quote.strip(), is_withdrawn=False,
    )  # fmt: skip
    return (rows if told_at is None else rows.filter(at=told_at)).exists()


def _author(told: str, importer: User) -> tuple[str, User]:
    """A person who is here, by address or name; else the name as told, brought by the importer."""
    if not told:
        return "", importer
    rows = User.objects.filter(email__iexact=told) or User.objects.filter(name__iexact=told)
    return ("", rows[0]) if len(rows) == 1 else (told, importer)


def write_refused(report: Report, out: TextIO) -> None:
    """The lines that were not taken, to mend and import again, each with why."""
    writer = csv.writer(out)
    writer.writerow([*map(neutral, report.header), "line", "why"])
    for row in report.refused:
        cells: Iterable[str] = row.cells or [""] * len(report.header)
        writer.writerow([*map(neutral, cells), str(row.line), neutral(row.why)])
