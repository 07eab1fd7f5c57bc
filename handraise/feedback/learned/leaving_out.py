"""What is not learned from, because it may know the outcome instead of foretelling it.

The rules are those of a rehearsal: what most leads with the outcome had only near or after it, and
what came without dates and tells the outcome better than anything honest does. Judged by the leads
that are learned from alone: those tested on must not have chosen what they test.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan

import numpy as np
from numpy.typing import NDArray

from handraise.agreement.document import FitSignal
from handraise.feedback.anchors import Population
from handraise.feedback.learned.features import Names, Raw, Told, known_of
from handraise.feedback.learned.matrix import Group
from handraise.feedback.rehearsal.decide import NEVER, History
from handraise.feedback.rehearsal.figures import DAY
from handraise.feedback.rehearsal.suspecting import AFTER, FEW, judged_before, sampled
from handraise.feedback.rehearsal.suspicion import (
    Lateness,
    late,
    strong_condition,
    strong_fact,
)
from handraise.scoring.compile import Compiled
from handraise.scoring.engines import Engine
from handraise.scoring.plan import tests_in


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One thing that is not learned from, and why, in a sentence."""

    group: Group
    why: str


def left_out(
    engine: Engine, made: Compiled, wanted: Names, history: History, whom: Population, raw: Raw,
    train: NDArray[np.int64], *, at: int,
) -> list[LeftOut]:  # fmt: skip
    """What came too late and what is too strong for these rows of `whom`, each with its figure."""
    found: dict[Group, LeftOut] = {}
    each = [
        *_late(engine, made, wanted, history, whom, train, at),
        *_strong(made, wanted, whom, raw, train),
    ]
    for one in each:
        found.setdefault(one.group, one)
    return [*found.values(), *_told_by(made, list(found.values()))]


def _late(
    engine: Engine, made: Compiled, wanted: Names, history: History, whom: Population,
    train: NDArray[np.int64], at: int,
) -> Iterator[LeftOut]:  # fmt: skip
    """Of leads with the outcome: what they had in the end, and had not when they could be judged.

    A deed on the day of the outcome counts as before it only if it was there a day earlier.
    """
    later = np.delete(whom.lead_ids, train)
    came = (history.outcomes[whom.outcome] != NEVER) & ~np.isin(history.lead_ids, later)
    rows = sampled(np.flatnonzero(came), FEW)
    ids, then, before = judged_before(history, whom.outcome, rows)
    if not len(ids):
        return
    had = known_of(engine, made, wanted, ids, before)
    ends = known_of(engine, made, wanted, ids, np.minimum(then + AFTER, at))
    soon = known_of(engine, made, wanted, ids, np.minimum(then + DAY, at))
    became = whom.outcome.became
    for group, first, last in _pairs(made, had, ends, soon):
        flag = late(Lateness(group.name, int((last & ~first).sum()), int(last.sum()), became))
        if flag is not None:
            yield LeftOut(group, flag.sentence)


def _pairs(
    made: Compiled, had: Raw, ends: Raw, soon: Raw
) -> Iterator[tuple[Group, NDArray[np.bool_], NDArray[np.bool_]]]:
    for place, signal in enumerate(made.document.signals):
        last = ends if isinstance(signal, FitSignal) else soon
        yield (
            Group("signal", signal.name), had.signals[:, place] != 0, last.signals[:, place] != 0
        )  # fmt: skip
    for name in had.counts:
        yield Group("activity", name), had.counts[name] > 0, soon.counts[name] > 0
    for name in had.facts:
        yield Group("fact", name), had.facts[name].is_known, ends.facts[name].is_known


def _strong(
    made: Compiled, wanted: Names, whom: Population, raw: Raw, train: NDArray[np.int64]
) -> Iterator[LeftOut]:
    rows = sampled(train)
    came = whom.came[rows]
    for name in wanted.facts:
        if name in wanted.undated:
            told = raw.facts[name]
            flag = strong_fact(name, _values(told, rows), came)
            if flag is not None:
                yield LeftOut(Group("fact", name), flag.sentence)
    for name in wanted.activities:
        if name in wanted.undated:
            flag = strong_condition(name, raw.counts[name][rows] > 0, came)
            if flag is not None:
                yield LeftOut(Group("activity", name), flag.sentence)
    for place, signal in enumerate(made.document.signals):
        if _read(signal) <= wanted.undated:
            flag = strong_condition(signal.name, raw.signals[rows, place] != 0, came)
            if flag is not None:
                yield LeftOut(Group("signal", signal.name), flag.sentence)


def _read(signal: object) -> set[str]:
    if isinstance(signal, FitSignal):
        return {test.subject for test in tests_in(signal.when)}
    return {str(getattr(signal, "event", ""))}


def _values(told: Told, rows: NDArray[np.int64]) -> list[float | str | None]:
    if told.texts:
        return [told.texts[code] if code >= 0 else None for code in told.codes[rows].tolist()]
    return [None if isnan(number) else number for number in told.numbers[rows].tolist()]


def _told_by(made: Compiled, gone: list[LeftOut]) -> Iterator[LeftOut]:
    """Signals that read what is left out, for they would bring it back."""
    named = {one.group.name: one for one in gone if one.group.kind != "signal"}
    already = {one.group for one in gone}
    for signal in made.document.signals:
        reads = sorted(_read(signal) & set(named))
        if reads and Group("signal", signal.name) not in already:
            why = f"“{signal.name}” reads “{reads[0]}”, which is left out."
            yield LeftOut(Group("signal", signal.name), why)


__all__ = ["LeftOut", "left_out"]
