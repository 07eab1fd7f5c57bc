"""What a simulation counts, and what that comes to. Plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import sqrt

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
LONGEST = timedelta(days=100)  # that is played
SAMPLE = 4_000  # leads that are played; of more, every so many-th


class State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Stopped(Exception):
    """The worker was told to stop: the simulation begins anew with the next one."""


Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Span:
    """What is played: from `begin` until before `end`, a day at a time."""

    begin: datetime
    end: datetime

    def ticks(self) -> list[datetime]:
        """The instants at which somebody looks: one a day, the last at the end."""
        count = -(-(self.end - self.begin) // DAY)
        return [min(self.begin + DAY * (n + 1), self.end) for n in range(count)]

    def week_of(self, at: datetime) -> int:
        """The number of the week, from 0, of an instant within."""
        last = max(0, -(-(self.end - self.begin) // WEEK) - 1)
        return min(max(0, (at - self.begin - timedelta(microseconds=1)) // WEEK), last)

    @property
    def weeks(self) -> int:
        return self.week_of(self.end) + 1


@dataclass(slots=True)
class Tally:
    """What was counted of those who were played. `sent` and `skipped` are by message, `passed` by
    step and way, `inside` by the step at which they stand at the end."""

    entered: Counter[int] = field(default_factory=Counter)  # by week
    sent: Counter[tuple[str, int]] = field(default_factory=Counter)  # and by week
    skipped: Counter[tuple[str, str]] = field(default_factory=Counter)  # by message and reason
    capped: set[int] = field(default_factory=set)  # leads who would hit a cap
    passed: Counter[tuple[str, str]] = field(default_factory=Counter)
    ended: Counter[tuple[str, str]] = field(default_factory=Counter)  # by ending and step
    inside: Counter[str] = field(default_factory=Counter)
    at_once: int = 0  # entered with the first look: they met the conditions before


@dataclass(frozen=True, slots=True)
class Counted:
    """A number of a sample, as it is for everybody: between `low` and `high` in 95 of 100."""

    found: int
    low: int
    high: int

    @property
    def is_about(self) -> bool:
        return self.low != self.high


def scaled(count: int, played: int, total: int) -> Counted:
    """`count` of `played` leads, as it is for `total` of them, by Wilson's interval."""
    if played >= total or not played:
        return Counted(count, count, count)
    share = min(1.0, count / played)
    z, n = 1.96, played
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # A lead may be counted more than once (two mails): then the interval is that of its share.
    grow = total if count <= played else total * count / played
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Counted(round(count * total / played), round(low * grow), round(high * grow))


def chosen(lead_ids: Sequence[int], most: int = SAMPLE) -> list[int]:
    """All of these, or every so many-th."""
    step = -(-len(lead_ids) // most) if lead_ids else 1
    return list(lead_ids[::step])


def weekly(counts: Collection[int]) -> float:
    """The mean of a week."""
    return sum(counts) / len(counts) if counts else 0.0


__all__ = [
    "DAY", "LONGEST", "SAMPLE", "WEEK", "Counted", "Progress", "Span", "State", "Stopped", "Tally",
    "chosen", "scaled", "weekly",
]  # fmt: skip
