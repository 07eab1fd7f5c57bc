"""Learn from history as it stood at an instant, and reckon the chance of every open lead."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from handraise.agreement.document import Document
from handraise.agreement.queries import Published
from handraise.feedback.anchors import Population, population
from handraise.feedback.learned.chances import Chances, chances
from handraise.feedback.learned.columns import columns, matrix
from handraise.feedback.learned.decide import ENOUGH, lacking
from handraise.feedback.learned.explaining import Weight, usual, weights
from handraise.feedback.learned.features import Names, Raw, days_known, known_of, names
from handraise.feedback.learned.learning import LackingError, Learned, learn, parts_of
from handraise.feedback.learned.leaving_out import LeftOut, left_out
from handraise.feedback.learned.matrix import Column, Figures, Matrix
from handraise.feedback.learned.report import Gone, Matter, Report
from handraise.feedback.learned.wording import group_words, reasons
from handraise.feedback.rehearsal import outcomes
from handraise.feedback.rehearsal.decide import NEVER, History, Outcome, Ripening
from handraise.feedback.rehearsal.figures import DAY, Instants, Numbers
from handraise.feedback.rehearsal.replaying import at_rest, micros, seen
from handraise.feedback.rehearsal.weighing import Span, ripenings
from handraise.leads.bulk import rows_of
from handraise.scoring.compile import Compiled, compiled
from handraise.scoring.engines import Engine

AT_ONCE = 100_000  # leads whose chances are reckoned together
STEPS = 6
MATTERS = 15  # that the page names
Progress = Callable[[str, int, int], None]

_OPEN = """
select id from leads_lead
where is_current and stage not in ('CUSTOMER', 'DISQUALIFIED') order by id
"""


@dataclass(frozen=True, slots=True)
class Given:
    """A chance for each of these leads, with reasons in words."""

    lead_ids: NDArray[np.int64]
    chance: Numbers
    reasons: list[list[tuple[str, float]]]


@dataclass(slots=True)
class _Run:
    """One run: its engine and agreement, and what history made of everybody."""

    engine: Engine
    made: Compiled
    wanted: Names
    history: History
    at: int
    progress: Progress
    step: int = 0

    def say(self, said: str) -> None:
        self.progress(said, self.step, STEPS)
        self.step += 1

    def known_of(self, ids: NDArray[np.int64], at: Instants) -> Raw:
        return known_of(self.engine, self.made, self.wanted, ids, at)

    def matrix(
        self, raw: Raw, ids: NDArray[np.int64], at: Instants, wanted: tuple[Column, ...]
    ) -> Matrix:
        entered = self.history.entered[np.searchsorted(self.history.lead_ids, ids)]
        return matrix(raw, self.made.document, days_known(entered, at), wanted)


def run_learning(
    engine: Engine, published: Published, outcome: Outcome, *, at: datetime, zone: str,
    progress: Progress,
) -> tuple[Report, Given]:  # fmt: skip
    """Learn, test, and give every open lead its chance. Raises LackingError with a sentence;
    `progress` may raise to stop."""
    started = time.perf_counter()
    made = compiled(published.document, engine, zone)
    progress("Reading what became of the leads", 0, STEPS)
    history = outcomes.history(at=at, end=at)
    run = _Run(engine, made, names(), history, micros(at), progress, 1)
    run.say("Reading what was known of them")
    whom = learned_from(engine, published.document, history, outcome, at=run.at, zone=zone)
    raw = run.known_of(whom.lead_ids, whom.at)
    learned, typical, matters, gone, wanted = _learned(run, whom, raw)
    given = _given(run, whom, learned, typical, matters, wanted, zone)
    report = Report(
        population=whom.kind, version=published.number, unripe=whom.unripe,
        columns=len(wanted), given=len(given.lead_ids),
        ripening_days=round(whom.ripening.micros / DAY, 1),
        seconds=round(time.perf_counter() - started, 2), engine=engine.name,
        tested=learned.tested,
        matters=[Matter(group_words(one.group), one.moves) for one in matters[:MATTERS]],
        left_out=[Gone(group_words(one.group), one.why) for one in gone],
    )  # fmt: skip
    return report, given


def learned_from(
    engine: Engine, document: Document, history: History, outcome: Outcome, *, at: int, zone: str
) -> Population:
    """Whom of all history (as it stood at `at`, µs) there is to learn from about this outcome.
    Raises LackingError where nobody came into question."""
    times = ripenings(history, given=None)
    found = population(
        history, {outcome: times.get(outcome, Ripening(0, 0))}, Span(-NEVER, at + 1, at),
        rest=lambda: at_rest(engine, document, history, end=at + 1, zone=zone),
        asked=outcome, enough=ENOUGH,
    )  # fmt: skip
    if found is None:
        raise LackingError(lacking(0, 0, outcome.became))
    return found


def _learned(
    run: _Run, whom: Population, raw: Raw
) -> tuple[Learned, Figures, list[Weight], list[LeftOut], tuple[Column, ...]]:
    became = whom.outcome.became
    train = parts_of(whom.at).train
    run.say("Looking for what knows the outcome")
    gone = left_out(run.engine, run.made, run.wanted, run.history, whom, raw, train, at=run.at)
    wanted = columns(raw, run.made.document, train, [one.group for one in gone])
    figures = run.matrix(raw, whom.lead_ids, whom.at, wanted)
    run.say("Learning, and testing on later leads")
    learned = learn(figures, whom.came, whom.at, raw.priority, became=became)
    typical = usual(figures.rows(train))
    matters = weights(learned.fitted, figures.rows(learned.parts.test), typical)
    return learned, typical, matters, gone, wanted


def _given(
    run: _Run, whom: Population, learned: Learned, typical: Figures, matters: list[Weight],
    wanted: tuple[Column, ...], zone: str,
) -> Given:  # fmt: skip
    """The chances of open leads, as each stood when the last was heard of it."""
    run.say("Reckoning the chances of open leads")
    history = run.history
    is_open = history.outcomes[whom.outcome] == NEVER
    is_open &= np.isin(history.lead_ids, np.array(rows_of(_OPEN), dtype=np.int64).reshape(-1))
    ids = history.lead_ids[is_open]
    rest = seen(run.engine, run.made.document, ids, np.full(len(ids), run.at + 1), zone=zone)
    ids, rest = ids[rest != NEVER], rest[rest != NEVER]
    chance, said = np.zeros(len(ids)), []
    for begin in range(0, len(ids), AT_ONCE):
        part = slice(begin, begin + AT_ONCE)
        run.progress("Reckoning the chances of open leads", run.step - 1, STEPS)
        raw = run.known_of(ids[part], rest[part])
        figures = run.matrix(raw, ids[part], rest[part], wanted)
        found: Chances = chances(
            learned.fitted, figures, typical, matters, delays=whom.delays,
            silent=run.at - rest[part],
        )  # fmt: skip
        chance[part] = found.chance
        said += list(reasons(figures, found))
    return Given(ids, chance, said)
