"""Working time: how long people have, counted only while they are at work.

Hours are given by weekday, `{"0": [["09:00", "12:00"], ["13:00", "17:00"]], …}`, 0 for Monday,
in the local time of a zone. A span that ends at or before its start runs past midnight; "24:00"
ends a day. A span belongs to the day it begins on, also when that day is a holiday. No span on any
day means that nobody has said when they work: the clock then runs round the clock.

Spans are turned into instants before anything is counted, so a night on which the clocks change
has the hours that really pass in it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TypedDict
from zoneinfo import ZoneInfo

from handraise.kit import durations

Hours = Mapping[str, Sequence[Sequence[str]]]
Span = tuple[int, int]  # minutes after local midnight; the end may lie on the next day


class Calendar(TypedDict):
    """When somebody works: what `add`, `between` and `is_working` go by."""

    hours: Hours
    zone: str
    holidays: Collection[date]


WORKING_DAY = timedelta(hours=8)
FARTHEST = 3660  # days looked through before giving up: ten years

_FORM = re.compile(r"^\s*(\d+(?:\.\d+)?)\s+working\s+(minute|hour|day)s?\s*$", re.IGNORECASE)
_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": WORKING_DAY}
_TIME = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)$")


class NoWorkingTime(ValueError):
    """These hours and holidays hold too little working time within ten years."""


def parse(text: str) -> timedelta:
    """Working time from its words: `4 working hours`, `2 working days` (8 hours each).

    Plain lengths (`90 minutes`, `4 hours`) are working time too, and a plain day also has 8 hours,
    because this clock never runs outside working hours. Raises ValueError with a sentence.
    """
    found = _FORM.match(text)
    if found is None:
        length = durations.parse(text)
        return length if length < timedelta(days=1) else length / timedelta(days=1) * WORKING_DAY
    length = float(found[1]) * _UNITS[found[2].lower()]
    if length <= timedelta(0):
        raise ValueError(f"{text!r} must be longer than nothing.")
    return length


def add(
    start: datetime,
    amount: timedelta,
    *,
    hours: Hours,
    zone: str,
    holidays: Collection[date] = (),
) -> datetime:
    """The first instant (UTC) by which `amount` of working time has passed since `start`.

    Raises NoWorkingTime when that is more than ten years away, ValueError for unreadable hours.
    """
    week = _week(hours)
    if not any(week):
        return start.astimezone(UTC) + amount
    left = amount
    for begins, ends in _spans(start, week, ZoneInfo(zone), holidays):
        if ends - begins >= left:
            return begins + left
        left -= ends - begins
    raise NoWorkingTime("There is too little working time in the next ten years.")


def between(
    start: datetime,
    end: datetime,
    *,
    hours: Hours,
    zone: str,
    holidays: Collection[date] = (),
) -> timedelta:
    """How much working time lies between two instants; nothing if `end` is not after `start`."""
    found = spans(start, end, hours=hours, zone=zone, holidays=holidays)
    return sum((ends - begins for begins, ends in found), timedelta(0))


def spans(
    start: datetime,
    end: datetime,
    *,
    hours: Hours,
    zone: str,
    holidays: Collection[date] = (),
) -> Iterator[tuple[datetime, datetime]]:
    """The working time between two instants, as (first instant, end) of each span, in order."""
    if end <= start:
        return
    week = _week(hours)
    if not any(week):
        yield start, end
        return
    for begins, ends in _spans(start, week, ZoneInfo(zone), holidays):
        if begins >= end:
            return
        yield begins, min(ends, end)


def is_working(at: datetime, *, hours: Hours, zone: str, holidays: Collection[date] = ()) -> bool:
    """Whether somebody with these hours is at work at this instant."""
    moment = timedelta(microseconds=1)
    return between(at, at + moment, hours=hours, zone=zone, holidays=holidays) == moment


def _week(hours: Hours) -> list[list[Span]]:
    """Spans of Monday to Sunday, in order, those that overlap joined."""
    return [_joined([_span(raw) for raw in hours.get(str(day), ())]) for day in range(7)]


def _span(raw: Sequence[str]) -> Span:
    if isinstance(raw, str) or len(raw) != 2:
        raise ValueError(f"{raw!r} is not a span of hours such as ['09:00', '17:00'].")
    begins, ends = _minutes(raw[0]), 1440 if raw[1] == "24:00" else _minutes(raw[1])
    return (begins, ends if ends > begins else ends + 1440)


def _minutes(text: str) -> int:
    found = _TIME.match(text)
    if found is None:
        raise ValueError(f"{text!r} is not a time of day such as '09:00'.")
    return int(found[1]) * 60 + int(found[2])


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for begins, ends in sorted(spans):
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
        else:
            joined.append((begins, ends))
    return joined


def _spans(
    start: datetime, week: list[list[Span]], zone: ZoneInfo, holidays: Collection[date]
) -> Iterator[tuple[datetime, datetime]]:
    """Spans of working time from `start` on as instants, in order, none overlapping another."""
    reached = start.astimezone(UTC)
    first = start.astimezone(zone).date() - timedelta(days=1)  # its night shift may still run
    for offset in range(FARTHEST):
        day = first + timedelta(days=offset)
        if day in holidays:
            continue
        for begins, ends in week[day.weekday()]:
            opened = max(_instant(day, begins, zone, late=False), reached)
            closed = _instant(day, ends, zone, late=True)
            if closed > opened:
                yield opened, closed
                reached = closed


@lru_cache(maxsize=4096)
def _instant(day: date, minutes: int, zone: ZoneInfo, *, late: bool) -> datetime:
    """The instant at which the wall clock shows this time; of two such, the first unless `late`.

    A time that the wall clock skips gives the instant at which it jumps.
    """
    day, minutes = day + timedelta(days=minutes // 1440), minutes % 1440
    wall = datetime.combine(day, time(minutes // 60, minutes % 60))
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return second if late else first
    return _jump(second, first, zone)


def _jump(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The instant between the two at which the zone's offset changes, to the second."""
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low).total_seconds() // 2)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high
