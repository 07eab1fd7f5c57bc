"""How fast the lake is written, against a plain COPY of the same rows read and thrown away.

Run: `python -m bench.lake [--leads N] [--activities N]`. A database of its own. First the whole
table of activities by COPY, then a first sync of that table, a sync with nothing new, one with
10,000 new rows, and one where the lake has 100,000 gaps to look into; last a comparison of all.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from bench.installation import Installation
from bench.memory import most_gib

AT_MOST = 2.0  # times as long as the plain COPY
MEMORY = 1024  # MiB


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--leads", type=int, default=100_000)
    asked.add_argument("--activities", type=int, default=2_000_000)
    options = asked.parse_args()
    with Installation() as installation:
        from bench.filled import fill

        fill(leads=options.leads, activities=options.activities)
        _report(installation.data / "lake", options.activities)


def _report(folder: Path, rows: int) -> None:
    from handraise.scoring.lake.tables import TABLES

    activities = [table for table in TABLES if table.name == "leads_activity"]
    _seconds(_copy)  # warms the cache
    before = _memory()
    copies, syncs = [], []
    for turn in range(3):  # in turns, so that both meet the same weather
        copies.append(_seconds(_copy))
        syncs.append(_seconds(lambda turn=turn: _sync(folder / str(turn), activities)))
    copy, first = statistics.median(copies), statistics.median(syncs)
    print(f"{rows:,} activities")
    print(f"plain COPY      {copy:6.1f} s  {rows / copy:10,.0f} rows/s")
    print(
        f"first sync      {first:6.1f} s  {rows / first:10,.0f} rows/s   {first / copy:.2f} × COPY,"
        f" target {AT_MOST}: {_met(first <= AT_MOST * copy)}"
    )
    lake = folder / "0"
    print(f"nothing new     {_seconds(lambda: _sync(lake, activities)):6.2f} s")
    _more(10_000)
    print(f"10,000 new      {_seconds(lambda: _sync(lake, activities)):6.2f} s")
    _with_gaps(100_000)
    _sync(lake, activities)
    print(f"100,000 gaps    {_seconds(lambda: _sync(lake, activities)):6.2f} s")
    _all(lake, before)


def _all(lake: Path, before: float) -> None:
    from handraise.scoring.lake.tables import TABLES
    from handraise.scoring.lake.verifying import verify

    print(f"all tables      {_seconds(lambda: _sync(lake, TABLES)):6.1f} s")
    found: list[object] = []
    print(f"comparing all   {_seconds(lambda: found.extend(verify(lake))):6.1f} s")
    if found:
        raise RuntimeError(f"The lake differs: {found}")
    peak = _memory()
    print(f"memory          {peak:6,.0f} MiB at most ({before:,.0f} before the first sync),"
          f" target {MEMORY:,}: {_met(peak <= MEMORY)}")  # fmt: skip


def _met(is_met: bool) -> str:
    return "met" if is_met else "MISSED"


def _memory() -> float:
    """The most that this process has held, in MiB."""
    return most_gib() * 1024


def _seconds(what: Callable[[], object]) -> float:
    begun = time.perf_counter()
    what()
    return time.perf_counter() - begun


def _copy() -> None:
    from django.db import connection

    with connection.cursor() as cursor, cursor.copy("COPY leads_activity TO STDOUT") as rows:
        for _ in rows:
            pass


def _sync(folder: Path, tables: object) -> None:
    from handraise.kit.clock import now
    from handraise.scoring.lake.syncing import sync

    sync(folder, at=now(), tables=tables)  # type: ignore[arg-type]


_COPIES = """
    INSERT INTO leads_activity (identity_id, name, occurred_at, known_at, is_known_at_assumed,
                                properties, match, source_id, message_id)
    SELECT identity_id, name, occurred_at, known_at, false, properties, match, source_id,
           message_id || '-' || random()
    FROM leads_activity ORDER BY id LIMIT %s
"""


def _more(many: int) -> None:
    from handraise.leads.bulk import execute

    execute(_COPIES, [many])


def _with_gaps(many: int) -> None:
    """Every other of twice as many new rows was rolled back."""
    from handraise.leads.bulk import execute

    ((last,),) = _rows("SELECT max(id) FROM leads_activity")
    execute(_COPIES, [2 * many])
    execute("DELETE FROM leads_activity WHERE id > %s AND id %% 2 = 0", [last])


def _rows(sql: str) -> list[tuple[int, ...]]:
    from handraise.leads.bulk import rows_of

    return rows_of(sql)


if __name__ == "__main__":
    main()
