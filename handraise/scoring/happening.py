"""Reads: which activities a `did` counts, one by one, by the one compiled definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handraise.agreement.conditions import Did
from handraise.agreement.document import Document
from handraise.scoring.engines import postgres
from handraise.scoring.engines.postgres import Moment
from handraise.scoring.holding import text_of


@dataclass(frozen=True, slots=True)
class Happened:
    """An activity of a canonical lead that counts for the `did` at `place` of those asked."""

    lead_id: int
    place: int
    activity_id: int
    occurred_at: datetime
    known_at: datetime


def happened(
    dids: Sequence[Did], *, document: Document | None, lead_ids: Sequence[int], at: datetime
) -> list[Happened]:
    """Every activity of these canonical leads that counts for one of these at `at`, newest last.

    What machines did does not count. `document` is the agreement whose lists `where` may read.
    """
    if not dids or not lead_ids:
        return []
    made = text_of(tuple(dids), document)
    numbers = [made.relations.plan.did_number(did) for did in dids]
    text = (
        f", counted AS ({made.counted})"  # noqa: S608 (the text is ours)
        " SELECT counted.lead_id, number, activity_id, counted.occurred_at, done.known_at"
        " FROM counted JOIN leads_activity done ON done.id = activity_id"
        " ORDER BY counted.occurred_at, activity_id"
    )
    asked = sorted(set(lead_ids))
    found = postgres.run(made, text, [Moment(lead, at, at) for lead in asked])
    return [
        Happened(lead, place, activity, occurred_at, known_at)
        for lead, number, activity, occurred_at, known_at in found
        for place, wanted in enumerate(numbers)
        if number == wanted
    ]


__all__ = ["Happened", "happened"]
