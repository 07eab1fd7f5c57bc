"""The next quarter begins at midnight where the installation is, whatever the clocks do."""

from __future__ import annotations

from datetime import datetime

import pytest

from handraise.kit.quarters import next_quarter

QUARTERS = [
    ("UTC", "2026-03-04T12:00:00+00:00", "2026-04-01T00:00:00+00:00"),
    ("UTC", "2026-12-31T23:59:59+00:00", "2027-01-01T00:00:00+00:00"),
    ("UTC", "2026-04-01T00:00:00+00:00", "2026-07-01T00:00:00+00:00"),
    # Summer time began on 29 March: two hours before UTC, not one.
    ("Europe/Berlin", "2026-03-04T12:00:00+00:00", "2026-03-31T22:00:00+00:00"),
    # Winter time begins on 25 October: one hour before UTC again.
    ("Europe/Berlin", "2026-10-02T12:00:00+00:00", "2026-12-31T23:00:00+00:00"),
    # Already April in Berlin, still March in London.
    ("Europe/Berlin", "2026-03-31T22:30:00+00:00", "2026-06-30T22:00:00+00:00"),
    ("Europe/London", "2026-03-31T22:30:00+00:00", "2026-03-31T23:00:00+00:00"),
    ("America/Los_Angeles", "2026-11-03T12:00:00+00:00", "2027-01-01T08:00:00+00:00"),
    # In Asunción the clocks leapt over the midnight with which October began.
    ("America/Asuncion", "2023-09-01T12:00:00+00:00", "2023-10-01T04:00:00+00:00"),
]


@pytest.mark.parametrize(("zone", "at", "begins"), QUARTERS)
def test_it_begins_at_midnight_there(zone: str, at: str, begins: str) -> None:
    assert next_quarter(datetime.fromisoformat(at), zone) == datetime.fromisoformat(begins)
