"""A full rehearsal, exact first crossings of everybody, against one score of everybody.

Run: `python -m bench.crossing [--leads N] [--activities N]`. The lake and the agreement of
bench.bulk; the rehearsal reads all of history. Three criteria: the agreement's own (fit and
interest, or a demo), one that hangs on every signal (priority), and one that few can meet.
Each in a process of its own. Targets: at most 8 × the score at one instant, memory of 4 GiB.

Ratios are of the processor's seconds, which hold on a busy machine too; the clock's are beside.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import bulk_lake
from bench.bulk import AGREEMENT, MEMORY, ZONE, median
from bench.memory import most_gib

BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
CRITERIA: dict[str, Any] = {
    "fit and interest, or a demo": AGREEMENT["mql"]["when"],
    "priority, of every signal": {"priority": {"at_least": 45}},
    "fit and much intent": {"all": [{"fit": {"at_least": 30}}, {"intent": {"at_least": 90}}]},
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--leads", type=int, default=200_000)
    asked.add_argument("--activities", type=int, default=5_000_000)
    asked.add_argument("--lake", type=Path, help="one that is there already")
    asked.add_argument("--only", choices=CRITERIA, help="one criterion, as JSON")
    options = asked.parse_args()
    if options.only:
        print(json.dumps(once(options.lake, options.only)))
        return
    with tempfile.TemporaryDirectory(prefix="handraise-bench-") as folder:
        lake = options.lake or Path(folder) / "lake"
        if not lake.exists():
            bulk_lake.write(lake, leads=options.leads, activities=options.activities)
        print(f"{options.leads:,} leads, {options.activities:,} activities, 20 signals")
        for criterion in CRITERIA:
            _report(lake, criterion)


def once(lake: Path, criterion: str) -> dict[str, float]:
    """Seconds of both, how many crossed, the most memory that this process ever had."""
    from handraise.agreement.document import Document
    from handraise.scoring.compile import compiled
    from handraise.scoring.crossing import first_crossings
    from handraise.scoring.engines.duckdb import DuckDBEngine
    from handraise.scoring.engines.moments import Moments

    engine = DuckDBEngine(lake, memory=MEMORY)  # the process ends with it
    document = Document(**{**AGREEMENT, "mql": {**AGREEMENT["mql"], "when": CRITERIA[criterion]}})
    made = compiled(document, engine, ZONE)
    everybody = Moments.everybody(bulk_lake.AT)
    found = []
    score = median(lambda: engine.table(made, made.relations.scores, everybody), 3)
    search = median(
        lambda: found.append(
            first_crossings(engine, document, begin=BEGIN, end=bulk_lake.AT, zone=ZONE).num_rows
        ),
        1,
    )
    return {
        "score": score.work, "score_clock": score.clock, "search": search.work,
        "search_clock": search.clock, "crossed": found[0],
        "gib": most_gib(),
    }  # fmt: skip


def _report(lake: Path, criterion: str) -> None:
    command = [sys.executable, "-m", "bench.crossing", "--lake", str(lake), "--only", criterion]
    took = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    ratio = took["search"] / took["score"]
    print(f"{criterion}: {took['crossed']:,} cross")
    for words, name in (("score at one instant", "score"), ("first crossings", "search")):
        print(f"  {words:21s}{took[f'{name}_clock']:7.2f} s ({took[name]:.2f} s of the processor)")
    print(f"  {ratio:.1f} × the score       target 8: {'met' if ratio <= 8 else 'MISSED'}")
    print(f"  most memory {took['gib']:.2f} GiB   target 4: {_met(took['gib'] <= 4)}", flush=True)


def _met(is_met: bool) -> str:
    return "met" if is_met else "MISSED"


if __name__ == "__main__":
    main()
