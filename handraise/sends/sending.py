"""The worker's round: take along what is due, render it, hand it over on several lines, note it.

What is taken along is committed first, and a line of the logbook stands before each text that goes
over a connection: so a worker, a server or a database that is killed loses nothing and sends
nothing twice. What nobody can know, as the server never answered, is named unclear. A round that
fails half-way leaves its logbook; the next one, of whichever worker, brings its load home.
"""

from __future__ import annotations

from datetime import datetime
from threading import Lock

import structlog

from handraise.sends.carrying import Carrying
from handraise.sends.claiming import Claim, any_due, claim
from handraise.sends.logbook import Logbook, boot
from handraise.sends.models import Courier
from handraise.sends.recovering import bring_home
from handraise.sends.ticking import Ticking
from handraise.sends.ways import Ways, close_idle, ways

log = structlog.get_logger()
LIMIT = 500  # sends of one round at most
FEWEST = 50
SECONDS = 5.0  # that a round should take: what the guards decide is not old when it leaves


class _Load:
    """How many sends one round takes along: what the last one would have managed in its time."""

    size = FEWEST

    def learn(self, sends: int, seconds: float, limit: int) -> None:
        if sends >= self.size:
            self.size = min(limit, max(FEWEST, int(sends / max(seconds, 0.01) * SECONDS)))


_load = _Load()
_alone = Lock()  # the lines of a process serve one round at a time


def send_due(*, at: datetime, limit: int = LIMIT) -> int:
    """Send what is due; how many sends were decided on, 0 when none could be: when none of them
    may go, others that may can stand behind them."""
    begun = Ticking(at)
    with _alone:
        bring_home(at=at)
        if not any_due(at=at):
            close_idle()
            return 0
        found = ways()
        if not found.are_any() or not any_due(at=at, by=found):
            return 0
        clock = Ticking(at)
        claimed = _round(found, clock, min(limit, _load.size), begun)
        _load.learn(len(claimed.going), clock.passed(), limit)
        return claimed.asked


def send_by(found: Ways, *, at: datetime, limit: int = LIMIT) -> int:
    """One round by these ways instead of those that the settings name; as `send_due`."""
    with _alone:
        bring_home(at=at)
        clock = Ticking(at)
        return _round(found, clock, limit, clock).asked if any_due(at=at, by=found) else 0


def _round(found: Ways, clock: Ticking, limit: int, begun: Ticking) -> Claim:
    book = Logbook.begin()
    try:
        Courier.objects.create(pk=book.name, boot=boot(), began_at=clock.at, beat_at=clock.at)
        claimed = claim(book.name, found, at=clock.at, limit=limit, clock=begun)
        Carrying(book, found, clock).carry(claimed.going)
    except BaseException:
        book.leave()
        raise
    book.end()
    if claimed.going:
        log.info("sends.carried", sends=len(claimed.going), seconds=round(clock.passed(), 2))
    return claimed


__all__ = ["send_by", "send_due"]
