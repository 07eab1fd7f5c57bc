"""The clocks of offers that are made at one instant."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from handraise.handover.decide import due_at
from handraise.handover.pausing import first_warning
from handraise.team.models import User


@dataclass(frozen=True, slots=True)
class Clocks:
    """When offers made `at` are due, and when the last quarter of their time begins. Worked out
    once a person, however many leads they are offered at that instant."""

    at: datetime
    within: str
    known: dict[int, tuple[datetime, datetime]] = field(default_factory=dict)

    def of(self, person: User) -> tuple[datetime, datetime]:
        if person.pk not in self.known:
            calendar = person.calendar(self.at)
            self.known[person.pk] = (
                due_at(self.at, self.within, calendar),
                first_warning(self.at, self.within, calendar),
            )
        return self.known[person.pk]


__all__ = ["Clocks"]
