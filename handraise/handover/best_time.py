"""When in the week somebody is mostly there: decided from counts, said in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ENOUGH = 8  # activities; fewer say nothing about a habit
ENOUGH_DAYS = 3  # nor does what one long visit left
MOSTLY = 0.75  # of all activities on these days, and of theirs within these hours
LONGEST_DAYS = 5  # what is spread over more days than this names none
LONGEST_HOURS = 10


@dataclass(frozen=True, slots=True)
class Week:
    """How often somebody did something in each hour of the week, Monday's first being 0, and on
    how many different days."""

    counts: Sequence[Sequence[int]] = ()  # (hour of the week, how often)
    days: int = 0

    @property
    def total(self) -> int:
        return sum(count for _, count in self.counts)


def best_time(week: Week, *, whose: str) -> str:
    """`Mostly active Tuesday to Thursday, 9 to 12 (their time).`, or nothing without a habit."""
    if week.total < ENOUGH or week.days < ENOUGH_DAYS:
        return ""
    by_day = [0] * 7
    for slot, count in week.counts:
        by_day[slot // 24] += count
    first, last = _densest(by_day, LONGEST_DAYS) or (0, 6)
    by_hour = [0] * 24
    for slot, count in week.counts:
        if first <= slot // 24 <= last:
            by_hour[slot % 24] += count
    hours = _densest(by_hour, LONGEST_HOURS)
    said = [_days(first, last), "" if hours is None else f"{hours[0]} to {hours[1] + 1}"]
    found = ", ".join(each for each in said if each)
    return f"Mostly active {found} ({whose})." if found else ""


def _densest(counts: Sequence[int], longest: int) -> tuple[int, int] | None:
    """The shortest run of places that holds most of it; of equals the fullest, then the first."""
    needed = MOSTLY * sum(counts)
    for length in range(1, longest + 1):
        runs = [(sum(counts[at : at + length]), -at) for at in range(len(counts) - length + 1)]
        held, place = max(runs)
        if held >= needed:
            return -place, length - 1 - place
    return None


def _days(first: int, last: int) -> str:
    if (first, last) == (0, 6):
        return ""
    if first == last:
        return f"on {DAYS[first]}"
    return f"{DAYS[first]} to {DAYS[last]}"


__all__ = ["Week", "best_time"]
