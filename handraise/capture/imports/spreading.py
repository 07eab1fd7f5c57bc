"""Instants for rows without dates: over a stated period, by a column that grows with time."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handraise.capture.imports.columns import Cells, Getter, resolved
from handraise.capture.imports.faults import MappingFault, RowFault
from handraise.capture.imports.mapping import Mapping
from handraise.capture.imports.reading import Row, Sheet
from handraise.capture.imports.values import clean, instant_reader, number


@dataclass(frozen=True, slots=True)
class Period:
    """The period, and the least and greatest value of the column, found once and then kept, so
    that an import resumed on another day gives the same instants."""

    start: datetime
    end: datetime
    least: float
    greatest: float

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "start": self.start.isoformat(), "end": self.end.isoformat()}

    @classmethod
    def from_json(cls, kept: Map[str, Any]) -> Period:
        start, end = (datetime.fromisoformat(kept[key]) for key in ("start", "end"))
        return cls(start, end, float(kept["least"]), float(kept["greatest"]))


@dataclass(frozen=True, slots=True)
class Spreading:
    """A period with the way to place a row in it."""

    period: Period
    get: Getter | None
    name: str

    def instant(self, cells: Cells, place: int) -> datetime:
        """The row's instant, in proportion. Raises RowFault when the column is no number."""
        value = float(place)
        if self.get is not None:
            try:
                value = float(number(clean(self.get(cells))))
            except RowFault as fault:
                raise RowFault(f"column {self.name!r}: {fault}", "spread") from None
        span = self.period.greatest - self.period.least
        share = (value - self.period.least) / span if span else 0.0
        return self.period.start + (self.period.end - self.period.start) * min(max(share, 0.0), 1.0)


def period_of(mapping: Mapping, sheet: Sheet, *, at: datetime) -> Period | None:
    """Read the file once for the column's ends. None when the mapping spreads nothing."""
    if mapping.spread is None:
        return None
    start, end = _ends(mapping, at)
    get = _getter(mapping, sheet)
    least, greatest, count = float("inf"), float("-inf"), 0
    for record in sheet.records():
        count += 1
        if get is not None and isinstance(record, Row):
            try:
                value = float(number(clean(get(Cells(record.cells)))))
            except RowFault:
                continue  # named when the row itself is taken
            least, greatest = min(least, value), max(greatest, value)
    if get is None or least > greatest:
        least, greatest = 0.0, float(max(count - 1, 0))
    return Period(start, end, least, greatest)


def spreading(mapping: Mapping, sheet: Sheet, period: Period | None) -> Spreading | None:
    if mapping.spread is None or period is None:
        return None
    by = mapping.spread.by
    return Spreading(period, _getter(mapping, sheet), by[0] if by else "")


def _getter(mapping: Mapping, sheet: Sheet) -> Getter | None:
    spread = mapping.spread
    return resolved(mapping, sheet.header).getter(spread.by) if spread and spread.by else None


def _ends(mapping: Mapping, at: datetime) -> tuple[datetime, datetime]:
    assert mapping.spread is not None
    length = mapping.span()
    if length is not None:
        return at - length, at
    read = instant_reader((), ZoneInfo(mapping.zone))
    try:
        start, end = (read(str(text)) for text in mapping.spread.over)
    except RowFault as fault:
        raise MappingFault([f"spread.over: {fault}."]) from None
    if "T" not in str(mapping.spread.over[1]):
        end += timedelta(days=1)  # to the end of the last day
    if start >= end:
        raise MappingFault(["spread.over: the first day must come before the last."])
    if start > at:
        raise MappingFault(["spread.over: the period lies in the future."])
    return start, min(end, at.astimezone(UTC))
