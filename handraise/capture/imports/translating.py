"""Rows to entries: a mapping compiled for one file, then asked row by row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from zoneinfo import ZoneInfo

from handraise.capture.decide import ImportKind
from handraise.capture.imports.accompanying import Accompanying, ConsentSaid, Outcome
from handraise.capture.imports.columns import Cells, resolved
from handraise.capture.imports.compiled import Compiler, When
from handraise.capture.imports.faults import RowFault
from handraise.capture.imports.happening import Happening
from handraise.capture.imports.identifying import Identified, identifier
from handraise.capture.imports.mapping import Mapping
from handraise.capture.imports.reading import Row, Sheet
from handraise.capture.imports.spreading import Spreading
from handraise.capture.imports.values import Empty, clean
from handraise.capture.validate import MESSAGE_ID_CHARS
from handraise.leads.entry import Entry, EntryKind, Json

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_ROOM_FOR_SUFFIX = 20


@dataclass(frozen=True, slots=True)
class Taken:
    """What one row gives. `who` is its person; `unknown` names the facts that it leaves open."""

    line: int
    who: Identified
    when: When
    entries: list[Entry]
    outcome: Outcome | None
    consents: tuple[ConsentSaid, ...]
    tags: tuple[str, ...]
    unknown: tuple[str, ...]
    is_repaired: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """Which import the rows belong to, and the instant of it, later than which nothing happened."""

    source_id: int
    import_id: int
    at: datetime


class Translation:
    """A mapping, compiled for a file's header. Raises MappingFault for columns it lacks."""

    def __init__(
        self, mapping: Mapping, sheet: Sheet, origin: Origin, spreading: Spreading | None
    ) -> None:
        self._mapping, self._header, self._origin = mapping, sheet.header, origin
        self._columns = resolved(mapping, sheet.header)
        compiler = Compiler(
            self._columns, ZoneInfo(mapping.zone), tuple(mapping.unknown_when), origin.at
        )
        self._compiler, self._spreading = compiler, spreading
        self._who = identifier(mapping.identity, self._columns)
        self._facts = compiler.values(mapping.facts)
        self._occurred_at = compiler.instant(mapping.occurred_at)
        self._known_at = compiler.instant(mapping.known_at)
        self._message_id = compiler.getter(mapping.message_id)
        self._happening = Happening(mapping, mapping.event, compiler) if mapping.event else None
        self._accompanying = Accompanying(mapping, compiler)
        self._fingerprint = 0

    def of(self, row: Row, place: int) -> Taken:
        """What the row gives. `place` is its ordinal among the records, from 0.

        Raises RowFault with a sentence that names the column.
        """
        self._check_text(row)
        self._fingerprint = _print_of(row) if self._mapping.message_id else 0
        cells = self._columns.parse(row.cells)
        who = self._who(cells)
        when = self._when(cells, place)
        known, unknown = self._facts(cells)
        traits: dict[str, Json] = {**self._mapping.constants, **known}
        if who.email is not None:
            traits["email"] = who.email
        more = self._accompanying
        return Taken(
            row.line, who, when, self._entries(cells, row, who, when, traits),
            more.outcome(cells, when.occurred_at), tuple(more.consents(cells, when.occurred_at)),
            more.tags(cells), unknown, row.is_repaired,
        )  # fmt: skip

    def _check_text(self, row: Row) -> None:
        joined = "\x1f".join(row.cells)
        if (joined.isascii() and "\x00" not in joined) or not _UNSTORABLE.search(joined):
            return
        for name, cell in zip(self._header, row.cells, strict=True):
            if "\x00" in cell:
                raise RowFault(f"column {name!r} holds a NUL character", "text")
            if found := _UNSTORABLE.search(cell):
                code = ord(found[0])
                what = f"byte 0x{code - 0xDC00:02X}" if code >= 0xDC00 else "half a character"
                raise RowFault(f"column {name!r} holds {what}, which the encoding lacks", "text")

    def _when(self, cells: Cells, place: int) -> When:
        if self._spreading is not None:
            occurred = self._compiler.sane(self._spreading.instant(cells, place))
        elif self._mapping.occurred_at is not None:
            told = self._occurred_at(cells)
            if told is None and self._mapping.occurred_at.when_empty is Empty.IMPORT:
                return When(self._origin.at, self._origin.at, is_assumed=False)
            if told is None:
                name = self._mapping.occurred_at.column[0]
                raise RowFault(f"column {name!r} is empty: it says when", "instant")
            occurred = told
        else:
            return When(self._origin.at, self._origin.at, is_assumed=False)
        known = self._known_at(cells)
        if known is None:
            return When(occurred, occurred, is_assumed=True)
        return When(occurred, max(known, occurred), is_assumed=False)

    def _entries(
        self, cells: Cells, row: Row, who: Identified, when: When, traits: dict[str, Json]
    ) -> list[Entry]:
        message_id = self._message_id_of(cells, row)
        if self._happening is not None:
            done = self._entry(
                EntryKind.ACTIVITY, message_id, who, when, name=self._happening.name(cells),
                bot=self._happening.bot(cells), properties=self._happening.properties(cells),
            )  # fmt: skip
            if not traits.keys() - {"email"}:
                return [done]
            said = self._entry(EntryKind.FACTS, f"{message_id}-facts", who, when, traits=traits)
            return [done, said]
        made = []
        says_facts = self._mapping.facts or self._mapping.constants
        if says_facts or self._mapping.kind is ImportKind.LEADS:
            made.append(self._entry(EntryKind.FACTS, message_id, who, when, traits=traits))
        if group_id := self._accompanying.group_id(cells):
            made.append(
                self._entry(EntryKind.GROUP, f"{message_id}-company", who, when, group_id=group_id)
            )
        for place, (name, at) in enumerate(self._accompanying.activities(cells, when.occurred_at)):
            then = When(at, max(at, when.known_at), when.is_assumed)
            made.append(
                self._entry(EntryKind.ACTIVITY, f"{message_id}-{place}", who, then, name=name)
            )
        return made

    def _entry(
        self, kind: EntryKind, message_id: str, who: Identified, when: When, *,
        name: str = "", bot: str = "", group_id: str | None = None,
        properties: dict[str, Json] | None = None, traits: dict[str, Json] | None = None,
    ) -> Entry:  # fmt: skip
        return Entry(
            kind, self._origin.source_id, message_id, when.occurred_at, when.known_at,
            who.user_id, who.email, who.anonymous_id, group_id=group_id, name=name, bot=bot,
            properties=properties or {}, traits=traits or {}, is_known_at_assumed=when.is_assumed,
            fingerprint=self._fingerprint,
        )  # fmt: skip

    def _message_id_of(self, cells: Cells, row: Row) -> str:
        told = clean(self._message_id(cells))
        if len(told) > MESSAGE_ID_CHARS - _ROOM_FOR_SUFFIX:
            raise RowFault(f"column {self._mapping.message_id[0]!r} is too long for an id", "id")
        return told or f"import-{self._origin.import_id}-{row.line}"


def _print_of(row: Row) -> int:
    """64 bits of the whole row: the same message id with other cells is no repetition."""
    said = "\x1f".join(row.cells).encode()
    return int.from_bytes(blake2b(said, digest_size=8).digest(), "big", signed=True)
