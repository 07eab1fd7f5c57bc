"""How far estimates stray when other leads might have come: weights drawn anew, refitted.

Each lead counts 0, 1, 2, … times by a Poisson draw with mean 1, which is the bootstrap for
independent rows. Refits start from the estimate, so two Newton steps reach it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handraise.feedback.rehearsal.figures import Numbers, Truths
from handraise.feedback.review.logistic import chances, fitted

REPLICATES = 200
EACH = 10_000  # of those with the outcome, and of those without, at most


def sample(outcome: Truths, seed: int) -> NDArray[np.int64]:
    """The places of up to 10,000 leads with the outcome and as many without it, by chance.

    Slopes of a logistic regression do not depend on how many of each kind are taken (Prentice and
    Pyke 1979); intervals from a part are a little too wide, never too narrow.
    """
    chance = np.random.default_rng((seed, 1))
    found = []
    for kind in (True, False):
        places = np.flatnonzero(outcome == kind)
        found.append(chance.choice(places, EACH, replace=False) if len(places) > EACH else places)
    return np.sort(np.concatenate(found))


def replicates(
    columns: Numbers, outcome: Truths, towards: Numbers, leeway: Numbers, seed: int
) -> Numbers:
    """The slopes of each replicate, a row each."""
    chance = np.random.default_rng((seed, 2))
    start = fitted(columns, outcome, towards, leeway)
    design = np.column_stack([np.ones(len(columns)), columns])
    came = outcome.astype(np.float64)
    middle, hold = np.concatenate([[0.0], towards]), np.concatenate([[1e-8], leeway**-2.0])
    origin = np.concatenate([[start.intercept], start.slopes])
    found = np.empty((REPLICATES, columns.shape[1]))
    for number in range(REPLICATES):
        counts = chance.poisson(1.0, len(came)).astype(np.float64)
        at = origin
        for _ in range(2):
            likely = start.chances if at is origin else chances(design @ at)
            inner = (design * (counts * likely * (1 - likely))[:, None]).T @ design
            slope = design.T @ (counts * (came - likely)) - hold * (at - middle)
            at = at + np.linalg.solve(inner + np.diag(hold), slope)
        found[number] = at[1:]
    return found
