"""Read costs as people paste them: a line for each source, month, amount and currency."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from handraise.deals.decide import checked_amount, checked_currency, read_amount
from handraise.kit.fold import fold
from handraise.team.decide import Refused

# Below the least that one field of a CSV file may have: the same text is always read alike.
LONGEST_TEXT, MOST_LINES, LONGEST_SOURCE = 130_000, 2000, 120
_MONTH = re.compile(r"(\d{4})-(\d{1,2})(?:-\d{1,2})?")
_HEAD = "source"
_DELIMITERS = ("\t", ";", ",")


@dataclass(frozen=True, slots=True)
class Line:
    """What a source cost in the month that begins on `month`."""

    source: str
    month: date
    amount: Decimal
    currency: str


def read(text: str) -> list[Line]:
    """The lines of a pasted table, with or without its head. Raises Refused with every fault,
    named by line; then nothing of it counts."""
    if len(text) > LONGEST_TEXT:
        raise Refused(f"That is more than {LONGEST_TEXT:,} characters: paste it in parts.")
    if "\x00" in text:
        raise Refused("The lines hold characters that are no text.")
    rows = [(number, row) for number, row in enumerate(_rows(text), 1) if any(row)]
    if rows and rows[0][1][0].strip().casefold() == _HEAD:
        rows = rows[1:]
    if not rows:
        raise Refused("Write at least one line, such as: paid search, 2026-03, 1200, EUR.")
    if len(rows) > MOST_LINES:
        raise Refused(f"These are more than {MOST_LINES:,} lines: paste them in parts.")
    found, faults = [], []
    for number, row in rows:
        try:
            found.append(_line(row))
        except Refused as refused:
            faults.append(f"Line {number}: {refused}")
    if faults:
        more = f" And {len(faults) - 5} more lines." if len(faults) > 5 else ""
        raise Refused(" ".join(faults[:5]) + more)
    return _once(found)


def _rows(text: str) -> list[list[str]]:
    first = text.lstrip().partition("\n")[0]
    delimiter = next((mark for mark in _DELIMITERS if first.count(mark) >= 3), ",")
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [[cell.strip() for cell in row] for row in lines]
    except csv.Error as unreadable:
        raise Refused(f"These lines cannot be read: {unreadable}.") from None


def _line(row: list[str]) -> Line:
    if len(row) != 4:
        raise Refused("give source, month, amount and currency, with commas between them.")
    source, month, amount, currency = row
    code = checked_currency(currency)
    told = checked_amount(read_amount(amount), code)
    return Line(_source(source), _month(month), told, code)


def _source(text: str) -> str:
    named = fold(text)
    if not named:
        raise Refused("a source has a name.")
    if len(named) > LONGEST_SOURCE:
        raise Refused(f"a source has at most {LONGEST_SOURCE} characters.")
    return named


def _month(text: str) -> date:
    found = _MONTH.fullmatch(text)
    if found is None or not 1 <= int(found[2]) <= 12 or not 2000 <= int(found[1]) <= 2099:
        raise Refused(f"{text[:20]!r} is not a month. Write it as 2026-03.")
    return date(int(found[1]), int(found[2]), 1)


def _once(lines: list[Line]) -> list[Line]:
    """Raises Refused for two lines about the same: which of them holds, nobody could tell."""
    seen = set()
    for line in lines:
        about = (line.source, line.month, line.currency)
        if about in seen:
            raise Refused(f"{line.source} in {line.month:%Y-%m} stands twice in {line.currency}.")
        seen.add(about)
    return lines
