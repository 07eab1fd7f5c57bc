"""Run a document over history by an engine: first crossings, and how leads stood at rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from handraise.agreement.document import Document
from handraise.feedback.rehearsal.decide import NEVER, History, earliest
from handraise.feedback.rehearsal.figures import Instants, Numbers
from handraise.feedback.rehearsal.weighing import KINDS
from handraise.scoring import known
from handraise.scoring.compile import compiled
from handraise.scoring.crossing import first_crossings
from handraise.scoring.engines import Engine
from handraise.scoring.engines.moments import Moments
from handraise.scoring.inputs import ACTIVITY, ASKED, FACT, MOMENTS
from handraise.scoring.known import beside

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def crossings(
    engine: Engine, document: Document, *, end: datetime, zone: str, lead_ids: NDArray[np.int64]
) -> tuple[Instants, Mapping[str, Numbers]]:
    """The first instant at which each of these leads (sorted) ever qualifies, if before `end`,
    and its scores then; NEVER and nan for one that does not."""
    found = first_crossings(engine, document, begin=BEGINNING, end=end, zone=zone)
    places, rows = _places(lead_ids, found)
    crossed = np.full(len(lead_ids), NEVER, dtype=np.int64)
    crossed[places] = as_micros(found["at"])[rows]
    scores = {}
    for kind in KINDS:
        scores[kind] = np.full(len(lead_ids), np.nan)
        scores[kind][places] = as_numbers(found[kind])[rows]
    return crossed, scores


def seen(
    engine: Engine, document: Document, lead_ids: NDArray[np.int64], before: Instants, *, zone: str
) -> Instants:
    """When the last was heard of each lead before an instant: an activity, or a fact of its own.

    Never for one of whom nothing was. `before` is exclusive, so that what came with an outcome
    does not count as foretelling it.
    """
    made = compiled(document, engine, zone)
    asked = moments(lead_ids, before - 1)
    found = engine.table(made, _newest_news(), asked)
    instants = np.full(len(lead_ids), NEVER, dtype=np.int64)
    places, rows = _places(lead_ids, found)
    instants[places] = as_micros(found["seen_at"])[rows]
    return instants


def at_rest(
    engine: Engine, document: Document, history: History, *, end: int, zone: str
) -> Instants:
    """The last news of each lead before `end` (µs), and before anything came of it."""
    cut = earliest(history.touched, np.full(len(history), end))
    return seen(engine, document, history.lead_ids, cut, zone=zone)


def _newest_news() -> ibis.Table:
    each = beside(MOMENTS, known.identities(ASKED), {"lead_id": "lead_id"},
                  identity_id="identity_id")  # fmt: skip
    did = beside(each, ACTIVITY, {"identity_id": "identity_id"}, then="occurred_at",
                 known_at="known_at")  # fmt: skip
    told = beside(each, FACT, {"identity_id": "identity_id"}, then="holds_from",
                  known_at="known_at")  # fmt: skip
    # Of a thing that was told late, the instant from which it could have been scored.
    news = [
        rows.select("lead_id", "at", seen_at=ibis.greatest(rows.then, rows.known_at))
        for rows in (did, told)
    ]
    both = news[0].union(news[1])
    both = both.filter(both.seen_at <= both.at)
    return both.group_by("lead_id").agg(seen_at=both.seen_at.max())


def priorities(
    engine: Engine, document: Document, lead_ids: NDArray[np.int64], at: Instants, *, zone: str
) -> Numbers:
    """The priority of each lead at its instant, as known then; 0 where `at` is NEVER."""
    made = compiled(document, engine, zone)
    has = at != NEVER
    scores = made.relations.scores.select("lead_id", "priority")
    found = engine.table(made, scores, moments(lead_ids[has], at[has]))
    priority = np.zeros(len(lead_ids))
    places, rows = _places(lead_ids, found)
    priority[places] = as_numbers(found["priority"])[rows]
    return priority


def moments(lead_ids: NDArray[np.int64], at: Instants) -> Moments:
    """These leads, each at its instant (µs), as known then."""
    instants = pa.array(at).cast(pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))
    return Moments.table(pa.table({"lead_id": pa.array(lead_ids), "at": instants}))


def _places(lead_ids: NDArray[np.int64], found: pa.Table) -> tuple[NDArray[np.int64], Instants]:
    """Where the rows of `found` belong among the sorted ids, and which rows those are."""
    ids = found["lead_id"].to_numpy()
    if not len(lead_ids):
        return ids[:0], ids[:0]
    places = np.minimum(np.searchsorted(lead_ids, ids), len(lead_ids) - 1)
    rows = np.flatnonzero(lead_ids[places] == ids)
    return places[rows], rows


def as_micros(column: pa.ChunkedArray) -> Instants:
    """Instants as µs since 1970, NEVER where they are null."""
    plain = column.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).fill_null(NEVER)
    found: Instants = plain.to_numpy().astype(np.int64)
    return found


def as_numbers(column: pa.ChunkedArray) -> Numbers:
    """Numbers, nan where they are null."""
    found: Numbers = column.cast(pa.float64()).to_numpy().astype(np.float64)
    return found


def micros(instant: datetime) -> int:
    """Whole microseconds since 1970."""
    return (instant - BEGINNING) // timedelta(microseconds=1)
