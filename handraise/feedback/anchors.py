"""When each lead is judged by what was known of it: the one rule for all that learns from history.

Where sales was offered enough leads, each of them is judged at its first move into MQL; else
everybody, when the last was heard of them before anything came of it. Only ripe leads count: those
whose outcome had time to come. An outcome of an unripe lead is left out too, for else only the
quick ones would be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from handraise.agreement.document import Document
from handraise.feedback.rehearsal.decide import (
    NEVER,
    History,
    Outcome,
    Ripening,
    earliest,
    latest,
    ripening,
)
from handraise.feedback.rehearsal.figures import Instants, Truths
from handraise.feedback.rehearsal.replaying import seen
from handraise.scoring.engines import Engine

OFFERED_ENOUGH = 100  # ripe leads offered with the outcome, and as many without


@dataclass(frozen=True, slots=True)
class Anchored:
    """The ripe leads, by id; `at`: when each is judged (µs), `came`: whether the outcome did.

    `offered`: those that sales was offered; `all`: everybody. `delays`: how long after it was
    judged the outcome took, of those to which it came. `unripe`: how many are left out.
    """

    population: Literal["offered", "all"]
    outcome: Outcome
    lead_ids: NDArray[np.int64]
    at: Instants
    came: Truths
    delays: Instants
    ripening: Ripening | None
    unripe: int

    def __len__(self) -> int:
        return len(self.lead_ids)


def anchored(
    engine: Engine, document: Document, history: History, outcome: Outcome, *, at: int, zone: str
) -> Anchored:
    """Whom to learn from about this outcome, as history stood at `at` (µs)."""
    came = history.outcomes[outcome]
    offered = _of(history, outcome, _offered(history, came), at, "offered")
    if min(int(offered.came.sum()), int((~offered.came).sum())) >= OFFERED_ENOUGH:
        return offered
    cut = earliest(history.touched, np.full(len(history), at + 1))
    rest = seen(engine, document, history.lead_ids, cut, zone=zone)
    return _of(history, outcome, rest, at, "all")


def _offered(history: History, came: Instants) -> Instants:
    """The first move into MQL; NEVER where it did not come before the outcome did."""
    found: Instants = np.where(history.marketed < came, history.marketed, NEVER)
    return found


def _of(
    history: History, outcome: Outcome, then: Instants, at: int,
    population: Literal["offered", "all"],
) -> Anchored:  # fmt: skip
    came = history.outcomes[outcome]
    time = ripening(then, came)
    begun = latest(then, history.entered)
    if population == "all":
        begun = latest(begun, history.marketed)
    has = (then != NEVER) & (then <= at)
    ripe = has & (begun <= at - (time.micros if time else 0))
    is_won = came[ripe] != NEVER
    return Anchored(
        population, outcome, history.lead_ids[ripe], then[ripe], is_won,
        (came[ripe] - then[ripe])[is_won], time, int((has & ~ripe).sum()),
    )  # fmt: skip


__all__ = ["OFFERED_ENOUGH", "Anchored", "anchored"]
