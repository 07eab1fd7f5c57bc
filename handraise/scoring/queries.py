"""Reads: scores of any leads at any instant under any agreement, and what stands behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property
from itertools import islice

from django.conf import settings
from django.db.models import F

from handraise.agreement.document import Document
from handraise.leads.models import Lead
from handraise.scoring import explaining
from handraise.scoring.engines import postgres
from handraise.scoring.engines.postgres import Moment, PostgresText
from handraise.scoring.explanation import Explanation
from handraise.scoring.scores import Scores

BATCH = 5_000


def scores_at(
    *,
    document: Document,
    lead_ids: Sequence[int] | None = None,
    at: datetime,
    hindsight: bool = False,
) -> Iterator[Scores]:
    """The scores of these canonical leads (None: of all that are not withdrawn) at `at`.

    As known then, or with the hindsight of today. Nothing is stored. In batches, by id.
    """
    made = postgres.text_for(document, settings.TIME_ZONE)
    ids = iter(all_leads() if lead_ids is None else sorted(set(lead_ids)))
    while batch := list(islice(ids, BATCH)):
        yield from scores_of(made, [_moment(lead_id, at, hindsight) for lead_id in batch])


def explain(
    lead_id: int, *, document: Document, at: datetime, hindsight: bool = False
) -> Explanation:
    """One canonical lead's scores with every activity, fact and condition behind them."""
    made = postgres.text_for(document, settings.TIME_ZONE)
    moment = _moment(lead_id, at, hindsight)
    with postgres.tuned(are_few=True):
        (scores,) = scores_of(made, [moment])
        return explaining.explanation(made, moment, scores)


def prepare(document: Document) -> None:
    """Compile all that pages ask of an agreement (a second), so that nobody waits for it later."""
    made = postgres.text_for(document, settings.TIME_ZONE)
    for name, value in vars(PostgresText).items():
        if isinstance(value, cached_property):
            getattr(made, name)


def scores_of(made: PostgresText, moments: Sequence[Moment]) -> list[Scores]:
    """The scores of each moment, by lead and instant."""
    criteria = list(made.relations.plan.criteria)
    found = []
    for row in postgres.run(made, made.reading, moments):
        truths = dict(zip(criteria, row[-1], strict=True))
        found.append(Scores(*(*row[:-1], truths)))
    return found


def _moment(lead_id: int, at: datetime, hindsight: bool) -> Moment:
    return Moment(lead_id, at, None if hindsight else at)


def all_leads() -> Iterator[int]:
    """Every canonical lead that is not withdrawn, by id."""
    found = Lead.objects.filter(canonical_id=F("id"), withdrawn_at=None)
    return found.order_by("id").values_list("id", flat=True).iterator(chunk_size=BATCH)
