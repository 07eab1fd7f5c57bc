"""What the parts of a translation share: a header, a zone, and readers made from columns."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Map
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from handraise.capture.imports.columns import Cells, Columns, Getter
from handraise.capture.imports.faults import RowFault
from handraise.capture.imports.values import Column, Instant, clean, convert_for, instant_reader
from handraise.capture.instants import AHEAD, EARLIEST
from handraise.leads.entry import Json

Values: TypeAlias = Callable[[Cells], tuple[dict[str, Json], tuple[str, ...]]]
InstantReader: TypeAlias = Callable[[Cells], datetime | None]


@dataclass(frozen=True, slots=True)
class When:
    """When a row's matter happened and became known, and whether the latter is assumed."""

    occurred_at: datetime
    known_at: datetime
    is_assumed: bool


@dataclass(frozen=True, slots=True)
class Compiler:
    """Makes readers for one file. `at` is the import's instant: nothing happened later."""

    columns: Columns
    zone: ZoneInfo
    unknown_when: tuple[str, ...]
    at: datetime

    def getter(self, names: tuple[str, ...]) -> Getter:
        """The cell of these columns; always empty when none is named."""
        return self.columns.getter(names)

    def values(self, mapped: Map[str, Column]) -> Values:
        """Typed values by name, and the names of those that the row leaves unknown."""
        parts = [
            (column, part.name, self.columns.getter((column,)),
             convert_for(part, unknown_when=self.unknown_when, zone=self.zone))
            for column, part in mapped.items()
        ]  # fmt: skip

        def read(cells: Cells) -> tuple[dict[str, Json], tuple[str, ...]]:
            known: dict[str, Json] = {}
            for column, name, get, convert in parts:
                try:
                    value = convert(get(cells))
                except RowFault as fault:
                    raise RowFault(f"column {column!r}: {fault}", fault.reason) from None
                if value is not None:
                    known[name] = value
            return known, tuple(name for _, name, _, _ in parts if name not in known)

        return read

    def instant(self, part: Instant | None) -> InstantReader:
        """The instant of a row, or None where its cell is empty or no column is named."""
        if part is None:
            return lambda _: None
        get, read, name = (
            self.getter(part.column),
            instant_reader(part.formats, self.zone),
            part.column[0],
        )

        def convert(cells: Cells) -> datetime | None:
            text = clean(get(cells))
            try:
                return self.sane(read(text)) if text else None
            except RowFault as fault:
                raise RowFault(f"column {name!r}: {fault}", fault.reason) from None

        return convert

    def sane(self, instant: datetime) -> datetime:
        """The instant, if anything can have happened then; a day ahead is a clock gone wrong."""
        if instant < EARLIEST or instant > self.at + AHEAD:
            raise RowFault(
                f"{instant:%Y-%m-%d} is before 1990 or more than a day in the future", "instant"
            )
        return min(instant, self.at)
