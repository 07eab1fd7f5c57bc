"""What was known of leads at given instants: read by an engine, as raw columns.

Contributions of the agreement's signals, how often and how lately each activity was done, facts of
the person and of the company, how long they are known. Nothing that became known later is in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from handraise.agreement.document import FitSignal
from handraise.feedback.deeds import deeds
from handraise.feedback.rehearsal.decide import NEVER
from handraise.feedback.rehearsal.figures import DAY, Instants, Numbers
from handraise.feedback.rehearsal.replaying import as_micros, as_numbers, moments
from handraise.leads.bulk import rows_of
from handraise.leads.decide import TOUCHES
from handraise.scoring import known
from handraise.scoring.compile import Compiled
from handraise.scoring.engines import Engine
from handraise.scoring.inputs import ASKED, MOMENTS
from handraise.scoring.plan import COMPANY

MOST_ACTIVITIES = 30
MOST_FACTS = 60
# Who somebody is and how to reach them tells nothing that could be learned.
_NAMES_OF_PEOPLE = (
    "name", "first_name", "last_name", "email", "phone", "id", "user_id", "username", "avatar",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """What occurs often enough to be looked at. `undated`: what mostly came without instants of
    its own, facts and activities by name."""

    activities: tuple[str, ...]
    facts: tuple[str, ...]
    undated: frozenset[str]


@dataclass(frozen=True, slots=True)
class Told:
    """A fact of each lead: its number or truth (nan: none), or a code of its text (-1: none)."""

    numbers: Numbers
    codes: NDArray[np.int64]
    texts: tuple[str, ...]
    is_truth: bool

    @property
    def is_known(self) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = ~np.isnan(self.numbers) | (self.codes >= 0)
        return found


@dataclass(frozen=True, slots=True)
class Raw:
    """One place for each lead that was asked for. `signals` follow `Document.signals`; then what
    colleagues added to interest and intent. `last` in days before the instant, nan: never."""

    priority: Numbers
    signals: Numbers
    colleagues: Numbers
    counts: Mapping[str, Numbers]
    last: Mapping[str, Numbers]
    facts: Mapping[str, Told]

    def __len__(self) -> int:
        return len(self.priority)


_ACTIVITIES = """
select name, avg(is_known_at_assumed::int) > 0.5 from leads_activity
where name <> all(%s) group by name having avg((by_id is not null)::int) < 0.5
order by count(*) desc, name limit %s
"""
# A text that nearly everybody has for themselves is a name of some kind, and is not looked at.
_FACTS = """
select name, company_id is not null, avg(is_known_at_assumed::int) > 0.5 from leads_fact
where name <> all(%s) and instant is null group by 1, 2
having count(number) + count(truth) > 0
    or count(distinct hashtext(text)) < greatest(count(text) / 2, 50)
order by count(*) desc, 1, 2 limit %s
"""


def names() -> Names:
    """The activities and facts that occur most."""
    deeds = rows_of(_ACTIVITIES, [list(TOUCHES), MOST_ACTIVITIES])
    told = rows_of(_FACTS, [list(_NAMES_OF_PEOPLE), MOST_FACTS])
    facts = [
        ((COMPANY if of_company else "") + name, undated) for name, of_company, undated in told
    ]
    return Names(
        tuple(name for name, _ in deeds),
        tuple(name for name, _ in facts),
        frozenset(name for name, undated in [*deeds, *facts] if undated),
    )


def known_of(
    engine: Engine, made: Compiled, wanted: Names, ids: NDArray[np.int64], at: Instants
) -> Raw:
    """These leads (sorted ids), each at its instant (µs)."""
    asked = moments(ids, at)
    priority, signals, colleagues = _scored(engine, made, asked, ids)
    counts, last = _done(engine, made, asked, ids, at, wanted.activities)
    facts = _facts(engine, made, asked, ids, wanted.facts)
    return Raw(priority, signals, colleagues, counts, last, facts)


def _scored(
    engine: Engine, made: Compiled, asked: Any, ids: NDArray[np.int64]
) -> tuple[Numbers, Numbers, Numbers]:
    document = made.document
    fit = [f"signal_{place}" for place in range(len(document.fit))]
    table = engine.table(
        made,
        made.relations.scores.select(
            "lead_id", "priority", "company_interest", "company_intent", "numbers", "points", *fit
        ),
        asked,
    )
    where = np.searchsorted(ids, table["lead_id"].to_numpy())
    priority, colleagues = np.zeros(len(ids)), np.zeros((len(ids), 2))
    signals = np.zeros((len(ids), len(document.signals)))
    priority[where] = as_numbers(table["priority"])
    for place, name in enumerate(("company_interest", "company_intent")):
        colleagues[where, place] = as_numbers(table[name])
    for place, signal in enumerate(document.signals):
        if isinstance(signal, FitSignal):
            holds = table[f"signal_{place}"].cast(pa.bool_()).fill_null(False).to_numpy()
            signals[where[holds], place] = signal.points
    _put_behaviours(table, where, signals)
    return priority, signals, colleagues


def _put_behaviours(table: pa.Table, where: Instants, signals: Numbers) -> None:
    lists, points = table["numbers"].combine_chunks(), table["points"].combine_chunks()
    if not len(lists):
        return
    rows = where[pc.list_parent_indices(lists).to_numpy()]
    numbers = pc.list_flatten(lists).cast(pa.int64()).to_numpy()
    given = pc.list_flatten(points).cast(pa.float64()).to_numpy()
    is_signal = numbers < signals.shape[1]  # what follows them are counts of criteria
    signals[rows[is_signal], numbers[is_signal]] = given[is_signal]


def _done(
    engine: Engine, made: Compiled, asked: Any, ids: NDArray[np.int64], at: Instants,
    wanted: tuple[str, ...],
) -> tuple[dict[str, Numbers], dict[str, Numbers]]:  # fmt: skip
    counts = {name: np.zeros(len(ids)) for name in wanted}
    last = {name: np.full(len(ids), np.nan) for name in wanted}
    if not wanted:
        return counts, last
    table = engine.table(made, _deeds(wanted, engine), asked)
    where = np.searchsorted(ids, table["lead_id"].to_numpy())
    names = table["name"].combine_chunks().dictionary_encode()
    codes = names.indices.to_numpy()
    times, then = table["times"].to_numpy(), as_micros(table["then"])
    for code, name in enumerate(names.dictionary.to_pylist()):
        rows = codes == code
        counts[name][where[rows]] = times[rows]
        last[name][where[rows]] = (at[where[rows]] - then[rows]) / DAY
    return counts, last


def _deeds(wanted: tuple[str, ...], engine: Engine) -> ibis.Table:
    """(lead_id, name, times, then): what each did by its instant, as known then."""
    did = deeds(wanted, engine)
    found: ibis.Table = did.group_by(["lead_id", "name"]).agg(
        times=did.count(), then=did.occurred_at.max()
    )
    return found


def _facts(
    engine: Engine, made: Compiled, asked: Any, ids: NDArray[np.int64], wanted: tuple[str, ...]
) -> dict[str, Told]:
    if not wanted:
        return {}
    owned = known.identities(ASKED)
    is_of_company = any(name.startswith(COMPANY) for name in wanted)
    placed = known.companies(MOMENTS, owned) if is_of_company else None
    facts = known.facts(MOMENTS, owned, placed, list(wanted))
    table = engine.table(made, facts.select("lead_id", "name", "text", "number", "truth"), asked)
    where = np.searchsorted(ids, table["lead_id"].to_numpy())
    codes = pc.index_in(table["name"], pa.array(wanted)).combine_chunks().to_numpy()
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(len(wanted) + 1))
    return {
        name: _told(table.take(rows), where[rows], len(ids))
        for name, begin, end in zip(wanted, edges, edges[1:], strict=False)
        for rows in [order[begin:end]]
    }


def _told(table: pa.Table, where: Instants, count: int) -> Told:
    """One fact: as numbers or truths where most are, else as texts."""
    numbers, codes = np.full(count, np.nan), np.full(count, -1, dtype=np.int64)
    text, number, truth = table["text"], table["number"], table["truth"]
    texts, others = (len(one) - one.null_count for one in (text, number))
    truths = len(truth) - truth.null_count
    if texts > others + truths:
        encoded = text.combine_chunks().dictionary_encode()
        labels = encoded.dictionary.to_pylist()
        order = sorted(range(len(labels)), key=lambda place: str(labels[place]))
        rank = np.empty(len(labels) + 1, dtype=np.int64)
        rank[order], rank[-1] = np.arange(len(labels)), -1
        codes[where] = rank[encoded.indices.fill_null(-1).to_numpy()]
        return Told(numbers, codes, tuple(str(labels[place]) for place in order), False)
    is_truth = truths > others
    given = truth.cast(pa.int8()) if is_truth else number
    numbers[where] = as_numbers(given)
    return Told(numbers, codes, (), is_truth)


def days_known(entered: Instants, at: Instants) -> Numbers:
    """How long each lead was known at its instant, in days."""
    found: Numbers = np.maximum(at - np.where(entered == NEVER, at, entered), 0) / DAY
    return found


__all__ = ["Names", "Raw", "Told", "days_known", "known_of", "names"]
