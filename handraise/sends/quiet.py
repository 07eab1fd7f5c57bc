"""Quiet time: when nobody is written to, by the clock on the wall where the lead is.

A time is quiet when that clock shows a quiet time, and for no other reason: of an hour that is
skipped in spring nothing is shown, and one that comes twice in autumn is quiet both times.

Hours are spans by weekday as in `kit.working_time`, 0 for Monday; one that runs past midnight
belongs to the day it begins on. Dates are `2026-12-24`, `12-24` for every year, or two of the same
form with `..` between them; the 29th of February is quiet in the years that have one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

LONGEST = timedelta(days=21)  # of quiet time on end that a send waits for
MOST_DATES = 60  # lines of quiet dates
_DAY = 1440  # minutes
_LEAP = 2024  # a year that has every day
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_DATE = re.compile(r"(?:(\d{4})-)?(\d{2})-(\d{2})")

Span = tuple[int, int]  # minutes after midnight, within one day
Hours = Mapping[str, Sequence[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Quiet:
    """The quiet spans of each weekday, and the dates that are quiet as a whole."""

    week: tuple[tuple[Span, ...], ...] = ((),) * 7
    dates: frozenset[date] = frozenset()
    every_year: frozenset[tuple[int, int]] = frozenset()  # month and day

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """The quiet spans of this day, in order, none touching another."""
        return ((0, _DAY),) if self.is_quiet_date(day) else self.week[day.weekday()]

    def is_quiet_date(self, day: date) -> bool:
        return day in self.dates or (day.month, day.day) in self.every_year

    def is_quiet(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether the clock on the wall there shows a quiet time."""
        return self._end(at.astimezone(zone)) is not None

    def open_from(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """The first instant from `at` on that is not quiet there, in UTC; `at` itself when it is
        not. None when that is more than LONGEST away."""
        reached, last = at.astimezone(UTC), at + LONGEST
        while reached <= last:
            local = reached.astimezone(zone)
            end = self._end(local)
            if end is None:
                return reached
            shown = local.replace(tzinfo=None)
            later = reached + (datetime.combine(shown.date(), time()) - shown) + end
            reached = _change(reached, later, zone) or later
        return None

    def _end(self, local: datetime) -> timedelta | None:
        """How long after midnight the quiet span ends that this clock stands in."""
        minute = local.hour * 60 + local.minute
        for begins, ends in self.spans_on(local.date()):
            if begins <= minute < ends:
                return timedelta(minutes=ends)
        return None

    def longest_run(self, first: date) -> tuple[date, int]:
        """Where the most days on end lie that are quiet as a whole, within two years, and how
        many there are."""
        best, begins, run = (first, 0), first, 0
        for offset in range(2 * 366 + LONGEST.days):
            day = first + timedelta(days=offset)
            begins, run = (begins, run + 1) if run else (day, 1)
            if self.spans_on(day) != ((0, _DAY),):
                run = 0
            best = max(best, (begins, run), key=lambda one: one[1])
        return best


def _change(low: datetime, high: datetime, zone: ZoneInfo) -> datetime | None:
    """The second between the two at which the clocks are changed there, if they are."""
    before = low.astimezone(zone).utcoffset()
    if high.astimezone(zone).utcoffset() == before:
        return None
    low = low.replace(microsecond=0)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def quiet(hours: Hours, dates: Iterable[str] = ()) -> Quiet:
    """Quiet time from its words. Raises ValueError with a sentence."""
    week: list[list[Span]] = [[] for _ in range(7)]
    for day in range(7):
        for raw in hours.get(str(day), ()):
            begins, ends = _span(raw)
            week[day].append((begins, min(ends, _DAY)))
            if ends > _DAY:
                week[(day + 1) % 7].append((0, ends - _DAY))
    once: set[date] = set()
    yearly: set[tuple[int, int]] = set()
    for line in dates:
        _add_dates(line, once, yearly)
    return Quiet(tuple(_joined(spans) for spans in week), frozenset(once), frozenset(yearly))


def _span(raw: Sequence[str]) -> Span:
    if isinstance(raw, str) or len(raw) != 2:
        raise ValueError(f"{raw!r} is not a span of hours such as 20:00-08:00.")
    begins, ends = _minutes(raw[0]), _DAY if raw[1] == "24:00" else _minutes(raw[1])
    return (begins, ends if ends > begins else ends + _DAY)


def _minutes(text: str) -> int:
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a time of day such as 20:00.")
    return int(found[1]) * 60 + int(found[2])


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for begins, ends in sorted(spans):
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
        else:
            joined.append((begins, ends))
    return tuple(joined)


def _add_dates(line: str, once: set[date], yearly: set[tuple[int, int]]) -> None:
    first, _, last = (part.strip() for part in line.partition(".."))
    (from_year, begins), (to_year, ends) = _date(first), _date(last or first)
    if from_year != to_year:
        raise ValueError(f"Write both dates of {line!r} with the year, or both without.")
    if not from_year:
        whole = (
            [_days(begins, ends)]
            if begins <= ends
            else [_days(begins, date(_LEAP, 12, 31)), _days(date(_LEAP, 1, 1), ends)]
        )
        yearly.update((day.month, day.day) for days in whole for day in days)
    elif ends < begins:
        raise ValueError(f"{line!r} ends before it begins.")
    elif (ends - begins).days > 366:
        raise ValueError(f"{line!r} is longer than a year.")
    else:
        once.update(_days(begins, ends))


def _date(text: str) -> tuple[bool, date]:
    """Whether the year was written, and the day; without its year, in a leap year."""
    found = _DATE.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        return found[1] is not None, date(int(found[1] or _LEAP), int(found[2]), int(found[3]))
    except ValueError:
        sentence = f"{text[:40]!r} is not a date such as 2026-12-24, or 12-24 for every year."
        raise ValueError(sentence) from None


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)


DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def told(quiet: Quiet) -> list[str]:
    """The quiet spans of the week in words, days alike said together."""
    by_spans: dict[tuple[Span, ...], list[int]] = {}
    for day, spans in enumerate(_begun_here(quiet.week)):
        if spans:
            by_spans.setdefault(spans, []).append(day)
    return [f"{_spans_told(spans)} {_days_told(days)}" for spans, days in by_spans.items()]


def _begun_here(week: Sequence[Sequence[Span]]) -> list[tuple[Span, ...]]:
    """The spans of each day, one that goes on after midnight said on the day it begins."""
    made: list[tuple[Span, ...]] = []
    for day in range(7):
        before, here, after = (week[(day + step) % 7] for step in (-1, 0, 1))
        evening = any(begins > 0 and ends == _DAY for begins, ends in before)
        morning = after[0][1] if after and after[0][0] == 0 and after[0][1] < _DAY else _DAY
        made.append(
            tuple(
                (begins, morning if begins > 0 and ends == _DAY else ends)
                for begins, ends in here
                if not (evening and begins == 0 and ends < _DAY)
            )
        )
    return made


def _spans_told(spans: Sequence[Span]) -> str:
    if spans == ((0, _DAY),):
        return "all day"
    return " and ".join(f"between {_clock(begins)} and {_clock(ends)}" for begins, ends in spans)


def _clock(minute: int) -> str:
    return "midnight" if minute in (0, _DAY) else f"{minute // 60:02}:{minute % 60:02}"


def _days_told(days: Sequence[int]) -> str:
    if len(days) == 7:
        return "on any day"
    is_row = len(days) > 2 and all(later - day == 1 for day, later in pairwise(days))
    if is_row:
        return f"from {DAYS[days[0]]} to {DAYS[days[-1]]}"
    return "on " + " and ".join(f"{DAYS[day]}s" for day in days)


__all__ = ["DAYS", "LONGEST", "MOST_DATES", "Hours", "Quiet", "quiet", "told"]
