"""What was known of leads at instants of theirs: facts, what they did, what signals gave them.

Each is one statement of an engine for all leads together; nothing is asked lead by lead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from handraise.agreement.document import Behaviour
from handraise.feedback.deeds import deeds
from handraise.feedback.rehearsal.figures import Instants, Numbers, Truths
from handraise.feedback.rehearsal.replaying import as_numbers, moments
from handraise.feedback.review.evidence import Signal
from handraise.feedback.review.labels import Coded, of_numbers, of_texts, of_truths
from handraise.scoring import known
from handraise.scoring.compile import Compiled
from handraise.scoring.engines import Engine
from handraise.scoring.inputs import ACTIVITY, ASKED, FACT, MOMENTS
from handraise.scoring.plan import COMPANY

AT_ONCE = 8  # facts that are looked at together, for the sake of memory
MOST_FACTS, MOST_EVENTS = 60, 40
_NOBODY = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Asking:
    """Leads (ids sorted, each once), each at its instant, asked of one engine."""

    engine: Engine
    made: Compiled
    lead_ids: NDArray[np.int64]
    at: Instants

    def table(self, expression: Any) -> pa.Table:
        return self.engine.table(self.made, expression, moments(self.lead_ids, self.at))

    def places(self, found: pa.Table) -> NDArray[np.int64]:
        where: NDArray[np.int64] = np.searchsorted(self.lead_ids, found["lead_id"].to_numpy())
        return where


def fact_names(engine: Engine, made: Compiled) -> list[str]:
    """The facts that most is known of, those of companies with their prefix."""
    rows = FACT.mutate(subject=ibis.ifelse(FACT.company_id.isnull(), "", COMPANY) + FACT.name)
    counted = rows.group_by("subject").agg(often=rows.count())
    return _commonest(engine.table(made, counted, moments(_NOBODY, _NOBODY)), MOST_FACTS)


def event_names(engine: Engine, made: Compiled) -> list[str]:
    """The activities that were done most."""
    counted = ACTIVITY.group_by(subject=ACTIVITY.name).agg(often=ACTIVITY.count())
    return _commonest(engine.table(made, counted, moments(_NOBODY, _NOBODY)), MOST_EVENTS)


def _commonest(table: pa.Table, most: int) -> list[str]:
    rows = sorted(table.to_pylist(), key=lambda row: (-row["often"], row["subject"]))
    return sorted(row["subject"] for row in rows[:most])


def facts(asking: Asking, names: Sequence[str]) -> Iterator[tuple[str, Coded]]:
    """Each of these facts as codes, as known at each lead's instant."""
    for name, found in _told(asking, names):
        yield name, _coded(asking, found)


def texts(asking: Asking, names: Sequence[str]) -> Iterator[tuple[str, NDArray[Any]]]:
    """Each fact as it reads, for each lead; empty where it was not known."""
    for name, found in _told(asking, names):
        said = np.full(len(asking.lead_ids), "", dtype=object)
        spoken = pc.coalesce(
            found["text"], found["number"].cast(pa.string()), found["truth"].cast(pa.string())
        )
        said[asking.places(found)] = spoken.to_numpy(zero_copy_only=False)
        yield name, said


def _told(asking: Asking, names: Sequence[str]) -> Iterator[tuple[str, pa.Table]]:
    if not len(asking.lead_ids):
        return
    owned = known.identities(ASKED)
    placed = known.companies(MOMENTS, owned)
    for begin in range(0, len(names), AT_ONCE):
        portion = list(names[begin : begin + AT_ONCE])
        told = known.facts(MOMENTS, owned, placed, portion)
        told = told.filter(told.is_known).select("lead_id", "name", "text", "number", "truth")
        table = asking.table(told)
        for name in portion:
            yield name, table.filter(pc.equal(table["name"], name))


def _coded(asking: Asking, found: pa.Table) -> Coded:
    count, half = len(asking.lead_ids), len(found) / 2
    for kind in ("number", "truth"):
        if len(found) and len(found) - found[kind].null_count > half:
            some = found.filter(found[kind].is_valid())
            where = asking.places(some)
            if kind == "number":
                return of_numbers(where, as_numbers(some["number"]), count)
            return of_truths(where, some["truth"].to_numpy(zero_copy_only=False), count)
    some = found.filter(found["text"].is_valid())
    encoded = some["text"].combine_chunks().dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    numbers = encoded.indices.to_numpy().astype(np.int64)
    return of_texts(asking.places(some), numbers, encoded.dictionary.to_pylist(), count)


def done(asking: Asking, events: Sequence[str]) -> Mapping[str, NDArray[np.int64]]:
    """How often each lead had done each of these, without what a machine is held to have done."""
    found = {event: np.zeros(len(asking.lead_ids), dtype=np.int64) for event in events}
    if not events or not len(asking.lead_ids):
        return found
    rows = deeds(events, asking.engine)
    table = asking.table(rows.group_by(["lead_id", "name"]).agg(often=rows.count()))
    for event in events:
        some = table.filter(pc.equal(table["name"], event))
        found[event][asking.places(some)] = some["often"].to_numpy()
    return found


def scores(asking: Asking) -> Mapping[str, NDArray[Any]]:
    """fit, interest, intent and priority, and for each fit signal whether it holds."""
    relations, document = asking.made.relations, asking.made.document
    fit = [f"signal_{number}" for number in range(len(document.fit))]
    names = ["fit", "interest", "intent", "priority"]
    table = asking.table(relations.scores.select("lead_id", *names, *fit))
    where, count = asking.places(table), len(asking.lead_ids)
    found: dict[str, NDArray[Any]] = {}
    for name in names:
        found[name] = np.zeros(count)
        found[name][where] = as_numbers(table[name])
    for name in fit:
        truths = table[name].cast(pa.bool_()).fill_null(False)
        found[name] = np.zeros(count, dtype=bool)
        found[name][where] = truths.to_numpy(zero_copy_only=False)
    return found


def signals(asking: Asking, scored: Mapping[str, NDArray[Any]]) -> tuple[Signal, ...]:
    """Every line of the agreement, in its order, and what it gave each lead."""
    document = asking.made.document
    counted = _counted(asking)
    found = []
    for number, signal in enumerate(document.signals):
        if not isinstance(signal, Behaviour):
            fired: Truths = scored[f"signal_{number}"]
            given: Numbers = np.where(fired, signal.points, 0.0)
            found.append(Signal("fit", signal.name, signal.points, None, fired, given, given))
            continue
        fired, raw = counted[number]
        given = raw if signal.at_most is None else np.minimum(raw, signal.at_most)
        is_interest = number < len(document.fit) + len(document.interest)
        kind = "interest" if is_interest else "intent"
        found.append(
            Signal(kind, signal.name, signal.points, signal.at_most, fired, given, raw)  # type: ignore[arg-type]
        )
    return tuple(found)


def _counted(asking: Asking) -> Mapping[int, tuple[Truths, Numbers]]:
    """For each behaviour by its number: whether it counted at all, and its points uncapped."""
    document, count = asking.made.document, len(asking.lead_ids)
    found = {
        number: (np.zeros(count, dtype=bool), np.zeros(count))
        for number in range(len(document.fit), len(document.signals))
    }
    if not found:
        return found
    rows = asking.made.relations.matched
    rows = rows.filter(rows.number < len(document.signals))
    table = asking.table(rows.group_by(["lead_id", "number"]).agg(points=rows.points.sum()))
    where, numbers = asking.places(table), table["number"].to_numpy()
    points = as_numbers(table["points"])
    for number, (fired, raw) in found.items():
        here = numbers == number
        fired[where[here]] = True
        raw[where[here]] = points[here]
    return found
