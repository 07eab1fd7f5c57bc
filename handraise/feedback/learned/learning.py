"""Learn from earlier leads, calibrate on later ones, test on the latest. No Django.

Rows stand by the instant at which each lead was judged. What is tested is what is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from handraise.feedback.decide import Share
from handraise.feedback.learned.comparing import difference
from handraise.feedback.learned.decide import (
    Difference,
    Verdict,
    finding,
    lacking,
    lacking_later,
    verdict,
)
from handraise.feedback.learned.fitting import Fitted, fitted
from handraise.feedback.learned.matrix import Matrix
from handraise.feedback.rehearsal.figures import Auc, Instants, Numbers, Tenth, Truths, auc, tenths

TRAIN, CALIBRATE = 0.6, 0.8  # shares of the leads, by time


class LackingError(ValueError):
    """There is not enough to learn from. The message is a sentence."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Which rows are learned from, calibrated on and tested on."""

    train: NDArray[np.int64]
    calibrate: NDArray[np.int64]
    test: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bin:
    """A tenth of the tested leads by chance: what was said on average, and what came."""

    said: float
    share: Share


@dataclass(frozen=True, slots=True)
class Tested:
    """How the chance did on the latest leads. `brier`: its mean squared error; `brier_of_base`
    that of saying the same of all."""

    train: int
    calibrate: int
    test: int
    begin: int
    parted: int
    end: int
    outcomes: int
    learned: Auc
    points: Auc
    difference: Difference
    verdict: Verdict
    finding: str
    brier: float
    brier_of_base: float
    bins: list[Bin]
    tenths: list[Tenth]
    of_points: list[Tenth]
    method: Literal["line", "trees"]


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned and how it did."""

    fitted: Fitted
    parts: Parts
    tested: Tested


def parts_of(at: Instants) -> Parts:
    """The rows by time: 60, 20 and 20 in a hundred, leads of one instant together."""
    order = np.argsort(at, kind="stable")
    ordered = at[order]
    first, second = (
        int(np.searchsorted(ordered, ordered[min(int(len(at) * share), len(at) - 1)]))
        for share in (TRAIN, CALIBRATE)
    )
    return Parts(order[:first], order[first:second], order[second:])


def learn(
    matrix: Matrix, outcome: Truths, at: Instants, priority: Numbers, *, became: str
) -> Learned:
    """Learn the chance of `outcome` and test it beside the points. Raises LackingError."""
    said = lacking(int(outcome.sum()), int((~outcome).sum()), became)
    if said:
        raise LackingError(said)
    parts = parts_of(at)
    counts = [
        (what, int(outcome[rows].sum()), int((~outcome[rows]).sum()))
        for what, rows in (
            ("built", parts.train), ("calibrated", parts.calibrate), ("tested", parts.test),
        )
    ]  # fmt: skip
    said = lacking_later(counts, became)
    if said:
        raise LackingError(said)
    made = fitted(matrix, outcome, train=parts.train, calibrate=parts.calibrate)
    return Learned(made, parts, tested(made, matrix, outcome, at, priority, parts))


def tested(
    made: Fitted, matrix: Matrix, outcome: Truths, at: Instants, priority: Numbers, parts: Parts
) -> Tested:
    """The chance against the points on the same latest leads."""
    rows = parts.test
    came, points = outcome[rows], priority[rows]
    # The order by log-odds: the steps of a calibration would make ties of what it tells apart.
    raw = made.learner.raw(matrix.values[rows])
    chance = made.calibration.chance(raw)
    learned, of_points, apart = auc(came, raw), auc(came, points), difference(came, raw, points)
    assert learned is not None
    assert of_points is not None
    assert apart is not None
    found = verdict(learned, apart)
    base = float(outcome[np.concatenate([parts.train, parts.calibrate])].mean())
    return Tested(
        train=len(parts.train), calibrate=len(parts.calibrate), test=len(rows),
        begin=int(at[parts.train].min()), parted=int(at[rows].min()), end=int(at[rows].max()),
        outcomes=int(came.sum()), learned=learned, points=of_points, difference=apart,
        verdict=found, finding=finding(found, learned, of_points, apart),
        brier=float(np.mean((chance - came) ** 2)),
        brier_of_base=float(np.mean((base - came) ** 2)),
        bins=bins(came, chance), tenths=tenths(came, raw), of_points=tenths(came, points),
        method=made.method,
    )  # fmt: skip


def bins(came: Truths, chance: Numbers, *, of: int = 10) -> list[Bin]:
    """The leads in tenths by chance, the lowest first; equal chances stay together."""
    found = []
    for tenth in reversed(tenths(came, chance, of=of)):
        inside = (chance >= tenth.low) & (chance <= tenth.high)
        found.append(Bin(float(chance[inside].mean()), tenth.share))
    return found


__all__ = ["Bin", "LackingError", "Learned", "Parts", "Tested", "learn", "parts_of"]
