"""Reads: as of when the figures hold, and the care that they are fresh enough."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from handraise.feedback.standing.looks import is_one_look, looking
from handraise.feedback.standing.models import Freshness
from handraise.feedback.standing.refreshing import refresh

QUICK = 0.25  # seconds: what takes less is made anew at each look
EVERY = timedelta(minutes=10)  # the worker makes what takes longer
LATE = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class AsOf:
    """The instant as of which every figure of a page holds, and whether that is long ago."""

    at: datetime
    is_late: bool


def fresh(*, at: datetime) -> AsOf:
    """The instant that pages and files name beside their figures.

    Where making the standings anew is quick, or they never were made, they are made now; else the
    worker makes them every ten minutes, and what is shown says as of when it holds.
    """
    if is_one_look():
        return held(at=at)
    known = Freshness.objects.filter(pk=1).first()
    if (known is None or known.seconds < QUICK) and refresh(at=at):
        return AsOf(at, False)
    return held(at=at)


@contextmanager
def one_look(*, at: datetime) -> Iterator[None]:
    """Make the standings anew at most once for all the tables that are read inside, and read what
    they share once: what shows many is one look at them, and costs no more than that."""
    fresh(at=at)
    with looking():
        yield


def held(*, at: datetime) -> AsOf:
    """As of when the standings hold, as they are."""
    known = Freshness.objects.filter(pk=1).first()
    return AsOf(known.as_of, at - known.as_of > LATE) if known else AsOf(at, True)


def keep_fresh(*, at: datetime) -> bool:
    """What the worker does from time to time: make them anew where pages do not, and ten minutes
    have passed. Of several workers one."""
    known = Freshness.objects.filter(pk=1).first()
    if known is not None and (known.seconds < QUICK or at - known.as_of < EVERY):
        return False
    return refresh(at=at, older_than=at - EVERY)
