"""How fast accepted messages become scored leads with stage moves.

Run: `python -m bench.digest [--messages N] [--people N]`. The messages wait in the inbox, half as
single calls, half in batches of 20. Timed from their commit, beside
one `handraise worker`, until the inbox is empty and every lead was looked at:
validation, de-duplication, identity, facts, companies, scores with stored contributions, moves,
handovers. Against it stands a raw COPY of the activities that came of it, into an empty table with
the same indexes. Target: 8,000 messages a second or 8 % of the COPY, whichever is lower.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bench.installation import Installation
from bench.messages import messages

_RATE, _SHARE = 8_000, 0.08


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=20_000)
    options = parser.parse_args()
    with Installation() as house:
        house.people()
        rate = _digest(options.messages, options.people)
        copied = _copy()
        target = min(_RATE, _SHARE * copied)
        verdict = "met" if rate >= target else "MISSED"
        print(f"raw COPY     {copied:8.0f} rows/s")
        print(f"ratio        {rate / copied:8.1%}     target {target:.0f} messages/s: {verdict}")


def _fill_inbox(count: int, people: int, at: datetime) -> None:
    from django.db import connection

    from handraise.capture.keys import create_key
    from handraise.leads.decide import SourceKind

    source = create_key(kind=SourceKind.API, name="Bench", by=None, at=at)[0].source_id
    stream = messages(count, people=people, at=at)
    is_batch = False
    columns = "received_at, source_id, endpoint, agent, body"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY capture_inbox ({columns}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types(["timestamptz", "int8", "varchar", "text", "bytea"])
        while batch := list(islice(stream, 20)):
            is_batch = not is_batch
            if is_batch:
                copy.write_row(_row(at, source, "batch", {"batch": batch}))
                continue
            for message in batch:
                copy.write_row(_row(at, source, message["type"], message))


def _row(at: datetime, source: int, endpoint: str, body: object) -> tuple[object, ...]:
    return (at, source, endpoint, "", json.dumps(body).encode())


def _digest(count: int, people: int) -> float:
    """Messages a second, from the commit that accepts them until nothing waits for a worker."""
    from django.db import connection

    from handraise.capture.models import Drop
    from handraise.kit.clock import now

    worker = subprocess.Popen(
        [sys.executable, "-m", "config.cli", "worker"],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    try:
        time.sleep(5)  # a worker that is up, as it is when messages come
        _fill_inbox(count, people, now())
        begun = time.perf_counter()
        digested = _until_none(connection, "SELECT FROM capture_inbox", worker) - begun
        due = "SELECT FROM leads_attention WHERE look_at < now()"
        both = _until_none(connection, due, worker) - begun
    finally:
        worker.terminate()
        worker.wait(30)
    if Drop.objects.exists():
        raise SystemExit("Some messages were dropped.")
    _report(count)
    print(f"digested after {digested:.1f} s, all leads looked at after {both:.1f} s")
    print(f"digest       {count / both:8.0f} messages/s, with scores, moves and handovers")
    return count / both


def _report(count: int) -> None:
    from handraise.capture.models import Receipt
    from handraise.leads.models import Activity, Fact, Lead, StageMove

    print(f"{Receipt.objects.count()} of {count} messages are new: {Activity.objects.count()}"
          f" activities, {Fact.objects.count()} facts, {Lead.objects.count()} leads,"
          f" {StageMove.objects.count()} stage moves")  # fmt: skip


def _until_none(connection: Any, query: str, worker: subprocess.Popen[bytes]) -> float:
    """When the query first finds no row; asks ten times a second."""
    while worker.poll() is None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT EXISTS ({query} LIMIT 1)")
            if not cursor.fetchone()[0]:
                return time.perf_counter()
        time.sleep(0.1)
    raise SystemExit("The worker ended before its work did.")


def _copy() -> float:
    """Rows a second of a COPY of the same activities into a table with the same indexes."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_activity (LIKE leads_activity INCLUDING ALL)")
        with cursor.copy("COPY leads_activity TO STDOUT") as out:
            text = b"".join(bytes(part) for part in out)
        begun = time.perf_counter()
        with cursor.copy("COPY bench_activity FROM STDIN") as into:
            into.write(text)
        took = time.perf_counter() - begun
    return text.count(b"\n") / took


if __name__ == "__main__":
    main()
