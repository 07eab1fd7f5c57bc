"""Look at the leads that are due: claim a batch, advance it, find the one that spoils it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import transaction

from handraise.agreement import queries as agreements
from handraise.flow.advance import advance
from handraise.kit.garbage import uncollected
from handraise.leads import attention, cards
from handraise.leads.outage import is_outage

log = structlog.get_logger()
BATCH = 2000


def look(*, at: datetime, limit: int = BATCH) -> int:
    """Advance up to `limit` leads that are due, in one transaction; the number of leads (0: none).

    If the process dies nothing has happened and the leads are still due. Raises what the database
    raises when it is away, or when another transaction was preferred: try again.
    """
    if _nothing_can_be_read():
        return _refresh_cards(at, limit)
    with uncollected(), transaction.atomic():
        due = attention.claim(at=at, limit=limit)
        if due.stale:
            attention.lock(sorted({*due.leads, *due.stale}))
            cards.refresh_cards(due.stale)
        if due.leads:
            advance_each(due.leads, at=at)
    return len({*due.leads, *due.stale})


def _refresh_cards(at: datetime, limit: int) -> int:
    """What people are called is shown and found also while nobody can be looked at."""
    with transaction.atomic():
        stale = attention.claim_cards(at=at, limit=limit)
        attention.lock(stale)
        cards.refresh_cards(stale)
    return len(stale)


def _nothing_can_be_read() -> bool:
    """Whether this release cannot read the agreement in force: then the due wait until it can,
    since a look that decides nothing would use up what woke them."""
    if agreements.published() is not None:
        return False
    found = agreements.unreadable()
    if found is not None:
        log.error("flow.agreement_unreadable", version=found.number, fault=str(found.faults[0]))
    return found is not None


def advance_each(leads: Sequence[int], *, at: datetime) -> None:
    """Advance them together; if that fails, by halves, until the one at fault is found and parked.

    A lead that cannot be advanced must not keep the others from moving, nor be tried for ever.
    """
    try:
        with transaction.atomic():
            advance(leads, at=at)
    except Exception as fault:
        if is_outage(fault):
            raise  # not a lead's fault: the database went away, or a lock was lost
        if len(leads) > 1:
            middle = len(leads) // 2
            advance_each(leads[:middle], at=at)
            advance_each(leads[middle:], at=at)
            return
        log.exception("flow.parked", lead=leads[0])
        attention.park(leads[0], error=_sentence(fault), at=at)


def _sentence(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:2000]
