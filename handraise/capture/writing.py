"""Append accepted calls to the inbox: many callers, one commit, answered after it.

One writer task a process takes everything that waits, COPYs it and commits; meanwhile the next
group gathers. So the number of commits does not grow with the number of clients.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import psycopg

from handraise.capture.decide import Refusal
from handraise.capture.doorway import connect

GROUP_BYTES = 8 * 1024 * 1024
WAITING_BYTES = 64 * 1024 * 1024  # beyond it callers are asked to come again
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_INBOX = (
    "COPY capture_inbox (received_at, source_id, endpoint, agent, body) FROM STDIN (FORMAT BINARY)"
)
_DROPS = (
    "INSERT INTO capture_drop"
    " (at, received_at, source_id, reason, detail, message_id, endpoint, body)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)


class Unavailable(Exception):
    """Nothing is known to be stored: the caller shall send the same again."""


class Unstorable(Exception):
    """The database is well and will not have this call; sending it again would not help."""


@dataclass(frozen=True, slots=True)
class RefusedItem:
    """What becomes a Drop: an item refused at the door, as a body that can be replayed."""

    reason: Refusal
    sentence: str
    message_id: str
    endpoint: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Accepted:
    """One call to store: its good items as bytes (empty when there are none), and the refused."""

    received_at: datetime
    source_id: int
    endpoint: str
    agent: str
    body: bytes
    refused: Sequence[RefusedItem] = ()

    @property
    def size(self) -> int:
        size = len(self.body)
        return size + sum(len(item.body) for item in self.refused) if self.refused else size


@dataclass(slots=True)
class Writer:
    """The writer of one event loop."""

    _waiting: list[tuple[Accepted, asyncio.Future[None]]] = field(default_factory=list)
    _waiting_bytes: int = 0
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _connection: psycopg.AsyncConnection[tuple[object, ...]] | None = None

    async def store(self, call: Accepted) -> None:
        """Return once `call` is committed. Raises Unavailable or Unstorable."""
        if self._waiting_bytes > WAITING_BYTES:
            raise Unavailable
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((call, done))
        self._waiting_bytes += call.size
        self._woken.set()
        await done

    async def close(self) -> None:
        """End the task and the connection; who still waits is told Unavailable."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for _, done in self._waiting:
            _settle(done, Unavailable())
        await self._hang_up()

    async def _run(self) -> None:
        while True:
            await self._woken.wait()
            group = self._next_group()
            try:
                await self._store_group(group)
            except BaseException:
                for _, done in group:
                    _settle(done, Unavailable())
                raise

    def _next_group(self) -> list[tuple[Accepted, asyncio.Future[None]]]:
        size = count = 0
        for call, _ in self._waiting:
            size, count = size + call.size, count + 1
            if size > GROUP_BYTES:
                break
        group, self._waiting = self._waiting[:count], self._waiting[count:]
        self._waiting_bytes -= size
        if not self._waiting:
            self._woken.clear()
        return group

    async def _store_group(self, group: list[tuple[Accepted, asyncio.Future[None]]]) -> None:
        try:
            await self._write([call for call, _ in group])
        except (psycopg.OperationalError, psycopg.InterfaceError, OSError):
            await self._hang_up()
            answer: Exception | None = Unavailable()
        except psycopg.Error:
            if len(group) > 1:  # one call is to blame: each for itself, so that it harms no other
                for one in group:
                    await self._store_group([one])
                return
            answer = Unstorable()
        else:
            answer = None
        for _, done in group:
            _settle(done, answer)

    async def _write(self, calls: Sequence[Accepted]) -> None:
        if self._connection is None:
            self._connection = await connect()
        refused = [(call, item) for call in calls for item in call.refused]
        if not refused:
            await self._copy(self._connection, calls)  # autocommit: the COPY is the transaction
            return
        async with self._connection.transaction():
            await self._copy(self._connection, calls)
            async with self._connection.cursor() as cursor:
                await cursor.executemany(_DROPS, [_drop(call, item) for call, item in refused])

    async def _copy(
        self, connection: psycopg.AsyncConnection[tuple[object, ...]], calls: Sequence[Accepted]
    ) -> None:
        rows = [_packed(call) for call in calls if call.body]
        if rows:
            async with connection.cursor() as cursor, cursor.copy(_INBOX) as copy:
                await copy.write(b"".join([_HEADER, *rows, _TRAILER]))

    async def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


def _settle(done: asyncio.Future[None], error: Exception | None) -> None:
    if done.done():  # the caller has gone
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)


def _packed(call: Accepted) -> bytes:
    """One row in the binary format of COPY."""
    endpoint, agent = call.endpoint.encode(), call.agent.encode()
    return b"".join((
        struct.pack("!hiqiqi", 5, 8, (call.received_at - _EPOCH) // _MICROSECOND,
                    8, call.source_id, len(endpoint)),
        endpoint, struct.pack("!i", len(agent)), agent,
        struct.pack("!i", len(call.body)), call.body,
    ))  # fmt: skip


def _drop(call: Accepted, item: RefusedItem) -> tuple[object, ...]:
    return (call.received_at, call.received_at, call.source_id, item.reason.value,
            item.sentence, item.message_id, item.endpoint, item.body)  # fmt: skip
