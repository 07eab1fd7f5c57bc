"""Read a CSV file record by record: nothing lost, nothing shifted, every fault with its line.

Python's csv module splits the cells; this module finds where records end, so that one stray quote
costs its own line and not all that follow, and so that every message names a physical line.
"""

from __future__ import annotations

import csv
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import TextIO

from handraise.capture.imports.faults import FileFault
from handraise.capture.imports.survey import Survey, survey

CELL_LIMIT = 1 << 20  # characters
_LINE_LIMIT = 4 << 20
_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 60
_ENOUGH_WHOLE_LINES = 3  # that many lines of exact width are no accident of running text


@dataclass(frozen=True, slots=True)
class Row:
    """One record: `line` is where it begins, `cells` has the header's width."""

    line: int
    cells: list[str]
    is_repaired: bool = False


@dataclass(frozen=True, slots=True)
class Damaged:
    """A record that has no cells one could trust: `raw` is what stands in the file."""

    line: int
    why: str
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file known well enough to be read: iterate `records()` as often as needed."""

    path: Path
    survey: Survey
    delimiter: str
    header: tuple[str, ...]
    first_line: int  # the physical line after the header
    notices: tuple[str, ...] = field(default=())

    def records(self) -> Iterator[Row | Damaged]:
        """Every record after the header, in order, in bounded memory."""
        with _opened(self.path, self.survey.encoding) as file:
            lines = _Lines(file)
            while lines.number < self.first_line - 1:
                next(lines)
            yield from _Records(lines, self.delimiter, len(self.header))


def open_sheet(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> Sheet:
    """Find encoding, delimiter and header. Raises FileFault when there is no table to find."""
    found = survey(path, encoding=encoding)
    with _opened(path, found.encoding) as file:
        sample = [line for _, line in zip(range(_SAMPLE_LINES), _Lines(file), strict=False)]
    told = 0
    if sample and sample[0].lower().startswith("sep=") and len(sample[0].strip()) == 5:
        delimiter, told = delimiter or sample[0][4], 1  # Excel's own way to say it
    while told < len(sample) and not sample[told].strip():
        told += 1
    if told == len(sample):
        raise FileFault("The file has no header line.")
    split = delimiter or _sniffed(sample[told:])
    names, taken = _header(sample[told:], split)
    header, notices = _distinct(names)
    return Sheet(path, found, split, header, told + taken + 1, tuple(notices))


def _opened(path: Path, encoding: str) -> TextIO:
    return path.open(encoding=encoding, errors="handraise-mark", newline="")


class _Lines:
    """Physical lines with their number; lines can be pushed back to be read anew."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._again: deque[str] = deque()
        self.number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._file.readline(_LINE_LIMIT)
        if not line:
            raise StopIteration
        self.number += line.endswith(("\n", "\r")) or len(line) < _LINE_LIMIT
        return line

    def push_back(self, lines: list[str]) -> None:
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)


class _Records:
    """Records of the header's width, repaired where one cell holds the whole row."""

    def __init__(self, lines: _Lines, delimiter: str, width: int) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._width = width
        self._held: list[str] = []  # physical lines of the record being read
        self._size = 0

    def __iter__(self) -> Iterator[Row | Damaged]:
        reader = self._reader()
        while True:
            self._held, self._size = [], 0
            first = self._lines.number + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield self._unclosed(first)
                reader = self._reader()
                continue
            if cells and any(cells):
                yield self._row(first, cells)

    def _reader(self) -> Iterator[list[str]]:
        csv.field_size_limit(CELL_LIMIT)
        return csv.reader(self._feed(), delimiter=self._delimiter, strict=False)

    def _feed(self) -> Iterator[str]:
        for line in self._lines:
            self._held.append(line)
            self._size += len(line)
            if self._size > _LINE_LIMIT:
                raise csv.Error("too long")
            yield line
        if self._held:
            raise csv.Error("unclosed quote")

    def _row(self, first: int, cells: list[str]) -> Row | Damaged:
        if len(cells) == self._width:
            return Row(first, cells)
        if len(cells) == 1 and (inner := _cells_within(cells[0], self._delimiter, self._width)):
            return Row(first, inner, is_repaired=True)
        count = len(cells)
        if len(self._held) > 1 and self._followers_are_whole():
            return self._unclosed(first)
        some = "1 cell" if count == 1 else f"{count} cells"
        until = f"Lines {first} to {self._lines.number} have" if len(self._held) > 1 else (
            f"Line {first} has"
        )  # fmt: skip
        why = f"{until} {some} where the header has {self._width}."
        return Damaged(first, why, "cells", "".join(self._held))

    def _unclosed(self, first: int) -> Damaged:
        held = self._held
        if len(held) == 1 or self._followers_are_whole():
            self._lines.push_back(held[1:])
            what = f"Line {first} opens a quote that is not closed"
            if self._size > CELL_LIMIT and len(held) == 1:
                what = f"Line {first} has a cell of more than {CELL_LIMIT:,} characters"
            return Damaged(first, f"{what}.", "quote", held[0])
        last = self._lines.number
        why = f"Line {first} opens a quote that is not closed; it was given up at line {last}."
        return Damaged(first, why, "quote", "".join(held))

    def _followers_are_whole(self) -> bool:
        """Whether the lines after the first are rows by themselves, swallowed by a stray quote."""
        rest = self._held[1:]
        if len(rest) < _ENOUGH_WHOLE_LINES or self._width < 3:
            return False
        return all(_cells_within(line, self._delimiter, self._width) for line in rest)


def _cells_within(text: str, delimiter: str, width: int) -> list[str] | None:
    """The cells of a whole record inside one text, if it has exactly this width."""
    if width < 2:
        return None
    try:
        lines = StringIO(text, newline="")
        found = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return found[0] if len(found) == 1 and len(found[0]) == width else None


def _sniffed(sample: list[str]) -> str:
    """The delimiter under which most lines have the header's width; then the more cells."""

    def fitness(delimiter: str) -> tuple[float, int]:
        try:
            widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter) if row)
            first = len(next(csv.reader(sample, delimiter=delimiter)))
        except csv.Error:
            return 0.0, 0
        if first < 2:
            return 0.0, 0
        return widths[first] / widths.total(), first

    csv.field_size_limit(_LINE_LIMIT)
    return max(_DELIMITERS, key=fitness)


def _header(sample: list[str], delimiter: str) -> tuple[list[str], int]:
    """The names of the columns, and how many physical lines they take."""
    reader = csv.reader(sample, delimiter=delimiter)
    names = next(reader)
    if len(names) == 1 and delimiter in names[0]:
        names = next(csv.reader([names[0]], delimiter=delimiter))  # re-quoted like its rows
    return names, reader.line_num


def _distinct(names: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """Column names as mappings name them: trimmed, none empty, none twice."""
    seen: Counter[str] = Counter()
    header: list[str] = []
    notices: list[str] = []
    for place, raw in enumerate(names, start=1):
        name = " ".join(raw.replace("\x00", "").split()) or f"column {place}"
        seen[name] += 1
        if seen[name] > 1:
            other = f"{name} ({seen[name]})"
            notices.append(
                f"The header names {name!r} more than once; column {place} is {other!r}."
            )
            name = other
        header.append(name)
    if any("\udc00" <= char <= "\udcff" for name in header for char in name):
        raise FileFault("The header cannot be read in this encoding; say which encoding it is.")
    return tuple(header), notices
