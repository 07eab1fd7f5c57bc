"""What the steps above read of a score: plain values, no rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from handraise.scoring.scores import Scores


@dataclass(frozen=True, slots=True)
class Standing:
    """The score of one canonical lead at `at`, and what each criterion comes to.

    fit, interest, intent and priority lie within 0..100. `truths` is keyed by criterion:
    "mql.when", "mql.never", "mql.needs", "needs.<fact>", "sql.when", "route.<index>"; None means
    unknown. A criterion that the agreement leaves out is as if it always passed ("mql.never":
    never blocks).
    """

    lead_id: int
    at: datetime
    fit: float
    interest: float
    intent: float
    priority: float
    grade: str
    truths: Mapping[str, bool | None]


def standing_of(scores: Scores) -> Standing:
    """Scores that were read, and not stored, as what decides about stages reads them."""
    return Standing(
        scores.lead_id, scores.at, scores.fit, scores.interest, scores.intent, scores.priority,
        scores.grade, scores.truths,
    )  # fmt: skip
