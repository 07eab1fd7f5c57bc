"""How long the statistics of a review take: many leads, signals and candidates.

Run: `python -m bench.reviewing [--leads N] [--signals N] [--candidates N]`. Target: 200,000 leads,
20 signals and 60 candidates in well under 30 seconds of the processor.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np

from handraise.feedback.review.evidence import Evidence
from handraise.feedback.review.judging import review
from tests.feedback.review.planting import history

TARGET = 30.0


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--leads", type=int, default=200_000)
    asked.add_argument("--signals", type=int, default=20)
    asked.add_argument("--candidates", type=int, default=60)
    options = asked.parse_args()
    evidence = grown(options.leads, options.signals, options.candidates)
    wall, own = time.perf_counter(), time.process_time()
    found = review(
        evidence, document_bar=30, capacity_a_week=400, cost_of_hour=60, cost_of_missed=800, seed=1
    )
    wall, own = time.perf_counter() - wall, time.process_time() - own
    print(
        f"{len(evidence):,} leads, {len(evidence.signals)} signals, {len(evidence.candidates)}"
        f" candidates: {own:.1f} s of the processor, {wall:.1f} s; {len(found.findings)} findings"
    )
    print(f"target {TARGET:.0f}: {'met' if own < TARGET else 'MISSED'}")


def grown(leads: int, signals: int, candidates: int) -> Evidence:
    """A history with more signals and candidates: the same ones again, for other leads."""
    evidence = history(0, leads=leads)
    more = []
    for number in range(signals - len(evidence.signals)):
        one = evidence.signals[number % len(evidence.signals)]
        turn = np.random.default_rng(number).permutation(leads)
        more.append(
            replace(
                one, name=f"{one.name} {number}", points=2, fired=one.fired[turn],
                given=one.given[turn] / 10, raw=one.raw[turn] / 10, at_most=None,
            )
        )  # fmt: skip
    again = [
        replace(one, of=f"{one.of} {number}")
        for number in range(1 + candidates // len(evidence.candidates))
        for one in evidence.candidates
    ]
    return replace(
        evidence, signals=(*evidence.signals, *more), candidates=tuple(again[:candidates])
    )


if __name__ == "__main__":
    main()
