"""How long a review takes: of 200,000 leads who did 5,000,000 things, each judged as known then.

Run: `python -m bench.review [--leads N] [--activities N]`. A database of its own; every lead
became MQL within the last year (`--each 2`: every other), and a fifth was won within three weeks.
The lake is brought up to date first and timed apart, as it is there before a review as a rule.
Target: 60 s.
"""

from __future__ import annotations

import argparse
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from bench.installation import Installation
from bench.memory import most_gib

TARGET = 60.0

_MOVES = """
with chosen as (
    select lead.id, row_number() over (order by lead.id) as n,
           now() - interval '350 days' + (lead.id * 499 %% 460000) * interval '1 minute' as at
    from leads_lead lead where lead.id %% %(each)s = 0
), moved as (
    insert into leads_stagemove (lead_id, before, after, at, known_at, version, scores, reason)
    select id, 'LEAD', 'MARKETING_QUALIFIED', at, at, 1, '{}', '' from chosen returning 1
)
insert into leads_stagemove (lead_id, before, after, at, known_at, version, scores, reason)
select id, 'MARKETING_QUALIFIED', 'CUSTOMER', at + n %% 20 * interval '1 day',
       at + n %% 20 * interval '1 day', 1, '{}', ''
from chosen where n %% 5 = 0 and at + interval '20 days' < now()
"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--leads", type=int, default=200_000)
    asked.add_argument("--activities", type=int, default=5_000_000)
    asked.add_argument("--each", type=int, default=1, help="every n-th lead became MQL")
    options = asked.parse_args()
    with Installation() as house:
        house.people()
        from django.db import connection

        from bench.filled import fill
        from handraise.kit.clock import now

        fill(leads=options.leads, activities=options.activities)
        with connection.cursor() as cursor:
            cursor.execute(_MOVES, {"each": options.each})
            cursor.execute("analyze")
        _report(house.data / "lake", now())


def _report(lake: Path, at: datetime) -> None:
    from handraise.agreement.queries import published
    from handraise.feedback.lake import TABLES
    from handraise.feedback.review.gathering import Wish
    from handraise.feedback.review.making import reviewed
    from handraise.scoring.engines.duckdb import DuckDBEngine
    from handraise.scoring.lake.syncing import sync

    begun = time.perf_counter()
    sync(lake, at=at, tables=TABLES)
    print(f"{time.perf_counter() - begun:8.1f} s  the lake, from nothing", flush=True)
    agreed = published()
    assert agreed is not None
    wish = Wish(agreed.document, at - timedelta(days=365), at, at, "UTC")
    begun = time.perf_counter()
    steps: list[tuple[str, float]] = []

    def progress(said: str) -> None:
        steps.append((said, time.perf_counter() - begun))
        print(f"{steps[-1][1]:8.1f} s  {said}", flush=True)

    with closing(DuckDBEngine(lake)) as engine:
        found = reviewed(wish, engine, progress=progress)
    took = time.perf_counter() - begun
    met = "met" if took <= TARGET else "MISSED"
    print(
        f"{found.leads:,} leads judged, {found.outcomes:,} {found.outcome_name}:"
        f" {took:.1f} s, at most {most_gib():.2f} GiB   target {TARGET:g}: {met}"
    )


if __name__ == "__main__":
    main()
