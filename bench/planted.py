"""Whether a review finds what was planted, and nothing where nothing was.

Run: `python -m bench.planted [--seeds A..B] [--each N] [--nulls N]`. The first 20 seeds give one
history for each plant, the others histories without a cause. Targets: each plant named above the
bar in at least 19 of 20, and at most 5 in 100 of the findings above the bar false, which over
histories without a cause means that hardly any has one. What is counted and not tested (a signal
that never fires never fires) is no alarm.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from handraise.feedback.review.claims import COUNTED
from handraise.feedback.review.evidence import Finding
from handraise.feedback.review.judging import review
from tests.feedback.review.planting import (
    BARREN,
    FADED,
    LATE,
    LEAK,
    PLANTS,
    UNUSED,
    USELESS,
    Plant,
    history,
)  # fmt: skip

NAMED: dict[Plant, tuple[str, str]] = {
    "useless": ("over_emphasised", USELESS),
    "unused": ("unused", UNUSED),
    "faded": ("faded", FADED),
    "leak": ("leakage", LEAK),
    "late leak": ("leakage", LATE),
    "barren": ("without_wins", f"source: {BARREN}"),
}
# What else a planted cause really brings about: said with it, it is no false alarm.
BESIDES: dict[Plant, set[tuple[str, str]]] = {
    "faded": {("outcome_drift", "outcome"), ("over_emphasised", FADED)},
}


def alarms(seed: int, plant: Plant | None) -> list[Finding]:
    """The findings above the bar that stand on a test or a bar."""
    found = review(
        history(seed, plant), document_bar=30, capacity_a_week=40, cost_of_hour=60,
        cost_of_missed=800, seed=seed,
    ).findings  # fmt: skip
    return [one for one in found if one.is_sure and one.code not in COUNTED]


def judged(asked: tuple[int, Plant | None]) -> tuple[bool, list[tuple[str, str]]]:
    """Whether the plant was named, and what was said besides that is not so."""
    seed, plant = asked
    said = [(one.code, one.about) for one in alarms(seed, plant)]
    if plant is None:
        return False, said
    true = {NAMED[plant], *BESIDES.get(plant, set())}
    return NAMED[plant] in said, [one for one in said if one not in true]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", default="0..219", help="first..last")
    asked.add_argument("--each", type=int, default=20, help="histories for each plant")
    options = asked.parse_args()
    first, last = (int(one) for one in options.seeds.split(".."))
    seeds = range(first, last + 1)
    planted, free = seeds[: options.each], seeds[options.each :]
    started = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        misses = _planted(pool, planted)
        false = _free(pool, free)
    print(f"{time.perf_counter() - started:.0f} s")
    sys.exit(1 if misses or false > 0.05 * max(len(free), 1) else 0)


def _planted(pool: ProcessPoolExecutor, seeds: range) -> int:
    misses, false, named = 0, Counter[tuple[str, str]](), 0
    for plant in PLANTS:
        found = list(pool.map(judged, [(seed, plant) for seed in seeds], chunksize=2))
        count = sum(is_named for is_named, _ in found)
        named += count
        for _, said in found:
            false.update(said)
        is_met = count >= 0.95 * len(seeds)
        misses += not is_met
        print(f"{plant:10} named in {count} of {len(seeds)}  target 19 in 20: {_met(is_met)}")
    total = sum(false.values())
    print(f"besides    {total} not so, of {total + named} above the bar; {dict(false)}")
    return misses


def _free(pool: ProcessPoolExecutor, seeds: range) -> int:
    found = list(pool.map(judged, [(seed, None) for seed in seeds], chunksize=2))
    false = Counter(one for _, said in found for one in said)
    total, touched = sum(false.values()), sum(bool(said) for _, said in found)
    each = total / max(len(seeds), 1)
    print(
        f"without    {total} findings above the bar in {len(seeds)} histories ({touched} of them)"
    )
    print(f"           {each:.3f} each  target 0.05: {_met(each <= 0.05)}; {dict(false)}")
    return total


def _met(is_met: bool) -> str:
    return "met" if is_met else "MISSED"


if __name__ == "__main__":
    main()
