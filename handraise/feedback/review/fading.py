"""Signals that foretold the outcome before the last quarter and no longer do in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from handraise.feedback.rehearsal.figures import Numbers, Truths
from handraise.feedback.review.logistic import fitted
from handraise.feedback.review.weights import LEEWAY, Weighed

FEWEST = 10  # with the outcome and without it, on each side: the penalty holds what they cannot
HALF = 0.5  # of its worth before: what keeps more has not faded
EXPECTED = 5.0  # outcomes among those for whom it fires, were it worth nothing


@dataclass(frozen=True, slots=True)
class Faded:
    """What a signal's points are worth before and in the last quarter (log-odds per unit of the
    score's spread), and how likely a fall like it is by chance alone."""

    before: float
    recent: float
    p: float

    @property
    def is_big(self) -> bool:
        return self.before > 0 and self.recent <= HALF * self.before

    @property
    def left(self) -> float:
        """The part (0..1) of its worth that is left."""
        return min(max(self.recent / self.before, 0.0), 1.0) if self.before > 0 else 1.0


def fadings(found: Weighed, outcome: Truths, recent: Truths) -> dict[int, Faded]:
    """By the signal's place: all signals side by side, fitted on each side of the cut by itself.

    The difference of two separate fits is the interaction of each signal with the time. Signals
    that fire for too few leads on either side are left out.
    """
    sides = (recent, ~recent)
    if any(min(int(outcome[s].sum()), int((~outcome[s]).sum())) < FEWEST for s in sides):
        return {}
    count = found.columns.shape[1]
    towards = np.full(count, float(np.median(found.fit.slopes)))
    fits = [fitted(found.columns[s], outcome[s], towards, np.full(count, LEEWAY)) for s in sides]
    base = float(outcome.mean())
    told = {}
    for column, place in enumerate(found.moving):
        if min(_expected(found.columns[s, column], base) for s in sides) < EXPECTED:
            continue
        now, before = (float(fit.slopes[column]) for fit in fits)
        error = sum(float(fit.covariance[column, column]) for fit in fits) ** 0.5
        told[int(place)] = Faded(before, now, float(norm.sf((before - now) / error)))
    return told


def _expected(column: Numbers, base: float) -> float:
    return float((np.abs(column) > 1e-12).sum()) * base
