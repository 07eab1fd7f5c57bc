"""How long after its answer a message has moved its lead to the next stage, under load.

Run: `python -m bench.latency [--rate N] [--seconds N] [--starting N]`. A real `handraise up` (web,
worker, own processes) takes 500 messages a second; every tenth asks for a demo in the name of a new
person, which the shipped agreement turns into an MQL. Timed from the answer to the instant at which
another connection sees the committed stage move. Target: 95th percentile below 2 seconds. The
seconds after the first move, in which other processes still start beside the load, are told apart.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import psycopg

from bench.capture import wait_for
from bench.installation import Installation, free_port

_TARGET = 2.0
_EVERY = 10
_CLIENTS = 32
_LATE = 200  # moves looked at again: of two workers, the one with the smaller ids may commit last
_LOOK = 0.05  # seconds between looks for new moves: as much is added to what is measured
_MOVES = """
SELECT move.id, known.value FROM leads_stagemove move
JOIN leads_identity known ON known.lead_id = move.lead_id AND known.kind = 'user_id'
WHERE move.id > %s AND move.after = 'MARKETING_QUALIFIED' ORDER BY move.id
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=500)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--starting", type=int, default=10)
    options = parser.parse_args()
    with Installation() as house:
        from handraise.capture.keys import create_key
        from handraise.kit.clock import now
        from handraise.leads.decide import SourceKind

        house.people()
        key = create_key(kind=SourceKind.API, name="Bench", by=None, at=now())[1]
        with running(free_port()) as port:
            run = _Run(port, key, house.postgres.url)
            asyncio.run(run.all(options.rate, options.starting, options.seconds))


@contextmanager
def running(port: int) -> Iterator[int]:
    """`handraise up` over the database of the installation, until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "config.cli", "up", "--port", str(port)],
        start_new_session=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(port)
        yield port
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


class _Run:
    """One run: what was answered when, and which move was seen when."""

    def __init__(self, port: int, key: str, url: str) -> None:
        self.port, self.url = port, url
        told = base64.b64encode(f"{key}:".encode()).decode()
        self.head = (
            f"POST /v1/track HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic {told}\r\n"
            "Content-Length: {}\r\n\r\n"
        )
        self.answered: dict[str, float] = {}
        self.seen: dict[str, float] = {}
        self.known: set[str] = set()
        self.failed = 0
        self.last = 0  # the newest move seen

    async def all(self, rate: int, starting: int, seconds: int) -> None:
        await self._client(iter([-_EVERY]), time.perf_counter(), rate)
        await asyncio.to_thread(self._watch, 1)
        self.answered.clear()
        self.seen.clear()
        count = rate * (starting + seconds)
        watching = asyncio.create_task(asyncio.to_thread(self._watch, -(-count // _EVERY)))
        begun = time.perf_counter()
        calls = iter(range(count))
        await asyncio.gather(*(self._client(calls, begun, rate) for _ in range(_CLIENTS)))
        took = time.perf_counter() - begun
        await watching
        self._report(count / took, begun + starting)

    async def _client(self, calls: Iterator[int], begun: float, rate: int) -> None:
        """Each call goes out at its instant, or as soon after as a client is free."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for number in calls:
            await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            body = json.dumps(message(number)).encode()
            writer.write(self.head.format(len(body)).encode() + body)
            answer = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(answer.partition(b"content-length:")[2].split()[0]))
            self.failed += not answer.startswith(b"http/1.1 200")
            if number % _EVERY == 0:
                self.answered[f"person-{number}"] = time.perf_counter()
        writer.close()

    def _watch(self, expected: int) -> None:
        """Look for new moves on a connection of our own until all are there, or nobody moves."""
        last, progress = self.last, time.perf_counter()
        with psycopg.connect(self.url, autocommit=True) as connection:
            while len(self.seen) < expected and time.perf_counter() - progress < 30:
                for move, person in connection.execute(_MOVES, [last - _LATE]).fetchall():
                    if person not in self.known:
                        last, progress = max(last, move), time.perf_counter()
                        self.known.add(person)
                        self.seen[person] = progress
                time.sleep(_LOOK)
        self.last = last

    def _report(self, rate: float, started: float) -> None:
        """`started`: the instant until which it counts as starting."""
        asked = {who: at for who, at in self.answered.items() if who in self.seen}
        lost = len(self.answered) - len(asked)
        print(f"{rate:.0f} messages/s sent, {len(asked)} stage moves, {lost} missing,"
              f" {self.failed} calls failed")  # fmt: skip
        self._told("while it started", [who for who, at in asked.items() if at < started])
        slow = self._told("answer to stage move", [who for who in asked if asked[who] >= started])
        verdict = "met" if slow < _TARGET and not lost and not self.failed else "MISSED"
        print(f"target {_TARGET:.0f} s: {verdict}")

    def _told(self, what: str, whom: list[str]) -> float:
        """The 95th percentile of these, in seconds."""
        if not whom:
            return 0.0
        waits = sorted(self.seen[who] - self.answered[who] for who in whom)
        slow = waits[len(waits) * 95 // 100]
        print(f"{what}: median {statistics.median(waits):.2f} s, 95th percentile {slow:.2f} s,"
              f" longest {waits[-1]:.2f} s")  # fmt: skip
        return slow


def message(number: int) -> dict[str, Any]:
    """Every tenth is a new person's demand for a demo, the others are looks at pages."""
    if number % _EVERY == 0:
        return {
            "userId": f"person-{number}", "event": "Demo Requested", "messageId": f"m-{number}",
            "context": {"traits": {
                "email": f"person-{number}@firm-{number}.example", "title": "VP Operations",
            }},
        }  # fmt: skip
    visitor = Random(number).randrange(5000)
    return {
        "anonymousId": f"visitor-{visitor}", "event": "Product Viewed", "messageId": f"m-{number}",
        "properties": {"title": f"Item {number % 50}"},
    }  # fmt: skip


if __name__ == "__main__":
    main()
