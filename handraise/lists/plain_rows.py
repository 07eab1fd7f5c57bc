"""A condition as simple rows, for who does not write YAML: subject, what it does, value."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from handraise.agreement.conditions import ConditionError, parse

DOES = {
    "is": "is one of",
    "is_not": "is none of",
    "contains_word": "has the word",
    "starts_with": "starts with",
    "ends_with": "ends with",
    "at_least": "is at least",
    "at_most": "is at most",
    "known": "is known",
    "unknown": "is not known",
    "in_list": "is in the list of the agreement",
    "not_in_list": "is not in the list of the agreement",
    "did": "was done (within … days)",
    "did_not": "was not done (within … days)",
    "did_times": "was done at least … times",
}
HOW = {"all": "All of these", "any": "At least one of these"}
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?")
_TRUTHS = {"true": True, "false": False}


class RowFault(ValueError):
    """A row that says nothing; `row` counts from 1."""

    def __init__(self, row: int, sentence: str) -> None:
        super().__init__(f"Row {row}: {sentence}")


@dataclass(frozen=True, slots=True)
class Row:
    """One test: `does` is a key of DOES."""

    subject: str = ""
    does: str = "is"
    value: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.subject.strip() and not self.value.strip()


def raw_of(how: str, rows: Iterable[Row]) -> dict[str, Any]:
    """The condition that the rows say, empty ones left out. Raises RowFault."""
    parts = [_part(place, row) for place, row in enumerate(rows, start=1) if not row.is_empty]
    if not parts:
        raise RowFault(1, "Say what must be true of a lead.")
    return parts[0] if len(parts) == 1 else {how if how in HOW else "all": parts}


def _part(place: int, row: Row) -> dict[str, Any]:
    subject, value = row.subject.strip(), row.value.strip()
    if not subject:
        raise RowFault(place, "Name what is looked at: a fact, a score, or an activity.")
    if row.does not in DOES:
        raise RowFault(place, "Choose what must be true of it.")
    if not value and row.does not in {"known", "unknown", "did", "did_not"}:
        raise RowFault(place, "Say which value.")
    part = _said(place, row.does, subject, value)
    try:
        parse(part)
    except ConditionError as fault:
        raise RowFault(place, str(fault)) from None
    return part


def _said(place: int, does: str, subject: str, value: str) -> dict[str, Any]:
    match does:
        case "is":
            return {subject: _one_or_many(value)}
        case "is_not":
            return {"none": [{subject: _one_or_many(value)}]}
        case "not_in_list":
            return {"none": [{subject: {"in_list": _texts(value)}}]}
        case "known" | "unknown":
            return {subject: {"is_known": does == "known"}}
        case "at_least" | "at_most":
            return {subject: {does: _number(place, value)}}
        case "did" | "did_not" | "did_times":
            return {"did": _did(place, does, subject, value)}
        case _:
            return {subject: {does: _texts(value)}}


def _did(place: int, does: str, event: str, value: str) -> dict[str, Any]:
    did: dict[str, Any] = {"event": event}
    if does == "did_times":
        return {**did, "at_least": _number(place, value)}
    if value:
        did["within"] = f"{_number(place, value)} days"
    return did if does == "did" else {**did, "at_most": 0}


def _number(place: int, value: str) -> int | float:
    if not _NUMBER.fullmatch(value):
        raise RowFault(place, f"{value[:60]!r} is not a number.")
    return float(value) if "." in value else int(value)


def _texts(value: str) -> str | list[str]:
    many = _split(value)
    return many[0] if len(many) == 1 else many


def _one_or_many(value: str) -> Any:
    many = [_plain(one) for one in _split(value)]
    return many[0] if len(many) == 1 else many


def _split(value: str) -> list[str]:
    return [one.strip() for one in value.split(",") if one.strip()] or [value]


def _plain(value: str) -> str | bool | int | float:
    if value.lower() in _TRUTHS:
        return _TRUTHS[value.lower()]
    return _number(0, value) if _NUMBER.fullmatch(value) else value


def rows_of(raw: dict[str, Any]) -> tuple[str, list[Row]] | None:
    """The rows that say the same as this condition (which `parse` reads); None where none do."""
    how, parts = "all", [raw]
    if len(raw) == 1 and next(iter(raw)) in HOW:
        how = next(iter(raw))
        parts = raw[how]
    elif len(raw) > 1:
        parts = [{key: value} for key, value in raw.items()]
    rows = [_row(part) for part in parts]
    known = [row for row in rows if row is not None]
    try:
        is_same = len(known) == len(rows) and parse(raw_of(how, known)) == parse(raw)
    except (RowFault, ConditionError):
        return None
    return (how, known) if is_same else None


def _row(part: Any) -> Row | None:
    """The row that may say this part; whether it does is for the caller to see."""
    if not isinstance(part, dict) or len(part) != 1:
        return None
    ((subject, value),) = part.items()
    if subject == "did":
        return _did_row(value)
    if subject == "none" and isinstance(value, list) and len(value) == 1:
        row = _row(value[0])
        denied = {"is": "is_not", "in_list": "not_in_list"}.get(row.does) if row else None
        return Row(row.subject, denied, row.value) if row and denied else None
    if not isinstance(value, dict):
        return Row(subject, "is", _shown(value))
    if len(value) != 1:
        return None
    ((operator, operand),) = value.items()
    if operator == "is_known":
        return Row(subject, "known" if operand else "unknown")
    does = {"equals": "is", "one_of": "is"}.get(operator, operator)
    return Row(subject, does, _shown(operand)) if does in DOES else None


def _did_row(did: Any) -> Row | None:
    if not isinstance(did, dict):
        return None
    event, within = str(did.get("event", "")), str(did.get("within", "")).partition(" ")[0]
    if "at_least" in did:
        return Row(event, "did_times", _shown(did["at_least"]))
    return Row(event, "did_not" if "at_most" in did else "did", within)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(map(_shown, value)) if isinstance(value, list) else str(value)
