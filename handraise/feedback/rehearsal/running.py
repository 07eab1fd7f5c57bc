"""Rehearse a draft: replay it and the version in force over the same history, and compare."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from handraise.agreement.document import Document
from handraise.agreement.queries import Published
from handraise.feedback.rehearsal import outcomes, suspecting
from handraise.feedback.rehearsal.decide import (
    NEVER,
    History,
    Outcome,
    Ripening,
    latest,
)
from handraise.feedback.rehearsal.figures import Instants, weekly
from handraise.feedback.rehearsal.levels import level_crossings
from handraise.feedback.rehearsal.replaying import at_rest, crossings, micros, priorities
from handraise.feedback.rehearsal.report import Flag, Level, Report, Side
from handraise.feedback.rehearsal.suspicion import CASES, strong_whole
from handraise.feedback.rehearsal.thresholds import Threshold, at_level, chosen
from handraise.feedback.rehearsal.weighing import (
    Grounds,
    Replay,
    Span,
    capacity,
    passage,
    ripenings,
    side,
)
from handraise.feedback.rehearsal.weighing import chosen as chosen_leads
from handraise.leads.decide import Refused
from handraise.scoring.engines import Engine

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. `bar`: the key of the threshold to move (None: the first); `levels`:
    whether to move it at all; `ripening_days`: None takes history's own."""

    document: Document
    begin: datetime
    end: datetime
    at: datetime
    zone: str
    bar: str | None = None
    levels: bool = True
    ripening_days: float | None = None
    lake_age: float | None = None


@dataclass(slots=True)
class _Run:
    wish: Wish
    engine: Engine
    history: History
    span: Span
    progress: Progress
    total: int
    done: int = 0

    def step(self, said: str) -> None:
        self.progress(said, self.done, self.total)
        self.done += 1

    def replay(self, document: Document, rest: Instants) -> Replay:
        """The document over history, with priorities at rest."""
        replay = self.crossing(document)
        ids, zone = self.history.lead_ids, self.wish.zone
        at_rest = priorities(self.engine, document, ids, rest, zone=zone)
        return Replay(replay.crossed, replay.scores, at_rest)

    def elsewhere(self, threshold: Threshold, levels: list[float], draft: Replay) -> list[Replay]:
        """The draft with its bar at each level."""
        if levels == [threshold.value]:
            return [draft]
        self.step(f"Trying {len(levels)} bars: {threshold.words} {levels[0]:g} to {levels[-1]:g}")
        documents = [at_level(self.wish.document, threshold, level) for level in levels]
        found = level_crossings(
            self.engine, documents, end=self.wish.end, zone=self.wish.zone,
            lead_ids=self.history.lead_ids,
        )  # fmt: skip
        return [
            draft if level == threshold.value else Replay(*crossed, draft.rest)
            for level, crossed in zip(levels, found, strict=True)
        ]

    def crossing(self, document: Document) -> Replay:
        crossed, scores = crossings(
            self.engine, document, end=self.wish.end, zone=self.wish.zone,
            lead_ids=self.history.lead_ids,
        )  # fmt: skip
        return Replay(crossed, scores, np.zeros(len(crossed)))


def rehearse(
    wish: Wish, published: Published | None, engine: Engine, *, progress: Progress | None = None
) -> Report:
    """Replay the draft over the period at each bar to be tried, and the version in force once.

    `progress` is told (what goes on, steps done, steps in all) and may raise Stopped. Raises
    Refused with a sentence for a period without leads, KeyError for an unknown bar.
    """
    started = time.perf_counter()
    refuse_period(wish.begin, wish.end, at=wish.at)
    threshold = chosen(wish.document, wish.bar)
    levels = threshold.levels if wish.levels else [threshold.value]
    history = outcomes.history(at=wish.at, end=wish.end)
    span = Span(micros(wish.begin), micros(wish.end), micros(wish.at))
    run = _Run(wish, engine, history, span, progress or _silent, 5)
    return _report(run, published, threshold, levels, started)


def refuse_period(begin: datetime, end: datetime, *, at: datetime) -> None:
    """Raise Refused for a period that cannot be replayed."""
    if begin >= end:
        raise Refused("The first day of the period lies after the last.")
    if begin >= at:
        raise Refused("The period lies in the future: there is nothing to replay yet.")


def _silent(_said: str, _done: int, _total: int) -> None:
    return


def _report(
    run: _Run, published: Published | None, threshold: Threshold, levels: list[float],
    started: float,
) -> Report:  # fmt: skip
    wish, history, span = run.wish, run.history, run.span
    run.step("Reading what became of the leads")
    rest = at_rest(run.engine, wish.document, history, end=span.end, zone=wish.zone)
    if not len(history) or not ((rest >= span.begin) & (rest < span.end)).any():
        raise Refused("Nothing is known of any lead in this period: choose other days.")
    run.step("Replaying the draft")
    draft = run.replay(wish.document, rest)
    run.step("Replaying the version in force")
    held = None if published is None else run.replay(published.document, rest)
    rivals = [draft.crossed] + ([] if held is None else [held.crossed])
    inside = chosen_leads(history, rivals, rest, span)
    times = ripenings(history, given=wish.ripening_days)
    grounds = Grounds(history, inside, times, span)
    tried = [
        _level(level, replay, held, grounds)
        for level, replay in zip(levels, run.elsewhere(threshold, levels, draft), strict=True)
    ]
    in_force = None
    if held is not None and published is not None:
        in_force = side(f"Version {published.number}", held, draft.crossed, grounds)
    own = tried[levels.index(threshold.value)]
    run.step("Looking for what knows the outcome")
    flags = _flags(run, own.side, draft, held, rest, grounds)
    run.progress("Keeping the result", run.total, run.total)
    document = wish.document
    return Report(
        name=document.name, begin=wish.begin, end=wish.end, at=wish.at, zone=wish.zone,
        engine=run.engine.name, lake_age=wish.lake_age,
        seconds=round(time.perf_counter() - started, 2),
        leads=int(inside.sum()), left_out=_left_out(rivals, grounds),
        bar=threshold.words, subject=threshold.subject, drafted=levels.index(threshold.value),
        levels=tried, published=in_force,
        history=weekly(history.marketed, begin=span.begin, end=span.end),
        against="what really happened" if published is None else f"version {published.number}",
        capacity=capacity(document.targets), flags=flags, notes=_notes(times, wish),
    )  # fmt: skip


def _level(level: float, replay: Replay, held: Replay | None, grounds: Grounds) -> Level:
    history, span = grounds.history, grounds.span
    other = history.marketed if held is None else held.crossed
    scores = replay.scores if held is None else held.scores
    return Level(
        level,
        side("Draft", replay, other, grounds),
        enters=passage(replay.crossed, other, replay.scores, history, span),
        leaves=passage(other, replay.crossed, scores, history, span),
    )


def _left_out(rivals: list[Instants], grounds: Grounds) -> int:
    history, begin = grounds.history, grounds.span.begin
    instants = [*rivals, history.marketed, history.touched]
    return int(np.logical_or.reduce([one < begin for one in instants]).sum())


def _flags(
    run: _Run, own: Side, draft: Replay, held: Replay | None, rest: Instants, grounds: Grounds
) -> list[Flag]:
    wish, history, span = run.wish, run.history, run.span
    found = suspecting.late_flags(
        run.engine, wish.document, history, grounds.chosen, at=span.at, zone=wish.zone
    )
    outcome = _telling(history, grounds)
    undated = suspecting.undated_share(run.engine, wish.document, wish.zone)
    if outcome is None or not undated:
        return found
    rival = draft.crossed if held is None else held.crossed
    anchor = latest(draft.crossed, rival, history.marketed, history.entered)
    ripe = grounds.chosen & (anchor <= span.at - grounds.times[outcome].micros)
    found += suspecting.strong_flags(
        run.engine, wish.document, history, ripe, rest, outcome=outcome, zone=wish.zone
    )
    if undated > 0.5:
        judged = own.by(outcome)
        whole = strong_whole(None if judged is None else judged.whole.auc)
        found += [] if whole is None else [whole]
    return found


def _telling(history: History, grounds: Grounds) -> Outcome | None:
    """The outcome of which there is enough to tell a strong condition by."""
    for outcome in (Outcome.SALES_QUALIFIED, Outcome.WON, Outcome.ACCEPTED):
        came = (history.outcomes[outcome] != NEVER)[grounds.chosen]
        if outcome in grounds.times and min(came.sum(), (~came).sum()) >= CASES:
            return outcome
    return None


def _notes(times: dict[Outcome, Ripening], wish: Wish) -> list[str]:
    if not times:
        return [
            "Not enough data: history knows of no lead that was accepted, became SQL or was won,"
            " so nothing can be said of precision and recall."
        ]
    if wish.end > wish.at:
        return ["The period reaches into the future; what is left of it is empty."]
    return []


__all__ = ["Progress", "Wish", "refuse_period", "rehearse"]
