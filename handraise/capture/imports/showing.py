"""A preview as a page shows it: short lists, plain words."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass
from typing import Any

from handraise.capture.imports.previewing import Preview
from handraise.capture.imports.storing import Refused
from handraise.capture.imports.translating import Taken
from handraise.leads.entry import EntryKind, Json

_CELL = 60
_VALUES = 8
_WORDS = {
    "leads": "leads with news",
    "facts": "new facts",
    "activities": "activities",
    "bots": "of them by robots",
    "merges": "leads found to be one",
    "conflicts": "rows that named two people as one",
    "consents": "consents",
    "outcomes": "stages reached",
    "outcomes_known": "stages that were known",
    "outcomes_outdated": "stages older than what is known",
    "repeated": "rows told before",
}


@dataclass(frozen=True, slots=True)
class Example:
    """One row as it would be taken."""

    line: int
    who: str
    when: str
    what: list[tuple[str, str]]
    more: int
    marks: list[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page needs of a preview."""

    counts: list[tuple[str, int]]
    notes: list[str]
    examples: list[Example]
    refused: list[Refused]
    reasons: list[tuple[str, int]]
    unknown: list[tuple[str, int, int]]


def shown(found: Preview) -> Shown:
    """Counts, remarks and examples; percentages are of the rows taken."""
    counts = [("rows read", found.read), ("would be taken", found.taken),
              ("would be refused", found.refused), ("repaired", found.repaired)]  # fmt: skip
    more = [("by robots", found.bots), ("with an outcome", found.outcomes)]
    return Shown(
        counts + [part for part in more if part[1]],
        list(_notes(found)),
        [_example(taken) for taken in found.first],
        found.first_refused,
        found.reasons.most_common(),
        [(name, count, round(100 * count / found.taken)) for name, count in
         found.unknown.most_common(12)] if found.taken else [],
    )  # fmt: skip


def came_of(report: Map[str, Any]) -> list[tuple[str, int]]:
    """What an import brought, in words."""
    counts = report.get("counts", {})
    return [(said, counts[name]) for name, said in _WORDS.items() if counts.get(name)]


def _notes(found: Preview) -> list[str]:
    sheet = found.sheet
    cut = {"\t": "tab"}.get(sheet.delimiter, sheet.delimiter)
    notes = [f"Read as {sheet.survey.encoding.removesuffix('-sig')}, cells parted by “{cut}”.",
             *sheet.notices]  # fmt: skip
    if not found.read:
        notes.append("The file has a header and no rows.")
    if found.unmapped:
        notes.append(f"Columns not used: {', '.join(found.unmapped)}.")
    if found.constant:
        notes.append(f"The same in every row: {', '.join(found.constant)}.")
    if found.twins:
        notes.append(f"{found.twins:,} rows are like an earlier one but for their ids.")
    if found.repaired_lines:
        lines = ", ".join(map(str, found.repaired_lines[:20]))
        notes.append(f"Whole rows had been quoted into one cell and are repaired: lines {lines}…")
    return notes


def _example(taken: Taken) -> Example:
    who = taken.who.email or taken.who.user_id or taken.who.anonymous_id or ""
    what: list[tuple[str, str]] = []
    marks = ["repaired"] if taken.is_repaired else []
    for entry in taken.entries:
        if entry.kind is EntryKind.ACTIVITY:
            what.append(("did", entry.name))
        what += [(name, _text(value)) for name, value in (entry.traits | entry.properties).items()]
        marks += ["robot"] if entry.bot else []
    if taken.outcome:
        marks.append(taken.outcome.stage.label)
    when = f"{taken.when.occurred_at:%Y-%m-%d %H:%M}"
    return Example(taken.line, who, when, what[:_VALUES], max(len(what) - _VALUES, 0), marks)


def _text(value: Json) -> str:
    text = str(value)
    return text if len(text) <= _CELL else f"{text[: _CELL - 1]}…"
