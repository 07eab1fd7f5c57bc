"""What one step does with one lead at one instant, in plain Python.

The engine (`advancing.py`) and the walk of one lead (`walking.py`) both go by this: it says whether
a lead stays, goes on and by which way, or leaves. What a step needs to know of the lead comes as
`Seen`; what it makes happen (a send, a task) is done by the caller when it goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from typing import TypeAlias
from zoneinfo import ZoneInfo

from handraise.kit import working_time
from handraise.kit.working_time import Calendar, NoWorkingTime
from handraise.nurture.compiling import Node
from handraise.nurture.decide import Ending, Way
from handraise.nurture.document import Happening, OnFact, Share, WaitStep
from handraise.nurture.reading import OTHERWISE

MORNING = "09:00"  # of a date for which no time of day is given
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a step needs to know of one lead. `seed` draws its ways through splits; `zone` is where
    it lives; `day` holds the awaited fact; `calendar` the awaited working time; `truths` has one
    place for each arm of a branch with a condition."""

    seed: str = ""
    zone: str = "UTC"
    day: str | None = None
    calendar: Calendar | None = None
    truths: tuple[bool | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Stays:
    """Until that instant (None: for ever), or until `awaits`, the event, happens."""

    until: datetime | None
    awaits: str = ""


@dataclass(frozen=True, slots=True)
class Goes:
    way: str


@dataclass(frozen=True, slots=True)
class Leaves:
    ending: Ending
    way: str
    why: str


Outcome: TypeAlias = "Stays | Goes | Leaves"


def arrive(node: Node, seen: Seen, *, at: datetime) -> Outcome:
    """What becomes of a lead that comes to a step. A deed goes on at once."""
    step = node.step
    if step is None:
        return Goes(Way.NEXT)
    if step.wait is not None:
        return _wait(step.wait, seen, at)
    if step.branch:
        return Goes(_arm(node, seen))
    if step.split:
        return _share(step.split, node.id, seen)
    if step.leave is not None:
        return Leaves(Ending.LEFT, Ending.LEFT, "The journey let them go here.")
    return Goes(Way.NEXT)


def resume(node: Node, seen: Seen, *, at: datetime, awaits: str) -> Outcome:
    """What becomes of a lead at whose step time is up. `awaits` is empty where the event that was
    waited for has happened. A date is looked at again: it may have been moved meanwhile."""
    wait = node.step.wait if node.step is not None else None
    if wait is None:
        return arrive(node, seen, at=at)
    if isinstance(wait.until, Happening):
        return Goes(Way.PASSED if awaits else Way.HAPPENED)
    if isinstance(wait.until, OnFact):
        return _wait(wait, seen, at)
    return Goes(Way.NEXT)


def _wait(wait: WaitStep, seen: Seen, at: datetime) -> Outcome:
    if isinstance(wait.until, Happening):
        return Stays(None if wait.at_most is None else at + wait.at_most, wait.until.event)
    if isinstance(wait.until, OnFact):
        until = _on_date(wait, seen)
    elif wait.length is not None:
        until = at + wait.length
        if wait.at is not None:
            until = next_clock(until, wait.at, seen.zone)
    else:
        until = _working(seen, at)
    return Goes(Way.NEXT) if until is None or until <= at else Stays(until)


def _on_date(wait: WaitStep, seen: Seen) -> datetime | None:
    day = day_of(seen.day, seen.zone)
    if day is None:
        return None
    try:
        moved = day - (wait.minus or timedelta(0)) + (wait.plus or timedelta(0))
        return clock_on(moved, wait.at or MORNING, seen.zone)
    except (OverflowError, ValueError):  # before the year 1 or after 9999
        return None


def _working(seen: Seen, at: datetime) -> datetime:
    assert seen.calendar is not None
    try:
        return working_time.add(at, timedelta(0), **seen.calendar)
    except NoWorkingTime:  # nobody ever works: then nothing is waited for
        return at


def _arm(node: Node, seen: Seen) -> str:
    assert node.step is not None
    truths = iter(seen.truths)
    for arm in node.step.branch:
        if arm.when is None or next(truths) is True:
            return arm.name
    return OTHERWISE


def _share(shares: tuple[Share, ...], place: str, seen: Seen) -> Outcome:
    drawn = draw(f"{seen.seed}/{place}") * sum(share.share for share in shares)
    reached = 0.0
    chosen = shares[-1]
    for share in shares:
        reached += share.share
        if drawn < reached:
            chosen = share
            break
    if chosen.holdout:
        return Leaves(Ending.HELD_OUT, chosen.name, "Held out, to measure the journey against.")
    return Goes(chosen.name)


def draw(seed: str) -> float:
    """A number from 0 to below 1 that this seed always gives."""
    return int.from_bytes(blake2b(seed.encode(), digest_size=8).digest()) / 2**64


def day_of(value: str | None, zone: str) -> date | None:
    """The day that the value of a fact names: a date, or an instant as that zone sees it."""
    text = (value or "").strip()
    try:
        if len(text) <= len("2027-03-01"):
            return date.fromisoformat(text)
        told = datetime.fromisoformat(text)
        return told.date() if told.tzinfo is None else told.astimezone(ZoneInfo(zone)).date()
    except (ValueError, OverflowError):
        return None


def clock_on(day: date, clock: str, zone: str) -> datetime:
    """When a wall clock in that zone shows this time on this day (UTC); of two such instants the
    first, and where the clock skips the time, as much later as it skips."""
    wall = datetime.combine(day, time.fromisoformat(clock), ZoneInfo(zone))
    return wall.astimezone(UTC)


def next_clock(at: datetime, clock: str, zone: str) -> datetime:
    """The first instant from `at` on at which a wall clock in that zone shows this time."""
    day = at.astimezone(ZoneInfo(zone)).date()
    found = clock_on(day, clock, zone)
    return found if found >= at else clock_on(day + _DAY, clock, zone)


__all__ = [
    "Goes", "Leaves", "Outcome", "Seen", "Stays", "arrive", "clock_on", "day_of", "draw",
    "next_clock", "resume",
]  # fmt: skip
