"""Logistic regression with a penalty, by Newton's steps. Plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from handraise.feedback.rehearsal.figures import Numbers, Truths

_STEPS = 50
_WIDEST = 30.0  # log-odds beyond which a chance is as good as none or certain
_HELD = 1e-8  # on the intercept: too little to move it, enough to keep the matrix whole


@dataclass(frozen=True, slots=True)
class Fit:
    """Slopes, their covariance under the penalty, and each row's chance of the outcome.

    `inner`: the whole information with the intercept's row and column first.
    """

    intercept: float
    slopes: Numbers
    covariance: Numbers
    inner: Numbers
    chances: Numbers


def fitted(columns: Numbers, outcome: Truths, towards: Numbers, leeway: Numbers) -> Fit:
    """The fit that is likeliest when slopes lie around `towards` with the spread `leeway`.

    Always finite, also where a column parts the outcome without a fault.
    """
    design = np.column_stack([np.ones(len(columns)), columns])
    came = outcome.astype(np.float64)
    share = min(max(float(came.mean()), 1e-4), 1 - 1e-4)
    middle, hold = np.concatenate([[0.0], towards]), np.concatenate([[_HELD], leeway**-2.0])
    at = np.concatenate([[np.log(share / (1 - share)) - columns.mean(axis=0) @ towards], towards])
    worst = _loss(design, came, at, middle, hold)
    for _ in range(_STEPS):
        chance = chances(design @ at)
        inner = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(hold)
        step = np.linalg.solve(inner, design.T @ (came - chance) - hold * (at - middle))
        size = 1.0
        while (loss := _loss(design, came, at + size * step, middle, hold)) > worst and size > 1e-4:
            size /= 2
        if loss > worst:
            break
        at, done = at + size * step, worst - loss
        worst = loss
        if done < 1e-10 * (1 + abs(worst)):
            break
    chance = chances(design @ at)
    inner = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(hold)
    covariance: Numbers = np.linalg.inv(inner)[1:, 1:]
    return Fit(float(at[0]), at[1:], covariance, inner, chance)


def _loss(design: Numbers, came: Numbers, at: Numbers, middle: Numbers, hold: Numbers) -> float:
    odds = design @ at
    return float(np.logaddexp(0.0, odds).sum() - came @ odds + 0.5 * hold @ (at - middle) ** 2)


def chances(odds: Numbers) -> Numbers:
    """From log-odds to chances, without overflow."""
    found: Numbers = 1.0 / (1.0 + np.exp(-np.clip(odds, -_WIDEST, _WIDEST)))
    return found
