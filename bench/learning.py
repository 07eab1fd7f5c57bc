"""How long 200,000 leads take to be learned from and given their chances, with reasons.

From figures in memory; reading them from the lake comes on top and is measured by `bench.lake`.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from handraise.feedback.learned.chances import chances
from handraise.feedback.learned.explaining import usual, weights
from handraise.feedback.learned.learning import learn
from handraise.feedback.learned.matrix import Column, Group, Matrix
from handraise.feedback.learned.wording import reasons
from handraise.feedback.rehearsal.figures import DAY


def made(count: int, seed: int = 1) -> tuple[Matrix, np.ndarray]:
    """20 signals, 30 activities with counts and days, 10 facts of five values, 10 numbers."""
    chance = np.random.default_rng(seed)
    columns, values = [], []
    for place in range(20):
        columns.append(Column(Group("signal", f"Signal {place}"), "points", +1))
        values.append(chance.choice([0, 0, 0, 10, 20], count))
    for place in range(30):
        group = Group("activity", f"Activity {place}")
        columns += [Column(group, "count", +1), Column(group, "days", -1)]
        times = chance.poisson(0.15, count)
        values += [times, np.where(times > 0, chance.exponential(30, count), np.nan)]
    for place in range(10):
        codes = chance.integers(0, 5, count)
        for code in range(5):
            columns.append(Column(Group("fact", f"fact_{place}"), "is", value=str(code)))
            values.append(codes == code)
    for place in range(10):
        columns.append(Column(Group("fact", f"number_{place}"), "number"))
        values.append(chance.lognormal(3, 1, count))
    figures = np.column_stack(values).astype(np.float32)
    odds = figures[:, :5].sum(axis=1) / 20 + figures[:, 80] + figures[:, 85] - 3
    return Matrix(tuple(columns), figures), chance.random(count) < 1 / (1 + np.exp(-odds))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--leads", type=int, default=200_000)
    count = asked.parse_args().leads
    figures, came = made(count)
    points = figures.values[:, :20].sum(axis=1).astype(np.float64)
    begun, worked = time.perf_counter(), time.process_time()
    learned = learn(figures, came, np.arange(count), points, became="became SQL")
    print(f"learned and tested {count:,} leads, {figures.values.shape[1]} columns:"
          f" {time.process_time() - worked:.1f} s CPU")  # fmt: skip
    typical = usual(figures)
    matters = weights(learned.fitted, figures.rows(learned.parts.test), typical)
    found = chances(
        learned.fitted, figures, typical, matters, delays=np.arange(1000) * DAY // 10,
        silent=np.full(count, 5 * DAY),
    )  # fmt: skip
    told = sum(len(one) for one in reasons(figures, found))
    print(f"{told:,} reasons told")
    print(f"in all {time.perf_counter() - begun:.1f} s, {time.process_time() - worked:.1f} s CPU")
    print(learned.tested.finding)


if __name__ == "__main__":
    main()
