"""Whom a review judges, at which instant each, and by which outcome. Plain Python over arrays.

Instants are int64 microseconds since 1970; NEVER stands where something did not happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from handraise.feedback.rehearsal.decide import NEVER, History, Outcome, Ripening
from handraise.feedback.rehearsal.figures import Instants, Truths
from handraise.feedback.rehearsal.suspicion import CASES
from handraise.feedback.rehearsal.weighing import Span

FURTHEST_FIRST = (Outcome.WON, Outcome.SALES_QUALIFIED, Outcome.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Population:
    """Ripe leads, sorted by id: when each is judged, and whether the outcome came after that.

    `places`: where they stand in the history. `cases`: of the rarer kind, how many there are.
    """

    kind: Literal["offered", "all"]
    outcome: Outcome
    ripening: Ripening
    places: NDArray[np.int64]
    lead_ids: NDArray[np.int64]
    at: Instants
    came: Truths
    unripe: int

    @property
    def cases(self) -> int:
        return int(min(self.came.sum(), (~self.came).sum()))


def population(
    history: History,
    times: Mapping[Outcome, Ripening],
    span: Span,
    *,
    rest: Callable[[], Instants],
    asked: Outcome | None = None,
) -> Population | None:
    """Those that sales was offered, by the furthest outcome of which there are enough cases; else
    everybody; else whoever there are the most cases of. None where nobody came into question.

    `rest` gives the last news of each lead before anything came of it; asked for only if needed.
    """
    best: Population | None = None
    wanted = FURTHEST_FIRST if asked is None else (asked,)
    for found in _tried(history, times, span, rest, wanted):
        if found.cases >= CASES:
            return found
        if len(found.lead_ids) and (best is None or found.cases > best.cases):
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
    would count."""
    ripe = chosen & (history.begun <= span.at - time.micros)
    places = np.flatnonzero(ripe)
    came = history.outcomes[outcome][places] != NEVER
    unripe = int((chosen & ~ripe).sum())
    return Population(
        kind, outcome, time, places, history.lead_ids[places], at[places], came, unripe
    )
