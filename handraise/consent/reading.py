"""Read a list of addresses and domains from a text or a CSV file: every line or a fault. No Django.

Each line is read by itself: a quote that is never closed spoils its line and no other.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, field

from handraise.consent.decide import Refused

MOST_LINES = 200_000
LARGEST = 20 * 1024 * 1024
MOST_FAULTS = 200  # are kept to be shown; all are counted
_COLUMNS = ("mail", "address", "adresse", "domain")


@dataclass(slots=True)
class Listed:
    """What a text lists: values as compared, each once, and the lines that could not be read."""

    values: list[str] = field(default_factory=list)
    lines: int = 0
    doubles: int = 0
    fault_count: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)


def decoded(raw: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 where it says so, else what old programs write."""
    if len(raw) > LARGEST:
        raise Refused(f"A file has at most {LARGEST // 1024 // 1024} MB.")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def listed(text: str, check: Callable[[str], str]) -> Listed:
    """Read a text line by line. `check` gives a value as compared or raises Refused.

    Raises Refused for too many lines. Empty lines and those that begin with # are passed over.
    """
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise Refused(f"A list has at most {MOST_LINES:,} lines.")
    kept = [
        (number, line) for number, line in enumerate(lines, 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]  # fmt: skip
    made = Listed()
    if not kept:
        return made
    delimiter = _delimiter(kept[0][1])
    first = _cells(kept[0][1], delimiter)
    column = _named(first)
    if column is None:
        column = next((place for place, cell in enumerate(first) if "@" in cell), 0)
    elif len(kept) > 1 and not any(_is_value(cell, check) for cell in first):
        kept = kept[1:]
    seen: set[str] = set()
    for number, line in kept:
        _take(made, seen, number, _cells(line, delimiter), column, check)
    return made


def _take(
    made: Listed, seen: set[str], number: int, cells: list[str], column: int,
    check: Callable[[str], str],
) -> None:  # fmt: skip
    made.lines += 1
    try:
        value = check(cells[column] if column < len(cells) else "")
    except Refused as fault:
        made.fault_count += 1
        if len(made.faults) < MOST_FAULTS:
            made.faults.append((number, str(fault)))
        return
    if value in seen:
        made.doubles += 1
        return
    seen.add(value)
    made.values.append(value)


def _delimiter(line: str) -> str:
    """What parts the columns; nothing does where a line is one address, or a name with one."""
    counts = {mark: line.count(mark) for mark in ("\t", ";", ",")}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] else ""


def _cells(line: str, delimiter: str) -> list[str]:
    if not delimiter:
        return [line.strip().strip('"')]
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return [line]


def _named(cells: list[str]) -> int | None:
    """The column whose heading speaks of addresses, if these are headings."""
    if any("@" in cell for cell in cells):
        return None
    for wanted in _COLUMNS:
        for place, cell in enumerate(cells):
            if wanted in cell.lower():
                return place
    return None


def _is_value(cell: str, check: Callable[[str], str]) -> bool:
    try:
        check(cell)
    except Refused:
        return False
    return True
