"""Look at the conditions of a draft for those that know the outcome; by an engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from handraise.agreement.conditions import Test
from handraise.agreement.document import Behaviour, Document
from handraise.agreement.wording import capital, condition_words
from handraise.feedback.rehearsal.decide import NEVER, History, Outcome
from handraise.feedback.rehearsal.figures import DAY, Instants, Truths
from handraise.feedback.rehearsal.replaying import as_micros, moments
from handraise.feedback.rehearsal.report import Flag
from handraise.feedback.rehearsal.suspicion import (
    Lateness,
    late,
    strong_condition,
    strong_fact,
)
from handraise.leads.bulk import rows_of
from handraise.scoring.compile import Compiled, compiled
from handraise.scoring.engines import Engine
from handraise.scoring.plan import COMPANY, Plan, nodes_of, tests_in

SAMPLE = 20_000  # leads that are looked at, evenly among all of them
FEW = 2_000  # of those with one outcome
AFTER = 30 * DAY  # what a fact says so long after the outcome is what it says in the end


@dataclass(frozen=True, slots=True)
class Held:
    """One condition of the draft: the column of `details` with its truth, or the number of its
    behaviour; what it reads (facts, or one event)."""

    name: str
    column: str | None
    number: int | None
    reads: frozenset[str]


def conditions(plan: Plan) -> list[Held]:
    """Every fit signal, behaviour signal, and test of a fact in `mql.when` and `mql.needs`.

    Not `never`: what bars a lead may well come late.
    """
    found: dict[str, Held] = {}
    for number, signal in enumerate(plan.document.signals):
        if isinstance(signal, Behaviour):
            held = Held(signal.name, None, number, frozenset({signal.event}))
        else:
            facts = frozenset(test.subject for test in tests_in(signal.when))
            held = Held(signal.name, f"signal_{number}", None, facts)
        found[held.name] = held
    for test, place in _criteria(plan):
        name = capital(condition_words(test))
        found.setdefault(name, Held(name, f"node_{place}", None, frozenset({test.subject})))
    return list(found.values())


def _criteria(plan: Plan) -> Iterator[tuple[Test, int]]:
    place = 0
    for key, condition in plan.criteria.items():
        if isinstance(condition, bool):
            continue
        for node in nodes_of(condition):
            is_asked = key == "mql.when" or key.startswith("needs.")
            if is_asked and isinstance(node, Test) and node.subject in plan.facts:
                yield node, place
            place += 1


@dataclass(frozen=True, slots=True)
class _Came:
    """Leads of whom an outcome came: when, and until when they could be judged without it."""

    outcome: Outcome
    ids: Instants
    at: Instants
    before: Instants


def late_flags(
    engine: Engine, document: Document, history: History, chosen: Truths, *, at: int, zone: str
) -> list[Flag]:
    """A flag for each condition that mostly came true only with an outcome, or after it.

    What was true when history made a lead MQL was there in time, however soon the outcome was.
    Activities are looked at from SQL on: who has been accepted goes on reading, as people do.
    """
    made = compiled(document, engine, zone)
    each = list(_each_outcome(history, chosen))
    instants = [
        (one.before, np.minimum(one.at + AFTER, at), np.minimum(one.at + DAY, at)) for one in each
    ]
    ids = _joined([one.ids for one in each for _ in range(3)])
    holds = holding(engine, made, ids, _joined([then for three in instants for then in three]))
    found: dict[str, Flag] = {}
    place = 0
    for one in each:
        first, facts, deeds = (
            slice(place + step * len(one.ids), place + (step + 1) * len(one.ids))
            for step in range(3)
        )
        place = deeds.stop
        for held in conditions(made.relations.plan):
            is_deed = held.number is not None
            if is_deed and one.outcome is Outcome.ACCEPTED:
                continue
            truths = holds[held.name]
            has, had = truths[deeds if is_deed else facts], truths[first]
            flag = late(
                Lateness(held.name, int((has & ~had).sum()), int(has.sum()), one.outcome.became)
            )
            if flag is not None:
                found.setdefault(held.name, flag)
    return list(found.values())


def _each_outcome(history: History, chosen: Truths) -> Iterator[_Came]:
    """Each outcome that came at an instant of its own, with a sample of its leads."""
    seen: list[Instants] = []
    for outcome, came in history.outcomes.items():
        if any(np.array_equal(came, other) for other in seen):
            continue  # an import told of the last stage only
        seen.append(came)
        rows = sampled(np.flatnonzero(chosen & (came != NEVER)), FEW)
        yield _Came(outcome, *judged_before(history, outcome, rows))


def judged_before(
    history: History, outcome: Outcome, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Instants, Instants]:
    """Of these leads, to which the outcome came: their ids, when it came, and until when they could
    be judged without it: a day earlier, or when they became MQL. Without those that nobody knew."""
    then, marketed = history.outcomes[outcome][rows], history.marketed[rows]
    before = np.maximum(then - DAY, np.where(marketed <= then, marketed, 0))
    known = history.entered[rows] <= before
    return history.lead_ids[rows][known], then[known], before[known]


def _joined(arrays: list[Instants]) -> Instants:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=np.int64)


def holding(engine: Engine, made: Compiled, ids: Instants, at: Instants) -> dict[str, Truths]:
    """For each condition, by name, whether it holds of each of these leads at its instant."""
    held = conditions(made.relations.plan)
    found = {one.name: np.zeros(len(ids), dtype=bool) for one in held}
    columns = [one.column for one in held if one.column]
    if not len(ids):
        return found
    pairs, inverse = np.unique(np.stack([ids, at], axis=1), axis=0, return_inverse=True)
    asked = moments(pairs[:, 0], pairs[:, 1])
    places = {(lead, then): place for place, (lead, then) in enumerate(pairs.tolist())}
    if columns:
        details = made.relations.details.select("lead_id", "at", *columns)
        table = engine.table(made, details, asked)
        where = _where(table, places)
        for one in held:
            if one.column:
                truths = table[one.column].cast(pa.bool_()).fill_null(False).to_numpy()
                found[one.name] = _put(truths, where, len(pairs))[inverse]
    if any(one.number is not None for one in held):
        scores = made.relations.scores.select("lead_id", "at", "numbers")
        table = engine.table(made, scores, asked)
        where = _where(table, places)
        rows, numbers = _counted(table)
        for one in held:
            if one.number is not None:
                has = np.isin(np.arange(len(where)), rows[numbers == one.number])
                found[one.name] = _put(has, where, len(pairs))[inverse]
    return found


def _where(table: pa.Table, places: Mapping[tuple[int, int], int]) -> Instants:
    """The place of each row's lead and instant among the pairs that were asked for."""
    leads, then = table["lead_id"].to_pylist(), as_micros(table["at"]).tolist()
    return np.array([places[pair] for pair in zip(leads, then, strict=True)], dtype=np.int64)


def _put(truths: Truths, where: Instants, count: int) -> Truths:
    placed = np.zeros(count, dtype=bool)
    placed[where] = truths
    return placed


def _counted(table: pa.Table) -> tuple[Instants, Instants]:
    """(row, number) of every behaviour that counted."""
    lists = table["numbers"].combine_chunks()
    rows = pc.list_parent_indices(lists).to_numpy()
    return rows, pc.list_flatten(lists).cast(pa.int64()).to_numpy()


def strong_flags(
    engine: Engine,
    document: Document,
    history: History,
    chosen: Truths,
    rest: Instants,
    *,
    outcome: Outcome,
    zone: str,
) -> list[Flag]:
    """A flag for each condition and fact without dates that tells the outcome too well."""
    made = compiled(document, engine, zone)
    plan = made.relations.plan
    undated = _undated(plan)
    rows = sampled(np.flatnonzero(chosen & (rest != NEVER)))
    ids, at = history.lead_ids[rows], rest[rows]
    came = history.outcomes[outcome][rows] != NEVER
    found = [
        strong_condition(one.name, holds, came)
        for one, holds in zip(
            conditions(plan), holding(engine, made, ids, at).values(), strict=True
        )
        if one.reads and one.reads <= undated
    ]
    for name, values in _values(engine, made, ids, at).items():
        if name in undated:
            found.append(strong_fact(name, values, came))
    return [flag for flag in found if flag is not None]


def _values(
    engine: Engine, made: Compiled, ids: Instants, at: Instants
) -> dict[str, list[str | float | bool | None]]:
    """What each fact of the draft said of each lead, in the order of `ids`."""
    found: dict[str, list[str | float | bool | None]] = {
        name: [None] * len(ids) for name in made.relations.plan.facts
    }
    if made.relations.facts is None or not len(ids):
        return found
    table = engine.table(
        made,
        made.relations.facts.select("lead_id", "name", "text", "number", "truth"),
        moments(ids, at),
    )
    places = np.searchsorted(ids, table["lead_id"].to_numpy()).tolist()
    for place, row in zip(places, table.to_pylist(), strict=True):
        value = row["text"]
        if value is None:
            value = row["number"] if row["number"] is not None else row["truth"]
        found[row["name"]][place] = value
    return found


def undated_share(engine: Engine, document: Document, zone: str) -> float:
    """How much of what the draft reads, by name, came without dates of its own: 0..1."""
    plan = compiled(document, engine, zone).relations.plan
    read = set(plan.facts) | {one.event for one in plan.watched}
    return len(_undated(plan)) / len(read) if read else 0.0


def _undated(plan: Plan) -> frozenset[str]:
    """The facts and events that the draft reads of which most have an assumed `known_at`."""
    own = [name.removeprefix(COMPANY) for name in plan.facts]
    facts = dict(rows_of(_ASSUMED.format("leads_fact"), [own]))
    deeds = dict(
        rows_of(_ASSUMED.format("leads_activity"), [sorted({one.event for one in plan.watched})])
    )
    return frozenset(
        [name for name in plan.facts if facts.get(name.removeprefix(COMPANY))]
        + [event for event, is_assumed in deeds.items() if is_assumed]
    )


_ASSUMED = """
    select name, avg(is_known_at_assumed::int) > 0.5 from {} where name = any(%s) group by name
"""


def sampled(places: NDArray[np.int64], most: int = SAMPLE) -> NDArray[np.int64]:
    """At most so many of these places, evenly among all."""
    if len(places) > most:
        places = places[np.linspace(0, len(places) - 1, most).astype(np.int64)]
    return places


__all__ = [
    "conditions", "judged_before", "late_flags", "sampled", "strong_flags", "undated_share",
]  # fmt: skip
