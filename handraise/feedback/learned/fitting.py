"""From figures to a chance: a learner held to its senses, and its calibration. No Django.

Few cases: a logistic regression; many: gradient boosted trees with monotonic constraints.
Everything is deterministic: the same figures give the same chances.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from handraise.feedback.learned.decide import FEW
from handraise.feedback.learned.matrix import Figures, Matrix
from handraise.feedback.rehearsal.figures import Numbers, Truths

SEED = 1
STEPS_FROM = 1000  # of the rarer kind: from there on the calibration is a staircase
_CLOSEST = 1e-4  # no chance is nearer than this to certainty


class Learner(Protocol):
    """Something that puts leads in an order, on the scale of log-odds."""

    def raw(self, values: Figures) -> Numbers: ...


@dataclass(frozen=True, slots=True)
class Trees:
    """Trees over the columns that differ between the leads that were learned from."""

    model: HistGradientBoostingClassifier
    used: NDArray[np.int64]

    def raw(self, values: Figures) -> Numbers:
        return np.asarray(self.model.decision_function(values[:, self.used]), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Line:
    """A weight for each column, after what is not known was filled and all were scaled."""

    filled: Numbers
    mean: Numbers
    scale: Numbers
    weights: Numbers
    base: float

    def raw(self, values: Figures) -> Numbers:
        found: Numbers = _scaled(values, self.filled, self.mean, self.scale) @ self.weights
        return found + self.base


@dataclass(frozen=True, slots=True)
class Calibration:
    """From log-odds to a chance: the line or staircase through `x`, `y`, or a curve of two figures.

    Never falling, so that calibrating keeps the order.
    """

    slope: float = 1.0
    base: float = 0.0
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()

    def chance(self, raw: Numbers) -> Numbers:
        if self.x:
            found = np.interp(raw, self.x, self.y)
        else:
            found = 1 / (1 + np.exp(-np.clip(self.slope * raw + self.base, -30, 30)))
        return np.clip(found, _CLOSEST, 1 - _CLOSEST)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A learner with its calibration."""

    method: Literal["line", "trees"]
    learner: Learner
    calibration: Calibration

    def chance(self, values: Figures) -> Numbers:
        """The chance of each row; values as the columns it was fitted on."""
        if not len(values):
            return np.zeros(0)
        return self.calibration.chance(self.learner.raw(values))


def fitted(
    matrix: Matrix, outcome: Truths, *, train: NDArray[np.int64], calibrate: NDArray[np.int64]
) -> Fitted:
    """Learn from the rows of `train`, calibrate on those of `calibrate`. Both kinds are in each."""
    known = outcome[train]
    method: Literal["line", "trees"] = "line" if min(known.sum(), (~known).sum()) < FEW else "trees"
    make = line if method == "line" else trees
    learner = make(matrix.values[train], known, matrix.senses)
    raw = learner.raw(matrix.values[calibrate])
    return Fitted(method, learner, calibrated(raw, outcome[calibrate]))


def trees(values: Figures, outcome: Truths, senses: list[int]) -> Trees | Line:
    """Small trees, one after the other, each held to the senses."""
    lowest, highest = (
        each(values, axis=0, initial=start, where=~np.isnan(values))
        for each, start in ((np.min, np.inf), (np.max, -np.inf))
    )
    used = np.flatnonzero(lowest < highest)
    if not len(used):
        return line(values, outcome, senses)
    model = HistGradientBoostingClassifier(
        max_iter=120, learning_rate=0.08, max_leaf_nodes=15, min_samples_leaf=40,
        l2_regularization=1.0, monotonic_cst=[senses[place] for place in used],
        early_stopping=False, random_state=SEED,
    )  # fmt: skip
    model.fit(values[:, used], outcome)
    return Trees(model, used)


def line(values: Figures, outcome: Truths, senses: list[int]) -> Line:
    """A logistic regression with a mild penalty; a weight against its sense is left out, and the
    rest learned again."""
    filled = _medians(values)
    plain = np.where(np.isnan(values), filled, values).astype(np.float64)
    mean, scale = plain.mean(axis=0), plain.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    ready = (plain - mean) / scale
    held = np.asarray(senses)
    used = np.flatnonzero(plain.std(axis=0) > 0)
    weights, base = np.zeros(values.shape[1]), 0.0
    while True:
        model = LogisticRegression(C=0.1, max_iter=2000, random_state=SEED)
        if not len(used):
            base = float(np.log(outcome.mean() / (1 - outcome.mean())))
            break
        model.fit(ready[:, used], outcome)
        found = model.coef_[0]
        wrong = found * held[used] < 0
        if not wrong.any():
            weights[used], base = found, float(model.intercept_[0])
            break
        used = used[~wrong]
    return Line(filled, mean, scale, weights, base)


def _medians(values: Figures) -> Numbers:
    known = ~np.isnan(values).all(axis=0)
    found = np.zeros(values.shape[1])
    if known.any():
        found[known] = np.nanmedian(values[:, known], axis=0)
    return found


def _scaled(values: Figures, filled: Numbers, mean: Numbers, scale: Numbers) -> Numbers:
    plain = np.where(np.isnan(values), filled, values).astype(np.float64)
    # Far outside what was learned from, a straight line would promise anything.
    scaled: Numbers = np.clip((plain - mean) / scale, -5, 5)
    return scaled


def calibrated(raw: Numbers, outcome: Truths) -> Calibration:
    """A curve that never falls: Platt's with few cases, isotonic with many."""
    if min(outcome.sum(), (~outcome).sum()) >= STEPS_FROM:
        steps = IsotonicRegression(out_of_bounds="clip", increasing=True).fit(raw, outcome)
        return Calibration(x=tuple(steps.X_thresholds_), y=tuple(steps.y_thresholds_))
    # Platt's (1999) targets keep a handful of cases from promising certainty.
    m, n = int(outcome.sum()), int((~outcome).sum())
    both = np.concatenate([np.ones(len(raw)), np.zeros(len(raw))])
    high, low = (m + 1) / (m + 2), 1 / (n + 2)
    weight = np.where(outcome, high, low)
    model = LogisticRegression(C=1e6, max_iter=1000, random_state=SEED)
    model.fit(
        np.concatenate([raw, raw])[:, None], both,
        sample_weight=np.concatenate([weight, 1 - weight]),
    )  # fmt: skip
    slope, base = float(model.coef_[0, 0]), float(model.intercept_[0])
    if slope > 0:
        return Calibration(slope, base)
    share = (m + 1) / (m + n + 2)
    return Calibration(0.0, float(np.log(share / (1 - share))))  # it tells nothing
