"""Bringing home the load of couriers that were killed."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from handraise.sends.decide import LOST_AFTER, State
from handraise.sends.logbook import Logbook, books_here, boot, left_books
from handraise.sends.models import Courier, Send
from handraise.sends.noting import Ended, ended, note, unsent

log = structlog.get_logger()
KILLED = "the worker was stopped while at it."
LOST = "the machine of the worker was lost while at it."


def bring_home(*, at: datetime) -> int:
    """Note what dead couriers left; how many sends. What their books say was answered is noted,
    what was handed over without an answer is unclear, and the rest waits again."""
    found = 0
    for book in left_books():
        try:
            found += _of_book(book, at=at)
        except BaseException:
            book.leave()
            raise
        book.end()
    return found + _lost(at=at)


@transaction.atomic
def _of_book(book: Logbook, *, at: datetime) -> int:
    # Held first: its last claim may be under way still, though who asked for it is dead.
    courier = Courier.objects.select_for_update().filter(pk=book.name).first()
    if courier is None:  # killed before it took anything along
        return 0
    told = book.told()
    many = []
    for send in _load(courier):
        if send.pk in told.answers:
            many.append(ended(send, told.answers[send.pk]))
        elif send.pk in told.open:
            many.append(_unclear(send, KILLED, at=at))
        elif courier.boot != boot():
            many.append(_unclear(send, LOST, at=at))
        else:
            many.append(unsent(send, at=at))
    note(courier.pk, many, at=at, is_over=True)
    log.info("sends.brought_home", courier=str(courier.pk), sends=len(many))
    return len(many)


def _lost(*, at: datetime) -> int:
    """What couriers had along that are not heard of any more, and whose books are not here."""
    count = 0
    silent = Courier.objects.filter(over_at=None, beat_at__lte=at - LOST_AFTER)
    for courier in silent.exclude(pk__in=books_here()):
        many = [_unclear(send, LOST, at=at) for send in _load(courier)]
        note(courier.pk, many, at=at, is_over=True)
        count += len(many)
    return count


def _load(courier: Courier) -> list[Send]:
    about = ("lead", "version__message")
    mine = Send.objects.select_related(*about).filter(courier=courier, state=State.SENDING)
    return list(mine.order_by("pk"))


def _unclear(send: Send, why: str, *, at: datetime) -> Ended:
    return Ended(send, State.UNCLEAR, at=at, why=why)


__all__ = ["bring_home"]
