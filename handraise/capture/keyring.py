"""Whose word a write key gives, as the door asks it: thousands of times a second."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

import psycopg
from psycopg.rows import args_row

from handraise.capture.doorway import connect
from handraise.capture.writing import Unavailable
from handraise.leads.decide import IS_PUBLIC

FRESH_SECONDS = 3.0  # a revoked key works no longer than this
AGAIN_SECONDS = 0.2  # an unknown key makes us look again, but not more often than this
_LIVE = f"""
    SELECT key.digest, key.source_id, {IS_PUBLIC}
    FROM capture_writekey key JOIN leads_source source ON source.id = key.source_id
    WHERE key.revoked_at IS NULL
"""  # noqa: S608 - a constant


class Speaker(NamedTuple):
    """Who speaks by a key: its source, and whether that is a website."""

    source_id: int
    is_public: bool


def _live(digest: bytes, source_id: int, is_public: bool) -> tuple[bytes, Speaker]:
    return bytes(digest), Speaker(source_id, is_public)


@dataclass(slots=True)
class KeyRing:
    """All live keys, by digest, read anew every few seconds."""

    _speakers: dict[bytes, Speaker] = field(default_factory=dict)
    _known: dict[str, Speaker] = field(default_factory=dict)  # plaintexts seen, of live keys only
    _read_at: float = float("-inf")
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    _connection: psycopg.AsyncConnection[tuple[object, ...]] | None = None

    async def speaker_of(self, key: str) -> Speaker | None:
        """Who speaks, or None for a key that is unknown or revoked. Raises Unavailable."""
        age = time.monotonic() - self._read_at
        if age < FRESH_SECONDS and (known := self._known.get(key)) is not None:
            return known
        if age >= AGAIN_SECONDS:
            await self._read(self._read_at)
        speaker = self._speakers.get(sha256(key.encode("utf-8", "replace")).digest())
        if speaker is not None:
            self._known[key] = speaker
        return speaker

    async def _read(self, seen: float) -> None:
        async with self._reading:
            if self._read_at != seen:  # somebody has, while we waited
                return
            try:
                if self._connection is None:
                    self._connection = await connect()
                cursor = self._connection.cursor(row_factory=args_row(_live))
                rows = await (await cursor.execute(_LIVE)).fetchall()
            except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
                await self.close()
                raise Unavailable from error
            self._speakers = dict(rows)
            self._known = {}
            self._read_at = time.monotonic()

    async def close(self) -> None:
        """Hang up; the next question opens a new connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
