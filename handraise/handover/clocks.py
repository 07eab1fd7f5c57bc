"""The clocks of offers that are made at one instant."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from handraise.agreement.document import Document
from handraise.handover.decide import Kind, due_at
from handraise.handover.pausing import first_warning
from handraise.team.models import Team, User


def within_of(document: Document, kind: Kind) -> str:
    """How long there is to answer an offer of this kind."""
    return (document.sal if kind is Kind.FIRST else document.sql).accept_within


@dataclass(frozen=True, slots=True)
class Clocks:
    """When offers made `at` are due, and when the last quarter of their time begins. Worked out
    once a person (or team), however many leads they are offered at that instant."""

    at: datetime
    within: str
    known: dict[tuple[type, int], tuple[datetime, datetime]] = field(default_factory=dict)

    def of(self, whose: User | Team) -> tuple[datetime, datetime]:
        key = (type(whose), whose.pk)
        if key not in self.known:
            calendar = whose.calendar(self.at)
            self.known[key] = (
                due_at(self.at, self.within, calendar),
                first_warning(self.at, self.within, calendar),
            )
        return self.known[key]


__all__ = ["Clocks", "within_of"]
