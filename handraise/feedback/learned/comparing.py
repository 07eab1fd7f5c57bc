"""Two scores of the same leads compared by their areas under the curve. Plain arithmetic."""

from __future__ import annotations

from math import sqrt

import numpy as np

from handraise.feedback.decide import Z
from handraise.feedback.learned.decide import Difference
from handraise.feedback.rehearsal.figures import Numbers, Truths, ranks


def difference(outcome: Truths, one: Numbers, other: Numbers) -> Difference | None:
    """The area of `one` less that of `other`, with its interval; None unless both kinds are there.

    By the variance of DeLong, DeLong and Clarke-Pearson (1988), which knows that both scored the
    same leads.
    """
    m, n = int(outcome.sum()), int((~outcome).sum())
    if not m or not n:
        return None
    above, below = (
        mine - theirs
        for mine, theirs in zip(_parts(outcome, one), _parts(outcome, other), strict=True)
    )
    value = float(above.mean())
    reach = Z * sqrt(_variance(above) / m + _variance(below) / n)
    return Difference(value, max(value - reach, -1.0), min(value + reach, 1.0))


def _parts(outcome: Truths, score: Numbers) -> tuple[Numbers, Numbers]:
    """Of each lead with the outcome, the share of those without that it scores above; and of
    each without, the share of those with it that score above."""
    both = ranks(score)
    above, below = score[outcome], score[~outcome]
    of_above = (both[outcome] - ranks(above)) / len(below)
    of_below = 1 - (both[~outcome] - ranks(below)) / len(above)
    return of_above, of_below


def _variance(values: Numbers) -> float:
    return float(np.var(values, ddof=1)) if len(values) > 1 else 0.0
