"""Reads: scores of any leads at any instant under any agreement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.conf import settings
from django.db.models import F

from handraise.agreement.document import Document
from handraise.leads.models import Lead
from handraise.scoring.engines import postgres
from handraise.scoring.engines.postgres import Moment

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Scores:
    """One lead's scores at an instant. The lists follow `Document.signals`, as the row does."""

    lead_id: int
    at: datetime
    fit: float
    interest: float
    intent: float
    priority: float
    grade: str
    company_interest: float
    company_intent: float
    contributions: list[float | None]
    matched: list[int]
    latest: list[datetime | None]
    truths: dict[str, bool | None]


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
    ids = iter(_all_leads() if lead_ids is None else sorted(set(lead_ids)))
    while batch := list(islice(ids, BATCH)):
        moments = [Moment(lead_id, at, None if hindsight else at) for lead_id in batch]
        yield from scores_of(made, moments)


def scores_of(made: postgres.PostgresText, moments: Sequence[Moment]) -> list[Scores]:
    """The scores of each moment, by lead and instant."""
    criteria = list(made.relations.plan.criteria)
    found = []
    for row in postgres.run(made, made.reading, moments):
        *values, truths = row
        found.append(Scores(*values, dict(zip(criteria, truths, strict=True))))
    return found


def _all_leads() -> Iterator[int]:
    found = Lead.objects.filter(canonical_id=F("id"), withdrawn_at=None)
    yield from found.order_by("id").values_list("id", flat=True).iterator(chunk_size=BATCH)
