"""A frozen brief read back, whatever release wrote it: what it lacks reads as nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

Row = dict[str, Any]
_INSTANTS = {"occurred_at", "holds_from", "latest", "offered_at", "ended_at", "last_seen_at", "at"}


def rows(raw: Row, name: str) -> list[Row]:
    """A list of the brief, with its instants read."""
    return [instants(row) for row in raw.get(name) or []]


def instants(row: Row) -> Row:
    """The same row with instants instead of their text."""
    return {
        name: datetime.fromisoformat(value) if name in _INSTANTS and value else value
        for name, value in row.items()
    }


def found_out(raw: Row) -> Row:
    """What sales development found out; nothing in the brief of a first handover."""
    told = raw.get("found_out")
    if not told:
        return {}
    answers = [
        {**one, "activity": instants(one["activity"])} if one.get("activity") else one
        for one in rows(told, "answers")
    ]
    return {**told, "answers": answers, "touches": rows(told, "touches")}


__all__ = ["found_out", "instants", "rows"]
