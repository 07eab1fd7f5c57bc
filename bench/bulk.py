"""Everybody's score at once, over Parquet: compiled, by hand, by pandas, by a loop through the ORM.

Run: `python -m bench.bulk [--leads N] [--activities N] [--most N]`. DuckDB runs the compiled
agreement (20 signals) and the best SQL that somebody wrote by hand for it (bulk.sql), in turn, and
both must come to the same scores. pandas and the loop do less (interest and intent only) on a
sample; their seconds are what all leads would take at that pace, and are printed as such. Then the
compiled query alone from a twentieth of `--most` activities up to it, each size in a process of its
own: with all the memory it likes, where growth is the query's own, and within what a rehearsal
gets, where what does not fit is written to disk and read again. Targets: at most 1.3 × the SQL by
hand, memory of 4 GiB, growth linear or better.

Ratios are of the processor's seconds, which hold on a busy machine too; the clock's are beside.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from bench import bulk_lake, bulk_others
from bench.memory import most_gib

TIMES = 3
MEMORY = "3GB"  # what a rehearsal gets: it runs beside the database and the web
PLENTY = "16GB"
_PAGE: dict[str, Any] = {"event": "page"}
AGREEMENT: dict[str, Any] = {
    "name": "Bulk",
    "fit": [
        {"name": "Decision maker", "points": 25,
         "when": {"title": {"contains_word": ["vp", "head", "owner"]}}},
        {"name": "Our size", "points": 20, "when": {"company.employees": {"between": [50, 2000]}}},
        {"name": "Our trade", "points": 10,
         "when": {"company.industry": {"one_of": ["logistics", "retail"]}}},
        {"name": "Free mailbox", "points": -15,
         "when": {"email_domain": {"in_list": "free_email"}}},
        {"name": "Student", "points": -30, "when": {"title": {"contains_word": "student"}}},
    ],
    "interest": [
        {"name": "Guide", "event": "Content Downloaded", "points": 10, "half_life": "30 days",
         "at_most": 30},
        {"name": "Webinar", "event": "Webinar Attended", "points": 15, "half_life": "45 days"},
        {"name": "Video", "event": "Video Watched", "points": 12, "half_life": "30 days"},
        {"name": "Newsletter", "event": "Newsletter Opened", "points": 2, "half_life": "30 days",
         "at_most": 10},
        {"name": "Followed", "event": "Social Followed", "points": 3, "half_life": "60 days"},
        {"name": "Form", "event": "Form Submitted", "points": 8, "half_life": "45 days",
         "at_most": 24},
        {**_PAGE, "name": "Blog", "where": {"path": {"starts_with": "/blog"}}, "points": 2,
         "half_life": "30 days", "at_most": 10},
        {**_PAGE, "name": "Customers", "where": {"path": "/customers"}, "points": 3,
         "half_life": "30 days", "at_most": 12},
    ],
    "intent": [
        {**_PAGE, "name": "Pricing", "where": {"path": {"starts_with": "/pricing"}}, "points": 8,
         "half_life": "7 days", "at_most": 24, "once_per": "day"},
        {**_PAGE, "name": "Product", "where": {"path": {"starts_with": "/product"}}, "points": 4,
         "half_life": "14 days", "at_most": 20},
        {**_PAGE, "name": "Long visit", "points": 3, "half_life": "14 days", "at_most": 20,
         "where": {"all": [{"path": {"starts_with": "/product"}}, {"seconds": {"at_least": 120}}]}},
        {**_PAGE, "name": "Stayed", "points": 1, "each": {"of": "seconds", "per": 60},
         "half_life": "7 days", "at_most": 10},
        {"name": "Demo", "event": "Demo Requested", "points": 60, "half_life": "30 days"},
        {"name": "Trial", "event": "Trial Started", "points": 40, "half_life": "21 days"},
        {"name": "Cart", "event": "Product Added", "points": 20, "half_life": "14 days",
         "at_most": 40},
    ],
    "grades": {"A": 70, "B": 45, "C": 20},
    "mql": {
        "when": {"any": [
            {"all": [{"fit": {"at_least": 30}}, {"interest": {"at_least": 40}}]},
            {"did": {"event": "Demo Requested", "within": "30 days"}},
        ]},
        "needs": ["email"],
        "never": {"any": [{"is_competitor": True}, {"stage": ["CUSTOMER", "DISQUALIFIED"]}]},
    },
    "sql": {"when": {"intent": {"at_least": 40}}},
    "reasons": [{"name": "Not now", "consequence": "recycle"}],
}  # fmt: skip
ZONE = "Europe/Amsterdam"
ARRAYS = ("numbers", "points", "counts", "latest")


@dataclass(frozen=True)
class Took:
    """Seconds by the clock and of the processor, the medians."""

    clock: float
    work: float


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--leads", type=int, default=200_000)
    asked.add_argument("--activities", type=int, default=5_000_000)
    asked.add_argument("--most", type=int, default=20_000_000)
    asked.add_argument("--once", type=Path, metavar="LAKE", help="only its compiled query, as JSON")
    asked.add_argument("--memory", default=MEMORY, help="what DuckDB may take")
    options = asked.parse_args()
    if options.once:
        print(json.dumps(once(options.once, options.memory)))
        return
    with tempfile.TemporaryDirectory(prefix="handraise-bench-") as folder:
        lake = Path(folder) / "lake"
        bulk_lake.write(lake, leads=options.leads, activities=options.activities)
        print(f"{options.leads:,} leads, {options.activities:,} activities, 20 signals")
        compare(lake)
        bulk_others.report(lake, options.leads)
    grow(options.most)


def once(lake: Path, memory: str) -> dict[str, float]:
    """Seconds of the compiled query and the most memory that this process ever had."""
    engine = Queries(lake, memory)
    took = median(engine.compiled, 1)
    return {"clock": took.clock, "work": took.work, "gib": most_gib()}


class Queries:
    """The same scores, twice."""

    def __init__(self, lake: Path, memory: str = MEMORY) -> None:
        from handraise.agreement.document import Document
        from handraise.scoring.compile import compiled
        from handraise.scoring.engines.duckdb import DuckDBEngine
        from handraise.scoring.engines.moments import Moments

        self.engine = DuckDBEngine(lake, memory=memory)
        self.made = compiled(Document(**AGREEMENT), self.engine, ZONE)
        self.moments = Moments.everybody(bulk_lake.AT)
        self.scores = self.made.relations.scores
        self.connection = self.engine.connection
        at = f"TIMESTAMPTZ '{bulk_lake.AT.isoformat()}'"
        self.text = (Path(__file__).parent / "bulk.sql").read_text().replace("$at", at)

    def compiled(self) -> pa.Table:
        return self.engine.table(self.made, self.scores, self.moments)

    def compiled_bare(self) -> pa.Table:
        bare = self.scores.select(*[n for n in self.scores.columns if n not in ARRAYS])
        return self.engine.table(self.made, bare, self.moments)

    def by_hand(self) -> pa.Table:
        return self.connection.sql(self.text).to_arrow_table()

    def by_hand_bare(self) -> pa.Table:
        text = self.text.replace("s4, contributions,", "s4,")
        return self.connection.sql(text).to_arrow_table()


def compare(lake: Path) -> None:
    queries = Queries(lake)
    _same(queries.compiled(), queries.by_hand())
    for words, compiled, by_hand in (
        ("scores and each contribution", queries.compiled, queries.by_hand),
        ("scores only", queries.compiled_bare, queries.by_hand_bare),
    ):
        ours, theirs = in_turn(compiled, by_hand)
        ratio = ours.work / theirs.work
        print(f"DuckDB, {words}:")
        print(f"  compiled {ours.clock:6.2f} s ({ours.work:.2f} s of the processor)")
        print(f"  by hand  {theirs.clock:6.2f} s ({theirs.work:.2f} s of the processor)")
        met = "met" if ratio <= 1.3 else "MISSED"
        print(f"  compiled is {ratio:.2f} × the SQL by hand   target 1.3: {met}")


def in_turn(one: Callable[[], object], other: Callable[[], object]) -> tuple[Took, Took]:
    """Medians of both, measured in turn, so that whatever else runs disturbs both alike."""
    took = [(median(one, 1), median(other, 1)) for _ in range(TIMES)]
    return _middle([ours for ours, _ in took]), _middle([theirs for _, theirs in took])


def median(what: Callable[[], object], times: int) -> Took:
    took = []
    for _ in range(times):
        clock, work = time.perf_counter(), time.process_time()
        what()
        took.append(Took(time.perf_counter() - clock, time.process_time() - work))
    return _middle(took)


def _middle(took: list[Took]) -> Took:
    return sorted(took, key=lambda one: one.work)[len(took) // 2]


def _same(compiled: pa.Table, by_hand: pa.Table) -> None:
    names = ["lead_id", "fit", "interest", "intent", "priority", "grade"]
    pairs = zip(
        compiled.select(names).sort_by("lead_id").to_pylist(),
        by_hand.select(names).sort_by("lead_id").to_pylist(),
        strict=True,
    )
    for ours, theirs in pairs:
        near = all(abs(ours[name] - theirs[name]) < 1e-6 for name in names[:-1])
        if not near or ours["grade"] != theirs["grade"]:
            raise RuntimeError(f"Compiled {ours}, by hand {theirs}.")


def grow(most: int) -> None:
    """The compiled query at five sizes, drawn as bars of seconds for each million activities."""
    print("growth of the compiled query, each size in a process of its own:")
    sizes = [most // 20, most // 8, most // 4, most // 2, most]
    for memory, words in ((PLENTY, "with all the memory it likes"), (MEMORY, f"within {MEMORY}")):
        print(f"  {words}:")
        found = [_apart(size, memory) for size in sizes]
        for size, took in zip(sizes, found, strict=True):
            each = took["work"] / (size / 1e6)
            print(
                f"  {size / 1e6:5.1f} M {took['clock']:7.2f} s {took['gib']:5.2f} GiB"
                f"  {each:5.2f} s of the processor a million {'█' * round(each * 8)}"
            )
        ratio = (found[-1]["work"] / sizes[-1]) / (found[0]["work"] / sizes[0])
        target = f"   target at most 1.1: {'met' if ratio <= 1.1 else 'MISSED'}"
        print(f"  a million costs {ratio:.2f} × as much at the largest size as at the smallest"
              f"{target if memory == PLENTY else ''}")  # fmt: skip
    most_memory = max(took["gib"] for took in found)
    print(f"  most memory {most_memory:.2f} GiB   target 4: "
          f"{'met' if most_memory <= 4 else 'MISSED'}")  # fmt: skip


def _apart(activities: int, memory: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="handraise-bench-") as folder:
        lake = Path(folder) / "lake"
        bulk_lake.write(lake, leads=activities // 25, activities=activities)
        command = [sys.executable, "-m", "bench.bulk", "--once", str(lake), "--memory", memory]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, float] = json.loads(said)
    return found


if __name__ == "__main__":
    main()
