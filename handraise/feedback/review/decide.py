"""When a review is made by itself, and what became of a finding. Plain Python."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

PERIOD = timedelta(days=365)  # that a review by itself looks at
SETTLED = timedelta(days=28)  # a version in force for less is not reviewed by itself
LONGEST_WHY = 500


class Deed(StrEnum):
    """What somebody did about a finding."""

    TAKEN = "taken"
    DISMISSED = "dismissed"


def month_of(at: datetime) -> date:
    """The first day of the month of an instant (in its own zone)."""
    return at.date().replace(day=1)


def is_settled(published_at: datetime, *, at: datetime) -> bool:
    """Whether a version has been in force long enough for a review by itself."""
    return at - published_at >= SETTLED
