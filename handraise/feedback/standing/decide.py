"""How long a step takes to come, from counts by day. Plain arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handraise.feedback.decide import ENOUGH

RIPE = 0.9  # of those that ever come: when so many have come, a step is judged


@dataclass(frozen=True, slots=True)
class Day:
    """`came`: how many reached the later stage on that day after the earlier one (0: within the
    first 24 hours); `waiting`: how many have waited so long by now and no longer, in vain."""

    day: int
    came: int
    waiting: int


def ripening_days(days: Sequence[Day]) -> int | None:
    """Days within which nine in ten have come of those that ever come; None where too few came.

    Those still waiting are counted rightly (Kaplan and Meier 1958): each is looked at for as long
    as it could be seen. Who left by another door never comes and is waited for all the same. What
    fewer than `ENOUGH` could still be seen for is not looked at.
    """
    if sum(one.came for one in days) < ENOUGH:
        return None
    at_risk = sum(one.came + one.waiting for one in days)
    waits, arrived = 1.0, []
    for one in sorted(days, key=lambda one: one.day):
        if at_risk < ENOUGH:
            break
        waits *= 1 - one.came / at_risk
        arrived.append((one.day + 1, 1 - waits))
        at_risk -= one.came + one.waiting
    ever = arrived[-1][1]
    return next((day for day, share in arrived if share >= RIPE * ever), None) if ever else None
