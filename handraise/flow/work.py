"""The worker: threads that digest, look at leads, make rounds and run jobs, until told to stop.

Any number of workers may run over one database; each takes what the others have not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import TypeAlias

import structlog
from django.db import connection

from handraise.agreement import queries as agreements
from handraise.capture.digest import digest_once
from handraise.capture.queries import is_flooded
from handraise.feedback.standing.queries import keep_fresh
from handraise.flow import jobs, rounds
from handraise.flow.look import look
from handraise.kit.clock import now
from handraise.nurture import advancing as journeys
from handraise.nurture.entering import sweep
from handraise.post import sending as post
from handraise.responses.judging import judge_due
from handraise.scoring import queries as scoring
from handraise.sends import sending

log = structlog.get_logger()

IDLE = 0.1  # seconds between looks when nothing waits
POST = 0.5  # seconds between looks at what is to leave the house
ROUND = 0.5  # seconds between rounds; most of them only ask for the version in force
FIGURES = 15.0  # seconds between looks whether what reports read has grown old
CALLS = 5000  # taken from the inbox at a time
PATIENCE = timedelta(seconds=10)  # longest time without a look while messages pour in
FLOOD = timedelta(seconds=0.3)  # one that is there is not gone sooner
LONGEST_PAUSE = 2.0  # seconds before the database is tried again


def run(stop: Event) -> None:
    """Work until `stop` is set. Survives restarts of the database; ends what it is at, no more."""
    busy = [("digest", _digest, IDLE), ("look", _looking(), IDLE)]
    alone = [("rounds", _rounds(), ROUND), ("jobs", lambda: _jobs(stop), IDLE)]
    alone += [("journeys", _journeys, POST), ("answers", _answers, POST)]
    alone += [("figures", _figures, FIGURES)]
    # A slow server delays no other.
    leaving = [("mails", _mails, POST), ("hooks", _hooks, POST), ("sends", _sends, POST)]
    _repeat_all([*busy, *alone, *leaving], stop)


def lend_a_hand(stop: Event) -> None:
    """What one more process of a worker does until `stop` is set: digest, and look at leads while
    no messages pour in."""
    _repeat_all([("digest", _digest, IDLE), ("look", _looking(timedelta.max), IDLE)], stop)


def prepare() -> None:
    """Compile the agreement in force, so that the first lead does not wait for it."""
    agreed = agreements.published()
    if agreed is not None:
        scoring.prepare(agreed.document)


_Step: TypeAlias = tuple[str, Callable[[], int], float]


def _repeat_all(steps: list[_Step], stop: Event) -> None:
    threads = [
        Thread(target=repeat, args=(name, step, stop, idle), name=f"handraise-{name}")
        for name, step, idle in steps
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def repeat(name: str, step: Callable[[], int], stop: Event, idle: float) -> None:
    """Do a step again and again: at once while there is work, after `idle` seconds when not.

    A step that fails (mostly because the database is away) is logged and tried again, on a new
    connection, after a pause that grows to two seconds.
    """
    pause = IDLE
    try:
        while not stop.is_set():
            try:
                done = step()
            except Exception as fault:  # whatever it is, the worker goes on
                log.warning("flow.failed", step=name, error=str(fault), kind=type(fault).__name__)
                connection.close()
                stop.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            pause = IDLE
            if not done:
                stop.wait(idle)
    finally:
        connection.close()


def _digest() -> int:
    return digest_once(limit=CALLS, at=now())


def _looking(patience: timedelta = PATIENCE) -> Callable[[], int]:
    mine = Looking(patience)
    return lambda: mine.look(at=now())


class Looking:
    """Looks at due leads; in a flood seldom, so that a lead is looked at once, not once a batch."""

    def __init__(self, patience: timedelta = PATIENCE) -> None:
        self.patience = patience
        self.ask_after: datetime | None = None
        self.looked_at: datetime | None = None

    def look(self, *, at: datetime) -> int:
        """As `look.look`; 0 also while the digest has more than it takes at a time before it."""
        self.looked_at = self.looked_at or at
        if at - self.looked_at < self.patience:
            if self.ask_after is not None and at < self.ask_after:
                return 0
            if is_flooded(above=CALLS):
                self.ask_after = at + FLOOD
                return 0
        self.looked_at = at
        return look(at=at)


def _rounds() -> Callable[[], int]:
    mine = rounds.Rounds()

    def make() -> int:
        mine.make(at=now())
        return 0  # the next slice waits until this one is done: no hurry

    return make


def _mails() -> int:
    return post.send_mails(at=now())


def _journeys() -> int:
    return journeys.advance_due(at=now()) + sweep(at=now())


def _answers() -> int:
    return judge_due(at=now())


def _figures() -> int:
    keep_fresh(at=now())
    return 0


def _hooks() -> int:
    return post.send_hooks(at=now())


def _sends() -> int:
    return sending.send_due(at=now())


def _jobs(stop: Event) -> int:
    jobs.run_jobs(stop)
    return 0
