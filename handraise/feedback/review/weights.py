"""Points that the data support: a penalised logistic regression of the outcome on contributions.

Each contribution is counted as it counts in the priority (times its kind's weight). If the
agreement is right, a point of each signal is worth the same in log-odds. The fit is drawn towards
that: where the data tell little, points stay as given (le Cessie and van Houwelingen 1992, with
the agreement in the place of zero).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handraise.feedback.decide import ENOUGH
from handraise.feedback.rehearsal.figures import Numbers, Truths
from handraise.feedback.review.bootstrap import replicates, sample
from handraise.feedback.review.evidence import Signal
from handraise.feedback.review.logistic import Fit, fitted
from handraise.feedback.review.report import Ratio

# How far a signal's worth may lie from the others' before the penalty is felt: two log-odds for a
# spread of the whole score. Weak: it decides only where there are a handful of outcomes.
LEEWAY = 2.0
EXPECTED = 10.0  # outcomes expected among those for whom a signal fires, before it is judged
_LEAST = 0.2  # of the scale, below which replicates leave it without meaning


@dataclass(frozen=True, slots=True)
class Worth:
    """What a signal's points are worth. `supported`: on the scale of the points given; `z`: how
    many standard errors its worth lies above (below zero: under) what the agreement gives;
    `z_of_none`: the same against being worth nothing. None where too few outcomes can tell."""

    supported: Ratio
    z: float
    z_of_none: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """The fit behind all signals' worth. `columns`: the weighted contributions, in units of the
    score's spread; `moving`: the places of the signals that they stand for; `scale`: log-odds per
    weighted point that most of the agreement's points are worth."""

    columns: Numbers
    moving: NDArray[np.int64]
    fit: Fit
    spread: float
    scale: float
    worth: Mapping[int, Worth]
    used: int


def contributions(signals: tuple[Signal, ...], weights: Mapping[str, float]) -> Numbers:
    """A column a signal: what it added to the priority."""
    whole = sum(weights.get(kind, 0.0) for kind in ("fit", "interest", "intent")) or 1.0
    part = {kind: weights.get(kind, 0.0) / whole if weights else 1.0 for kind in _KINDS}
    columns = [one.given * part[one.kind] for one in signals]
    return np.stack(columns, axis=1) if columns else np.zeros((0, 0))


_KINDS = ("fit", "interest", "intent")


def weighed(given: Numbers, outcome: Truths, seed: int) -> Weighed | None:
    """What the contributions are worth. None where nothing varies, or too few outcomes."""
    came = int(outcome.sum())
    if not given.size or min(came, len(outcome) - came) < ENOUGH:
        return None
    moving = np.flatnonzero(given.std(axis=0) > 1e-9)
    spread = float(given[:, moving].sum(axis=1).std()) if len(moving) else 0.0
    if spread < 1e-9:
        return None
    columns = given[:, moving] / spread
    pooled = fitted(columns.sum(axis=1, keepdims=True), outcome, np.zeros(1), np.full(1, 5.0))
    towards = np.full(len(moving), pooled.slopes[0])
    leeway = np.full(len(moving), LEEWAY)
    fit = fitted(columns, outcome, towards, leeway)
    importance = columns.std(axis=0)
    scale = _scale(fit.slopes[None, :], importance)[0]
    expected = ((np.abs(columns) > 1e-12) * pooled.chances[:, None]).sum(axis=0)
    chosen = sample(outcome, seed)
    drawn = replicates(columns[chosen], outcome[chosen], towards, leeway, seed)
    # The sample has its own middle; only how far replicates stray from it is taken from there.
    drawn = drawn - drawn.mean(axis=0) + fit.slopes
    worth = _worth(fit.slopes, drawn, importance, expected)
    return Weighed(
        columns, moving, fit, spread, scale / spread, dict(worth), len(chosen)
    )  # fmt: skip


def _worth(
    slopes: Numbers, drawn: Numbers, importance: Numbers, expected: Numbers
) -> list[tuple[int, Worth]]:
    scale = float(_scale(slopes[None, :], importance)[0])
    scales = _scale(drawn, importance)
    if scale <= 0 or np.quantile(scales, 0.05) < _LEAST * scale:
        return []  # the score as a whole tells too little to weigh its parts against it
    found = []
    for place in np.flatnonzero(expected >= EXPECTED):
        ratios = drawn[:, place] / scales
        low, high = (float(one) for one in np.quantile(ratios, (0.025, 0.975)))
        value = float(slopes[place] / scale)
        error = max(float(np.std(drawn[:, place] - scales, ddof=1)), 1e-9)
        of_none = max(float(np.std(drawn[:, place], ddof=1)), 1e-9)
        z, z_of_none = float(slopes[place] - scale) / error, float(slopes[place]) / of_none
        found.append(
            (int(place), Worth(Ratio(value, min(low, value), max(high, value)), z, z_of_none))
        )
    return found


def _scale(slopes: Numbers, importance: Numbers) -> Numbers:
    """What most of the score's spread says a point is worth: the weighted median over signals.

    A mean that keeps the sum of points would let one wrong signal make all others look wrong.
    Where that median is not above zero, the mean is taken.
    """
    order = np.argsort(slopes, axis=1)
    weight = importance[order].cumsum(axis=1)
    ranked = np.take_along_axis(slopes, order, axis=1)
    middle = weight - importance[order] / 2
    half = weight[:, -1:] / 2
    after = np.minimum((middle < half).sum(axis=1), slopes.shape[1] - 1)
    before = np.maximum(after - 1, 0)
    rows = np.arange(len(slopes))
    gap = middle[rows, after] - middle[rows, before]
    part = np.divide(
        half[:, 0] - middle[rows, before], gap, out=np.zeros(len(slopes)), where=gap > 0
    )
    part = np.clip(part, 0.0, 1.0)
    median = ranked[rows, before] * (1 - part) + ranked[rows, after] * part
    mean = slopes @ importance / importance.sum()
    found: Numbers = np.where(median > 0.25 * np.abs(mean), median, mean)
    return found
