"""How long there is for the first touch of leads that somebody took."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from handraise.desk.queue import Clock, clock_at
from handraise.handover.touching import accepted
from handraise.leads.models import Lead


def touch_clocks(leads: Collection[Lead], *, at: datetime) -> dict[int, Clock]:
    """By lead, the clock of a first touch that is still to come, in its owner's working time."""
    found = accepted([lead.pk for lead in leads])
    clocks = {}
    for lead in leads:
        one = found.get(lead.pk)
        if one is not None and one.due_at is not None and lead.owner is not None:
            clocks[lead.pk] = clock_at(at, one.at, one.due_at, lead.owner.calendar(at))
    return clocks


__all__ = ["touch_clocks"]
