"""The best time to reach somebody: a sentence where there is a habit, else nothing."""

from __future__ import annotations

import pytest

from handraise.handover.best_time import Week, best_time

TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = 24, 48, 72, 96


def said(*counts: tuple[int, int], days: int = 5) -> str:
    return best_time(Week(counts, days), whose="their time")


def test_it_names_days_and_hours() -> None:
    found = said((TUESDAY + 9, 3), (WEDNESDAY + 10, 2), (THURSDAY + 11, 3), (5, 1))

    assert found == "Mostly active Tuesday to Thursday, 9 to 12 (their time)."


def test_a_single_day_of_the_week() -> None:
    assert said((FRIDAY + 16, 8)) == "Mostly active on Friday, 16 to 17 (their time)."


def test_hours_alone_where_every_day_is_alike() -> None:
    found = said(*((day * 24 + 20, 2) for day in range(7)))

    assert found == "Mostly active 20 to 21 (their time)."


def test_days_alone_where_every_hour_is_alike() -> None:
    found = said(*((FRIDAY + hour, 1) for hour in range(24)))

    assert found == "Mostly active on Friday (their time)."


@pytest.mark.parametrize(
    ("counts", "days"),
    [
        ([(TUESDAY + 9, 7)], 5),
        ([(TUESDAY + 9, 30)], 2),
        ([(slot, 1) for slot in range(168)], 7),
        ([], 0),
    ],
    ids=["too few", "one long visit", "at any time", "nothing"],
)
def test_without_a_habit_nothing_is_said(counts: list[tuple[int, int]], days: int) -> None:
    assert said(*counts, days=days) == ""
