"""Quarters of the calendar year, where a zone says what the date is."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def next_quarter(at: datetime, zone: str) -> datetime:
    """The instant at which the quarter after that of `at` begins in `zone`, in UTC.

    A midnight that the clocks leap over is the instant of the leap.
    """
    place = ZoneInfo(zone)
    today = at.astimezone(place)
    month = 3 * ((today.month - 1) // 3) + 4
    year, month = (today.year + 1, 1) if month > 12 else (today.year, month)
    return datetime(year, month, 1, tzinfo=place).astimezone(UTC)
