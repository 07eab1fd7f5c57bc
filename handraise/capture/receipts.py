"""Which messages are new: nothing is counted twice, whatever is sent again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handraise.leads.bulk import ids, rows_of, texts
from handraise.leads.entry import Entry

_INSERT = """
INSERT INTO capture_receipt (source_id, message_id, fingerprint)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS given (source_id, message_id, print)
ORDER BY source_id, message_id  -- one order for everybody, so that two digests cannot deadlock
ON CONFLICT DO NOTHING RETURNING source_id, message_id
"""
_KNOWN = """
SELECT source_id, message_id, fingerprint FROM capture_receipt
JOIN unnest(%s::bigint[], %s::text[]) AS given (source, message)
  ON (source_id, message_id) = (source, message)
"""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An entry whose message id was taken before; `place` is where it stood among the given.

    A retry says the same as the first and is counted as done. Otherwise the id was used for two
    different messages, and this one is not taken.
    """

    place: int
    entry: Entry
    is_retry: bool


def take(entries: Sequence[Entry]) -> tuple[list[Entry], list[Duplicate]]:
    """Part the entries into new ones and duplicates, and remember the new ones.

    Part of the caller's transaction, which must also record the new ones.
    """
    firsts: dict[tuple[int, str], int] = {}
    for place, entry in enumerate(entries):
        firsts.setdefault((entry.source_id, entry.message_id), place)
    new = _remember([entries[place] for place in firsts.values()])
    if len(new) == len(entries):
        return list(entries), []
    prints = _prints([key for key in firsts if key not in new])
    fresh: list[Entry] = []
    duplicates: list[Duplicate] = []
    for place, entry in enumerate(entries):
        key = (entry.source_id, entry.message_id)
        if key in new and firsts[key] == place:
            fresh.append(entry)
            continue
        first = prints[key] if key in prints else entries[firsts[key]].fingerprint
        duplicates.append(Duplicate(place, entry, is_retry=first == entry.fingerprint))
    return fresh, duplicates


def _remember(entries: Sequence[Entry]) -> set[tuple[int, str]]:
    if not entries:
        return set()
    columns = [
        ids([entry.source_id for entry in entries]),
        texts([entry.message_id for entry in entries]),
        ids([entry.fingerprint for entry in entries]),
    ]
    return {(source, message) for source, message in rows_of(_INSERT, columns)}


def _prints(keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], int]:
    if not keys:
        return {}
    rows = rows_of(_KNOWN, [[key[0] for key in keys], [key[1] for key in keys]])
    return {(source, message): fingerprint for source, message, fingerprint in rows}
