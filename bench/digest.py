"""How fast accepted messages become scored leads with stage moves.

Run: `python -m bench.digest [--messages N] [--people N]`. The messages wait in the inbox, half as
single calls, half in batches of 20. Timed until the inbox is empty and every lead was looked at:
validation, de-duplication, identity, facts, companies, scores with stored contributions, moves,
handovers. Against it stands a raw COPY of the activities that came of it, into an empty table with
the same indexes. Target: 8,000 messages a second or 8 % of the COPY, whichever is lower.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import datetime
from itertools import islice

from bench.installation import Installation
from bench.messages import messages

_RATE, _SHARE = 8_000, 0.08


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=20_000)
    options = parser.parse_args()
    with Installation() as house:
        from handraise.kit.clock import now

        house.people()
        _fill_inbox(options.messages, options.people, now())
        rate = _digest(options.messages)
        copied = _copy()
        target = min(_RATE, _SHARE * copied)
        verdict = "met" if rate >= target else "MISSED"
        print(f"raw COPY     {copied:8.0f} rows/s")
        print(f"ratio        {rate / copied:8.1%}     target {target:.0f} messages/s: {verdict}")


def _fill_inbox(count: int, people: int, at: datetime) -> None:
    from django.db import connection

    from handraise.capture.keys import create_key

    source = create_key(name="Bench", by=None, at=at)[0].source_id
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


def _digest(count: int) -> float:
    from handraise.capture.digest import digest_once
    from handraise.flow.look import look
    from handraise.flow.work import CALLS
    from handraise.kit.clock import now

    begun = time.perf_counter()
    taken = 0
    while done := digest_once(limit=CALLS, at=now()):
        taken += done
    digested = time.perf_counter()
    while look(at=now()):
        pass
    ended = time.perf_counter()
    _report(count, taken, digested - begun, ended - digested)
    return taken / (ended - begun)


def _report(count: int, taken: int, digest: float, advance: float) -> None:
    from handraise.capture.models import Drop, Receipt
    from handraise.leads.models import Activity, Fact, Lead, StageMove

    if taken != count or Drop.objects.exists():
        raise SystemExit(f"Of {count} messages {taken} were digested, with drops.")
    print(f"{Receipt.objects.count()} of {count} messages are new: {Activity.objects.count()}"
          f" activities, {Fact.objects.count()} facts, {Lead.objects.count()} leads,"
          f" {StageMove.objects.count()} stage moves")  # fmt: skip
    print(f"digest       {taken / digest:8.0f} messages/s   {digest:5.1f} s")
    print(f"advance      {Lead.objects.count() / advance:8.0f} leads/s      {advance:5.1f} s")
    print(f"both         {taken / (digest + advance):8.0f} messages/s")


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
