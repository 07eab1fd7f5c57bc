"""Two scores of the same leads compared by their areas under the curve. Plain arithmetic."""

from __future__ import annotations

from math import sqrt

from handraise.feedback.decide import Z
from handraise.feedback.learned.decide import Difference
from handraise.feedback.rehearsal.figures import Numbers, Truths, mean_variance, placements


def difference(outcome: Truths, one: Numbers, other: Numbers) -> Difference | None:
    """The area of `one` less that of `other`, with its interval; None unless both kinds are there.

    By the variance of DeLong, DeLong and Clarke-Pearson (1988), which knows that both scored the
    same leads.
    """
    if outcome.all() or not outcome.any():
        return None
    above, below = (
        mine - theirs
        for mine, theirs in zip(placements(outcome, one), placements(outcome, other), strict=True)
    )
    value = float(above.mean())
    reach = Z * sqrt(mean_variance(above) + mean_variance(below))
    return Difference(value, max(value - reach, -1.0), min(value + reach, 1.0))
