"""Look at the leads that are due: claim a batch, advance it, find the one that spoils it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
CARDS = 5000
PORTIONS = 4  # of cards, before somebody is looked at


def look(*, at: datetime, limit: int = BATCH) -> int:
    """Advance up to `limit` leads that are due, in one transaction; the number of leads (0: none).

    If the process dies nothing has happened and the leads are still due. Raises what the database
    raises when it is away, or when another transaction was preferred: try again.
    """
    with uncollected():
        made = make_cards(at=at)
        if _nothing_can_be_read():
            return made
        with transaction.atomic():
            due = attention.claim(at=at, limit=limit)
            if due.stale:  # told since
                attention.lock(sorted({*due.leads, *due.stale}))
                _by_halves(cards.refresh_cards, due.stale, at=at)
            if due.leads:
                _by_halves(lambda some: advance(some, at=at), due.leads, at=at)
    return made + len({*due.leads, *due.stale})


def make_cards(*, at: datetime) -> int:
    """Make the cards that are due, if not very many; how many.

    Before anybody is looked at, as briefs name colleagues; also of those whom nobody can look at.
    """
    count = 0
    for _ in range(PORTIONS):
        with transaction.atomic():
            stale = attention.claim_cards(at=at, limit=CARDS)
            attention.lock(stale)
            _by_halves(cards.refresh_cards, stale, at=at)
        count += len(stale)
        if not stale:
            break
    return count


def _nothing_can_be_read() -> bool:
    """Whether this release cannot read the agreement in force: then the due wait until it can,
    since a look that decides nothing would use up what woke them."""
    if agreements.published() is not None:
        return False
    found = agreements.unreadable()
    if found is not None:
        log.error("flow.agreement_unreadable", version=found.number, fault=str(found.faults[0]))
    return found is not None


def _by_halves(
    deed: Callable[[Sequence[int]], None], leads: Sequence[int], *, at: datetime
) -> None:
    """Do it for all together; if that fails, by halves, until the one at fault is found and parked.

    A lead at fault must not keep the others from moving, nor be tried for ever.
    """
    try:
        with transaction.atomic():
            deed(leads)
    except Exception as fault:
        if is_outage(fault):
            raise  # not a lead's fault: the database went away, or a lock was lost
        if len(leads) > 1:
            middle = len(leads) // 2
            _by_halves(deed, leads[:middle], at=at)
            _by_halves(deed, leads[middle:], at=at)
            return
        log.exception("flow.parked", lead=leads[0])
        attention.park(leads[0], error=_sentence(fault), at=at)


def _sentence(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:2000]
