"""Whom to learn from, at which instant each lead is judged, and by which outcome: the one rule of
reviews and of the learned score. Plain Python over arrays.

Those that sales was offered are judged at their first move into MQL, so that what sales saw is
judged by what came of it; where they are too few, everybody at the last news before anything came
of them. Instants are int64 microseconds since 1970; NEVER stands where something did not happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from handraise.feedback.rehearsal.decide import (
    NEVER,
    History,
    Outcome,
    Ripening,
    latest,
    ripening,
)
from handraise.feedback.rehearsal.figures import Instants, Truths
from handraise.feedback.rehearsal.suspicion import CASES
from handraise.feedback.rehearsal.weighing import Span

FURTHEST_FIRST = (Outcome.WON, Outcome.SALES_QUALIFIED, Outcome.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Population:
    """Ripe leads, sorted by id: when each is judged, and whether the outcome came after that.

    `places`: where they stand in the history. `delays`: how long after it was judged the outcome
    took, of those to which it came. `unripe`: how many are left out, for they had too little time.
    """

    kind: Literal["offered", "all"]
    outcome: Outcome
    ripening: Ripening
    places: NDArray[np.int64]
    lead_ids: NDArray[np.int64]
    at: Instants
    came: Truths
    delays: Instants
    unripe: int

    def __len__(self) -> int:
        return len(self.lead_ids)

    @property
    def cases(self) -> int:
        """How many there are of the rarer kind."""
        return int(min(self.came.sum(), (~self.came).sum()))


def population(
    history: History,
    times: Mapping[Outcome, Ripening],
    span: Span,
    *,
    rest: Callable[[], Instants],
    asked: Outcome | None = None,
    enough: int = CASES,
) -> Population | None:
    """Those that sales was offered, by the furthest outcome of which there are enough cases; else
    everybody; else whoever there are the most cases of. None where nobody came into question.

    `times`: the outcomes that may be judged by, and how long each takes over all of history.
    `rest` gives the last news of each lead before anything came of it; asked for only if needed.
    """
    best: Population | None = None
    wanted = FURTHEST_FIRST if asked is None else (asked,)
    for found in _tried(history, times, span, rest, wanted):
        if found.cases >= enough:
            return found
        if len(found) and (best is None or found.cases > best.cases):
            best = found
    return best


def _tried(
    history: History,
    times: Mapping[Outcome, Ripening],
    span: Span,
    rest: Callable[[], Instants],
    wanted: tuple[Outcome, ...],
) -> Iterator[Population]:
    known = [outcome for outcome in wanted if outcome in times]
    touched, marketed = history.touched, history.marketed
    # What came in the same breath as the move must not be known yet: one microsecond before.
    moved = np.where(marketed == NEVER, NEVER, np.minimum(marketed, touched - 1))
    is_offered = _inside(marketed, span) & (touched >= marketed)
    for outcome in known:
        yield _of("offered", outcome, history, times[outcome], span, is_offered, moved)
    if not known:
        return
    last = rest()
    is_heard_of = _inside(last, span) & (touched >= span.begin)
    for outcome in known:
        yield _of("all", outcome, history, times[outcome], span, is_heard_of, last)


def _inside(instants: Instants, span: Span) -> Truths:
    found: Truths = (instants >= span.begin) & (instants < span.end)
    return found


def _of(
    kind: Literal["offered", "all"], outcome: Outcome, history: History, time: Ripening,
    span: Span, chosen: Truths, at: Instants,
) -> Population:  # fmt: skip
    """An unripe lead is left out also if its outcome came already, for else only the quick ones
    would count. The wait begins when the lead is judged, and not before it is MQL or has come in.
    """
    came = history.outcomes[outcome]
    since = np.where(at == NEVER, NEVER, latest(at, history.begun))
    if time.of:  # where it was not given
        time = ripening(since, came) or time
    ripe = chosen & (since <= span.at - time.micros)
    places = np.flatnonzero(ripe)
    is_there = came[places] != NEVER
    return Population(
        kind, outcome, time, places, history.lead_ids[places], at[places], is_there,
        (came[places] - at[places])[is_there], int((chosen & ~ripe).sum()),
    )  # fmt: skip


__all__ = ["FURTHEST_FIRST", "Population", "population"]
