"""How many single messages a second are taken, each durable before its answer.

Run: `python -m bench.capture [--seconds N] [--connections N]`. Real servers in turn, over one
database of their own with the durability it has in earnest: ours, and a plain Django view that
inserts one row for each request, under the same ASGI server with as many processes and the same
load. Target: 8 times the plain view and 8,000 requests a second. The same view as a WSGI
application with eight threads a process, the quickest that we could make it, is printed as well.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench import load
from bench.installation import Installation, free_port

_TIMES, _RATE = 8, 8_000
_MESSAGE = {
    "type": "track", "userId": "user-31415", "event": "Content Downloaded",
    "properties": {"title": "Guide to fleet planning", "topic": "planning", "pages": 24},
    "context": {
        "library": {"name": "analytics.js", "version": "2.11.0"},
        "page": {"path": "/guides/fleet", "url": "https://shop.example/guides/fleet"},
        "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0",
    },
    "messageId": "ajs-next-0f3c2a7e5b1d4c8e9a6f7b2d3c4e5f60",
    "timestamp": "2026-03-04T12:00:00.000Z", "sentAt": "2026-03-04T12:00:00.050Z",
}  # fmt: skip


@contextmanager
def serving(application: str, interface: str, workers: int) -> Iterator[int]:
    """A granian of this many processes on a free port of 127.0.0.1."""
    port = free_port()
    threads = ["--blocking-threads", "8"] if interface == "wsgi" else []
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", interface, "--port", str(port),
         "--workers", str(workers), "--loop", "uvloop", "--log-level", "warning", *threads,
         application],
        start_new_session=True,
    )  # fmt: skip
    try:
        wait_for(port)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def wait_for(port: int) -> None:
    """Return when something listens at this port of 127.0.0.1."""
    import socket
    import time

    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("The server did not answer within half a minute.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with Installation():
        key = _key()
        print(f"{options.connections} connections, {options.workers} workers, {load.client()}")
        ours = _measure("config.asgi:application", "asgi", key, options)
        print(f"ours         {ours}")
        plain = _measure("bench.plain:application", "asgi", key, options)
        print(f"plain view   {plain}")
        threaded = _measure("bench.plain:threaded", "wsgi", key, options)
        print(f"in threads   {threaded}   {ours.rate / threaded.rate:.1f} ×")
    ratio = ours.rate / plain.rate
    verdict = "met" if ratio >= _TIMES and ours.rate >= _RATE else "MISSED"
    print(f"ratio        {ratio:8.1f} ×   target {_TIMES} × and {_RATE}/s: {verdict}")


def _key() -> str:
    from handraise.capture.keys import create_key
    from handraise.kit.clock import now
    from handraise.leads.decide import SourceKind

    return create_key(kind=SourceKind.API, name="Bench", by=None, at=now())[1]


def _measure(application: str, interface: str, key: str, options: argparse.Namespace) -> load.Load:
    told = base64.b64encode(f"{key}:".encode()).decode()
    headers = {"Content-Type": "application/json", "Authorization": f"Basic {told}"}
    body = json.dumps(_MESSAGE).encode()
    with serving(application, interface, options.workers) as port:
        call = (port, "/v1/track", body, headers)
        load.post(*call, connections=options.connections, seconds=2)  # warm
        _empty()
        done = load.post(*call, connections=options.connections, seconds=options.seconds)
        kept = _kept()
    if kept < done.requests - done.failed:
        raise SystemExit(f"{done.requests} calls were answered but {kept} are kept.")
    return done


def _empty() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE capture_inbox")


def _kept() -> int:
    from handraise.capture.models import Inbox

    return Inbox.objects.count()


if __name__ == "__main__":
    main()
