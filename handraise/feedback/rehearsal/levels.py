"""First crossings at many bars at once: one search for the loosest, one reading for all the rest.

Who is over a bar is over every lower one, so that a lead cannot cross any before it crosses the
loosest, and from there on only its own candidate instants are looked at, each once for all bars.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from handraise.agreement.conditions import Joined
from handraise.agreement.document import Document, Route
from handraise.feedback.rehearsal.decide import NEVER
from handraise.feedback.rehearsal.figures import Instants, Numbers
from handraise.feedback.rehearsal.replaying import (
    as_micros,
    as_numbers,
    crossings,
    micros,
    moments,
)
from handraise.feedback.rehearsal.weighing import KINDS
from handraise.scoring.compile import Compiled, all_doubts, all_hits, compiled
from handraise.scoring.crossing import news, scores_then
from handraise.scoring.engines import Engine
from handraise.scoring.inputs import MOMENTS
from handraise.scoring.known import beside

AT_ONCE = 500_000  # instants that are looked at together, for the sake of memory

Crossed = tuple[Instants, Mapping[str, Numbers]]


def level_crossings(
    engine: Engine,
    documents: Sequence[Document],
    *,
    end: datetime,
    zone: str,
    lead_ids: NDArray[np.int64],
) -> list[Crossed]:
    """For each document, the first crossing of each lead and its scores then (`crossings`).

    The documents differ in one bar of `mql.when` only, and that bar rises from one to the next.
    """
    loosest = _any_of(documents)
    first, _ = crossings(engine, loosest, end=end, zone=zone, lead_ids=lead_ids)
    made = compiled(_with_levels(loosest, documents), engine, zone)
    last = micros(end)
    asked = moments(lead_ids, np.minimum(first, last))
    candidates = engine.table(made, _instants(made, engine), asked)
    found = np.full((len(documents), len(lead_ids)), NEVER, dtype=np.int64)
    for ids, at in _portions(candidates, last):
        table = engine.table(made, _at_each_level(made, len(documents)), moments(ids, at))
        places = np.searchsorted(lead_ids, table["lead_id"].to_numpy())
        for level in range(len(documents)):
            found[level][places] = as_micros(table[f"level_{level}"])
    return _with_scores(engine, loosest, found, zone=zone, lead_ids=lead_ids)


def _any_of(documents: Sequence[Document]) -> Document:
    """Asks for the loosest bar, and names every level, so that all that they read is read."""
    when = Joined("any", tuple(document.mql.when for document in documents))
    mql = documents[0].mql.model_copy(update={"when": when})
    return documents[0].model_copy(update={"mql": mql})


def _with_levels(loosest: Document, documents: Sequence[Document]) -> Document:
    """The levels as further criteria, which is what routes are."""
    levels = [
        Route(name=f"Level {place}", team="Nobody").model_copy(update={"when": document.mql.when})
        for place, document in enumerate(documents)
    ]
    without = loosest.sql.model_copy(update={"when": None})
    return loosest.model_copy(update={"routes": tuple(levels), "sql": without})


def _instants(made: Compiled, engine: Engine) -> Any:
    """(lead_id, at): where a lead may cross a bar, from its moment on."""
    plan = made.relations.plan
    hits = all_hits(plan, engine.functions)
    rows = news.changes(plan, hits, all_doubts(), hindsight=False)
    rows = rows.union(news.activities(plan, hits, hindsight=False))
    if made.document.company:
        rows = rows.union(news.of_colleagues(rows))
    rows = beside(rows, MOMENTS, {"lead_id": "lead_id"}, since="at")
    rows = rows.filter(rows["at"] >= rows.since).select("lead_id", "at")
    return rows.union(MOMENTS.select("lead_id", "at"), distinct=True)


def _portions(candidates: pa.Table, last: int) -> Iterator[tuple[Instants, Instants]]:
    """Leads and instants before `last`, by lead, no lead in two portions."""
    ids, at = candidates["lead_id"].to_numpy(), as_micros(candidates["at"])
    ids, at = ids[at < last], at[at < last]
    order = np.lexsort((at, ids))
    ids, at = ids[order], at[order]
    begin = 0
    while begin < len(ids):
        end = int(np.searchsorted(ids, ids[min(begin + AT_ONCE, len(ids)) - 1], side="right"))
        yield ids[begin:end], at[begin:end]
        begin = end


def _at_each_level(made: Compiled, count: int) -> Any:
    """(lead_id, level_0, level_1, …): the first of the moments at which each level holds."""
    scores, places = made.relations.scores, list(made.relations.plan.criteria)

    def truth(key: str) -> Any:
        return scores[f"truth_{places.index(key)}"].fill_null(False)

    may = truth("mql.needs") & ~truth("mql.never")
    levels = {
        f"level_{level}": scores["at"].min(where=truth(f"route.{level}") & may)
        for level in range(count)
    }
    return scores.group_by("lead_id").agg(**levels)


def _with_scores(
    engine: Engine, document: Document, found: Instants, *, zone: str, lead_ids: NDArray[np.int64]
) -> list[Crossed]:
    leads = np.broadcast_to(lead_ids, found.shape)[found != NEVER]
    pairs = np.unique(np.stack([leads, found[found != NEVER]], axis=1), axis=0)
    table = scores_then(engine, document, moments(pairs[:, 0], pairs[:, 1]), zone=zone)
    ids, at = table["lead_id"].to_numpy(), as_micros(table["at"])
    places = np.searchsorted(lead_ids, ids)
    crossed: list[Crossed] = []
    for level in found:
        here = level[places] == at
        scores = {}
        for kind in KINDS:
            scores[kind] = np.full(len(lead_ids), np.nan)
            scores[kind][places[here]] = as_numbers(table[kind])[here]
        crossed.append((level, scores))
    return crossed


__all__ = ["level_crossings"]
