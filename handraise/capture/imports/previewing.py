"""What an import would do: the whole file read and translated, nothing written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from handraise.capture.imports.columns import used_columns
from handraise.capture.imports.mapping import Mapping
from handraise.capture.imports.reading import Row, Sheet, open_sheet
from handraise.capture.imports.running import translated
from handraise.capture.imports.spreading import period_of, spreading
from handraise.capture.imports.storing import Refused
from handraise.capture.imports.translating import Origin, Taken, Translation

_SHOWN = 20
_CHUNK = 2_000
_COMPARED = 1_000_000  # rows looked at for twins: 64 MB of hashes at the most
_MANY = object()


@dataclass(slots=True)
class Preview:
    """Counts of the whole file, and the first rows as they would be taken or refused.

    `unknown` counts for each fact the rows that leave it open; `constant` are columns with one
    value throughout; `twins` are rows alike in every column but those of ids and message ids.
    """

    sheet: Sheet
    read: int = 0
    taken: int = 0
    refused: int = 0
    repaired: int = 0
    bots: int = 0
    outcomes: int = 0
    twins: int = 0
    first: list[Taken] = field(default_factory=list)
    first_refused: list[Refused] = field(default_factory=list)
    repaired_lines: list[int] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    unmapped: list[str] = field(default_factory=list)
    constant: dict[str, str] = field(default_factory=dict)


def preview(file: Path, *, mapping: Mapping, at: datetime, limit: int | None = None) -> Preview:
    """Read everything (or `limit` records), write nothing. Raises as `start` would."""
    sheet = open_sheet(file, encoding=mapping.encoding, delimiter=mapping.delimiter)
    period = period_of(mapping, sheet, at=at)
    translation = Translation(mapping, sheet, Origin(0, 0, at), spreading(mapping, sheet, period))
    found = Preview(sheet)
    used = used_columns(mapping, sheet.header)
    found.unmapped = [column for column in sheet.header if column not in used]
    look = _Look(mapping, sheet)
    records = islice(enumerate(sheet.records()), limit)
    while chunk := list(islice(records, _CHUNK)):
        batch = translated(translation, chunk)
        found.read += batch.read
        found.refused += len(batch.refused)
        found.reasons.update(one.reason for one in batch.refused)
        found.first_refused += batch.refused[: _SHOWN - len(found.first_refused)]
        for row, taken in batch.taken:
            _count(found, row, taken)
            look.at(row)
    found.twins = look.twins
    found.constant = look.constant() if found.taken > 1 else {}
    return found


def _count(found: Preview, row: Row, taken: Taken) -> None:
    found.taken += 1
    found.unknown.update(taken.unknown)
    found.bots += any(entry.bot for entry in taken.entries)
    found.outcomes += taken.outcome is not None
    if row.is_repaired:
        found.repaired += 1
        found.repaired_lines.append(row.line)
    if len(found.first) < _SHOWN:
        found.first.append(taken)


class _Look:
    """What only shows across rows: columns with one value, and rows alike."""

    def __init__(self, mapping: Mapping, sheet: Sheet) -> None:
        ids = [part for part in (mapping.identity.user_id, mapping.identity.anonymous_id) if part]
        named = {name for part in ids for name in part.column} | set(mapping.message_id)
        named |= set(mapping.spread.by) if mapping.spread else set()
        self._header = sheet.header
        self._compared = [n for n, name in enumerate(sheet.header) if name not in named]
        self._values: list[object] | None = None
        self._seen: set[int] = set()
        self.twins = 0

    def at(self, row: Row) -> None:
        if self._values is None:
            self._values = list(row.cells)
        for place, value in enumerate(self._values):
            if value is not _MANY and value != row.cells[place]:
                self._values[place] = _MANY
        if len(self._seen) < _COMPARED:
            mark = hash(tuple(row.cells[place] for place in self._compared))
            self.twins += mark in self._seen
            self._seen.add(mark)

    def constant(self) -> dict[str, str]:
        values = self._values or []
        return {
            name: value
            for name, value in zip(self._header, values, strict=False)
            if isinstance(value, str)
        }
