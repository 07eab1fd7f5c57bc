"""Which source a write key belongs to, as the door asks it: thousands of times a second."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from hashlib import sha256

import psycopg

from handraise.capture.doorway import connect
from handraise.capture.writing import Unavailable

FRESH_SECONDS = 3.0  # a revoked key works no longer than this
AGAIN_SECONDS = 0.2  # an unknown key makes us look again, but not more often than this
_LIVE = "SELECT digest, source_id FROM capture_writekey WHERE revoked_at IS NULL"


@dataclass(slots=True)
class KeyRing:
    """All live keys, by digest, read anew every few seconds."""

    _sources: dict[bytes, int] = field(default_factory=dict)
    _known: dict[str, int] = field(default_factory=dict)  # plaintexts seen, of live keys only
    _read_at: float = float("-inf")
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    _connection: psycopg.AsyncConnection[tuple[object, ...]] | None = None

    async def source_of(self, key: str) -> int | None:
        """The source id, or None for a key that is unknown or revoked. Raises Unavailable."""
        age = time.monotonic() - self._read_at
        if age < FRESH_SECONDS and (known := self._known.get(key)) is not None:
            return known
        if age >= AGAIN_SECONDS:
            await self._read(self._read_at)
        source = self._sources.get(sha256(key.encode("utf-8", "replace")).digest())
        if source is not None:
            self._known[key] = source
        return source

    async def _read(self, seen: float) -> None:
        async with self._reading:
            if self._read_at != seen:  # somebody has, while we waited
                return
            try:
                if self._connection is None:
                    self._connection = await connect()
                rows = await (await self._connection.execute(_LIVE)).fetchall()
            except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
                await self.close()
                raise Unavailable from error
            self._sources = {bytes(digest): source for digest, source in rows}  # type: ignore[call-overload, misc]
            self._known = {}
            self._read_at = time.monotonic()

    async def close(self) -> None:
        """Hang up; the next question opens a new connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()
