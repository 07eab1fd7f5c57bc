"""How people would answer, and what loads mean, in plain Python: no clock, no database, no chance.

Where history does not say what somebody would have done, a number drawn from the names of lead and
person stands for chance: the same rehearsal always comes to the same end.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import blake2b
from itertools import accumulate, groupby
from zoneinfo import ZoneInfo

ENOUGH_ANSWERS = 5  # of one person, before their own times tell more than everybody's
STARVES_BELOW = 0.5  # of the fair share
FAIR_ENOUGH = 4.0  # leads that would have been theirs, before a share is spoken of
FLOODED_ABOVE = 0.2  # of the working time
NEVER = timedelta.max  # an offer that ran out unanswered

Spans = Sequence[tuple[datetime, datetime]]


def drawn(*names: object) -> float:
    """A number from 0 up to 1 that follows from the names alone."""
    told = blake2b("/".join(map(str, names)).encode(), digest_size=8).digest()
    return int.from_bytes(told, "big") / 2**64


def at_quantile(values: Sequence[timedelta], part: float) -> timedelta:
    """Of sorted values the one below which this part of them lies."""
    return values[min(int(part * len(values)), len(values) - 1)]


@dataclass(frozen=True, slots=True)
class Habits:
    """How long people took to answer, in their own working time; NEVER where they did not.

    `accepted`: the share of answered offers that were accepted; `stays`: how long accepted leads
    stayed in hand; both by what history knows. `usual`: where it knows of no answer at all.
    """

    own: Mapping[int, Sequence[timedelta]]
    everybody: Sequence[timedelta]
    usual: timedelta
    accepted: float = 1.0
    stays: Sequence[timedelta] = ()

    def took(self, lead: str, person: int) -> timedelta:
        """How long this person takes for this lead: a value of their own past."""
        own = self.own.get(person, ())
        known = own if len(own) >= ENOUGH_ANSWERS else self.everybody
        return at_quantile(known, drawn("answer", lead, person)) if known else self.usual

    def accepts(self, lead: str) -> bool:
        return drawn("verdict", lead) < self.accepted

    @property
    def stay(self) -> timedelta:
        """How long an accepted lead stays in hand of which history does not say it."""
        return at_quantile(self.stays, 0.5) if self.stays else NEVER


class Hours:
    """The working time of one person in a period, ready to be asked many times."""

    def __init__(self, spans: Spans) -> None:
        self._begins = [begins for begins, _ in spans]
        self._ends = [ends for _, ends in spans]
        lengths = (ends - begins for begins, ends in spans)
        self._before = list(accumulate(lengths, initial=timedelta(0)))

    @property
    def total(self) -> timedelta:
        return self._before[-1]

    def is_working(self, at: datetime) -> bool:
        place = bisect_right(self._begins, at) - 1
        return place >= 0 and at < self._ends[place]

    def between(self, start: datetime, end: datetime) -> timedelta:
        return max(self._until(end) - self._until(start), timedelta(0))

    def days(self, zone: ZoneInfo) -> list[date]:
        """The days on which working time begins, where the person is; of who works round the
        clock, all of them."""
        found: set[date] = set()
        for begins, ends in zip(self._begins, self._ends, strict=True):
            day = begins.astimezone(zone).date()
            whole = (ends - begins) // timedelta(days=1)
            found.update(day + timedelta(days=more) for more in range(max(whole, 1)))
        return sorted(found)

    def _until(self, at: datetime) -> timedelta:
        place = bisect_right(self._begins, at) - 1
        if place < 0:
            return timedelta(0)
        return self._before[place] + min(at, self._ends[place]) - self._begins[place]


Load = Sequence[tuple[datetime, int]]  # how many are in hand from each instant on


def time_full(load: Load, capacity: int | None, hours: Hours, end: datetime) -> timedelta:
    """The working time during which no further lead could be taken."""
    if capacity is None or not load:
        return timedelta(0)
    ends = [at for at, _ in load[1:]] + [end]
    return sum(
        (
            hours.between(begins, until)
            for (begins, held), until in zip(load, ends, strict=True)
            if held >= capacity
        ),
        timedelta(0),
    )


def peaks(load: Load, days: Sequence[datetime]) -> list[int]:
    """The most in hand at once on each day; `days`: the instants at which they begin."""
    found, place, held = [], 0, 0
    for number in range(len(days)):
        until = days[number + 1] if number + 1 < len(days) else None
        most = held
        while place < len(load) and (until is None or load[place][0] < until):
            held = load[place][1]
            most = max(most, held)
            place += 1
        found.append(most)
    return found


def longest_gap(working: Sequence[date], busy: set[date]) -> int:
    """The longest run of working days on which nothing came."""
    runs = (len(list(run)) for idle, run in groupby(working, lambda day: day not in busy) if idle)
    return max(runs, default=0)


def starves(*, offers: int, fair: float) -> bool:
    """Whether somebody gets less than half of what would be theirs while they are there."""
    return fair >= FAIR_ENOUGH and offers < STARVES_BELOW * fair


def is_flooded(full: float) -> bool:
    """Whether somebody is full during more than a fifth of their working time."""
    return full > FLOODED_ABOVE
