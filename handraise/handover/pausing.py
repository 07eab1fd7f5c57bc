"""How a clock that stands still goes on, and when it comes to its last quarter.

Everything is counted in the working time of the person asked, so that whatever the questions, the
time that runs for them is the time that was agreed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from handraise.kit import working_time
from handraise.kit.working_time import Calendar, NoWorkingTime

MOST_PAUSES = 3  # questions a handover that stop its clock; the next ones leave it running
WARNS_AT = 0.25  # of the time agreed is left


def left_of(at: datetime, due_at: datetime, calendar: Calendar) -> timedelta:
    """The working time between an instant and when the clock is due."""
    try:
        working_time.add(at, working_time.WORKING_DAY, **calendar)
    except NoWorkingTime:
        return max(due_at - at, timedelta(0))
    return working_time.between(at, due_at, **calendar)


def after(since: datetime, amount: timedelta, calendar: Calendar) -> datetime:
    """When this much working time has passed; round the clock where there is too little of it."""
    try:
        return working_time.add(since, amount, **calendar)
    except NoWorkingTime:
        return working_time.add(since, amount, hours={}, zone=calendar["zone"])


def warn_at(since: datetime, left: timedelta, allowed: timedelta, calendar: Calendar) -> datetime:
    """When a clock that goes on at `since` with `left` comes to its last quarter."""
    until_then = left - allowed * WARNS_AT
    return after(since, until_then, calendar) if until_then > timedelta(0) else since


def first_warning(since: datetime, within: str, calendar: Calendar) -> datetime:
    """When a clock that begins comes to its last quarter."""
    allowed = working_time.parse(within)
    return warn_at(since, allowed, allowed, calendar)


__all__ = ["MOST_PAUSES", "after", "first_warning", "left_of", "warn_at"]
