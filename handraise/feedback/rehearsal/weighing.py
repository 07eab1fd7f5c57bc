"""From arrays to a report: what a version says of the period, and who passes. Plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from handraise.feedback.rehearsal.decide import (
    NEVER,
    History,
    Outcome,
    Ripening,
    judged,
    latest,
    ripening,
)
from handraise.feedback.rehearsal.figures import DAY, Instants, Numbers, Truths, typical, weekly
from handraise.feedback.rehearsal.report import Capacity, Passage, Passing, Side, Sooner

SHOWN = 60  # names each way that are kept for the page
# The days of each unit that an agreement's targets may be told by.
DAYS_OF = {"week": 7.0, "month": 365.25 / 12, "quarter": 365.25 / 4, "year": 365.25}
KINDS = ("fit", "interest", "intent", "priority")


@dataclass(frozen=True, slots=True)
class Span:
    """The period and the instant of the run, µs since 1970; `end` is left out."""

    begin: int
    end: int
    at: int


@dataclass(frozen=True, slots=True)
class Replay:
    """One version over history, aligned with it: first crossings, scores then (by kind, nan
    where there is no crossing), and the priority at rest: when the last was heard of a lead
    before its first outcome."""

    crossed: Instants
    scores: Mapping[str, Numbers]
    rest: Numbers

    def score(self, touched: Instants, end: int) -> Numbers:
        """The priority by which a lead is ranked: at its crossing if that was in time, else at
        rest. A crossing after the first outcome is not looked at: people had a hand in it."""
        is_foretold = (self.crossed < end) & (self.crossed <= touched)
        found: Numbers = np.where(is_foretold, self.scores["priority"], self.rest)
        return found


@dataclass(frozen=True, slots=True)
class Grounds:
    """On whom versions are judged, the same for all of them: which leads, against which rival.

    `chosen`: leads that came into question during the period. `rival`: first crossings under the
    version in force (or none), which hold back a lead's ripeness under the draft too.
    """

    history: History
    chosen: Truths
    times: Mapping[Outcome, Ripening]
    span: Span


def side(title: str, replay: Replay, rival: Instants, grounds: Grounds) -> Side:
    """What a version says of the period."""
    history, span, chosen = grounds.history, grounds.span, grounds.chosen
    crossed = replay.crossed
    anchor = latest(crossed, rival, history.marketed, history.entered)[chosen]
    score = replay.score(history.touched, span.end)[chosen]
    found = [
        judged(
            kind, crossed=crossed[chosen], outcome=came[chosen], score=score, anchor=anchor,
            at=span.at, end=span.end, time=grounds.times[kind],
        )
        for kind, came in history.outcomes.items()
        if kind in grounds.times
    ]  # fmt: skip
    return Side(
        title,
        int(_inside(crossed, span).sum()),
        int((crossed < span.begin).sum()),
        weekly(crossed, begin=span.begin, end=span.end),
        found,
        sooner(crossed, history.marketed, span),
    )


def chosen(history: History, crossings: list[Instants], seen: Instants, span: Span) -> Truths:
    """Leads that came into question in the period: something was heard of them, or they crossed
    or were moved in it; none that a version or history had over the bar before."""
    instants = [*crossings, history.marketed, history.touched]
    before = np.logical_or.reduce([one < span.begin for one in instants])
    inside = np.logical_or.reduce([_inside(one, span) for one in [*instants, seen]])
    found: Truths = inside & ~before
    return found


def ripenings(history: History, *, given: float | None) -> dict[Outcome, Ripening]:
    """How long each outcome takes to come, in history or as `given` (days)."""
    if given is not None:
        return {kind: Ripening(int(given * DAY), 0) for kind in history.outcomes}
    found = {kind: ripening(history.begun, came) for kind, came in history.outcomes.items()}
    return {kind: time for kind, time in found.items() if time is not None}


def sooner(crossed: Instants, marketed: Instants, span: Span) -> Sooner:
    """First crossings against what really happened, for leads of which either falls in the
    period."""
    mine, theirs = _inside(crossed, span), _inside(marketed, span)
    both = (crossed < span.end) & (marketed < span.end) & (mine | theirs)
    lag = (crossed - marketed)[both]
    return Sooner(
        both=int(both.sum()),
        sooner=int((lag < 0).sum()),
        later=int((lag > 0).sum()),
        days=typical(lag),
        only_here=int((mine & (marketed >= span.end)).sum()),
        only_history=int((theirs & (crossed >= span.end)).sum()),
    )


def passage(
    entering: Instants, held: Instants, scores: Mapping[str, Numbers], history: History, span: Span
) -> Passage:
    """Who is over the bar by `entering` in the period and never by `held`, with their scores.

    The first are those with the furthest outcome, then those with the highest priority.
    """
    places = np.flatnonzero(_inside(entering, span) & (held >= span.end))
    came = {
        kind: np.flatnonzero(_inside_or_later(when[places], span))
        for kind, when in history.outcomes.items()
    }
    weight = sum(np.isin(np.arange(len(places)), found).astype(np.int64) for found in came.values())
    order = np.lexsort((-scores["priority"][places], -np.asarray(weight)))[:SHOWN]
    first = [_passing(places[one], entering, scores, history) for one in order]
    return Passage(len(places), {kind: len(found) for kind, found in came.items()}, first)


def _passing(place: Any, at: Instants, scores: Mapping[str, Numbers], history: History) -> Passing:
    reached = [kind for kind, came in history.outcomes.items() if came[place] != NEVER]
    figures = {kind: round(float(scores[kind][place]), 2) for kind in KINDS}
    return Passing(
        int(history.lead_ids[place]), int(at[place]), **figures,
        came=reached[-1] if reached else None,
    )  # fmt: skip


def _inside(instants: Instants, span: Span) -> Truths:
    found: Truths = (instants >= span.begin) & (instants < span.end)
    return found


def _inside_or_later(instants: Instants, span: Span) -> Truths:
    found: Truths = (instants >= span.begin) & (instants != NEVER)
    return found


def capacity(targets: Mapping[str, Any]) -> Capacity | None:
    """What the agreement plans with, as so many a week. None if it names no number of MQLs."""
    said = targets.get("mql")
    if not isinstance(said, str):
        return None
    count, _, unit = said.split()
    a_week = int(count) * 7 / DAYS_OF[unit]
    return Capacity(a_week, f"the agreement's target of {said}")
