"""One lead's scores at an instant, with what each signal contributed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Scores:
    """The same quantities, by the same names, as a stored Score.

    The lists have one place for each signal in `Document.signals`: points (None: unknown), how
    many activities matched, when the newest of them occurred.
    """

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
