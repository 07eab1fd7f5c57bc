"""What loads mean: time full, peaks of days, gaps; and hours that are asked many times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraise.feedback.routing.decide import (
    NEVER,
    Habits,
    Hours,
    drawn,
    is_flooded,
    longest_gap,
    peaks,
    starves,
    time_full,
)
from handraise.kit import working_time

BEGIN = datetime(2026, 3, 4, tzinfo=UTC)
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
END = BEGIN + 30 * DAY
OFFICE = {str(day): [["09:00", "12:00"], ["13:00", "17:00"]] for day in range(5)}
WEEKS = {
    "office": OFFICE,
    "nights": {str(day): [["22:00", "06:00"]] for day in range(7)},
    "nobody said": {},
}
MINUTES = st.integers(0, 30 * 24 * 60)


def hours_of(week: str, zone: str = "UTC") -> Hours:
    return Hours(list(working_time.spans(BEGIN, END, hours=WEEKS[week], zone=zone)))


@given(
    st.sampled_from(sorted(WEEKS)), st.sampled_from(["UTC", "America/New_York"]), MINUTES, MINUTES
)
def test_hours_are_those_of_working_time(week: str, zone: str, one: int, other: int) -> None:
    hours, start, end = hours_of(week, zone), BEGIN + one * MINUTE, BEGIN + other * MINUTE
    given = {"hours": WEEKS[week], "zone": zone}

    assert hours.between(start, end) == working_time.between(start, end, **given)  # type: ignore[arg-type]
    if start < END:
        assert hours.is_working(start) == working_time.is_working(start, **given)  # type: ignore[arg-type]


def test_days_are_those_on_which_work_begins_where_the_person_is() -> None:
    assert len(hours_of("office").days(ZoneInfo("UTC"))) == 22
    assert len(hours_of("nobody said").days(ZoneInfo("UTC"))) == 30


def test_time_full_is_working_time_only() -> None:
    """Full from Friday at four until Monday at ten: two hours of work."""
    friday = datetime(2026, 3, 6, 16, tzinfo=UTC)
    load = [(BEGIN, 1), (friday, 2), (friday + 66 * HOUR, 1)]

    assert time_full(load, 2, hours_of("office"), END) == 2 * HOUR
    assert time_full(load, None, hours_of("office"), END) == timedelta(0)
    assert time_full(load, 1, hours_of("office"), END) == hours_of("office").total
    assert time_full([], 1, hours_of("office"), END) == timedelta(0)


def test_the_peak_of_a_day_counts_what_was_in_hand_before() -> None:
    load = [(BEGIN + HOUR, 1), (BEGIN + 2 * HOUR, 2), (BEGIN + 3 * HOUR, 1), (BEGIN + 49 * HOUR, 0)]

    assert peaks(load, [BEGIN + day * DAY for day in range(4)]) == [2, 1, 1, 0]


def test_the_longest_gap_is_of_working_days() -> None:
    days = hours_of("office").days(ZoneInfo("UTC"))

    assert longest_gap(days, {days[0], days[6]}) == 15
    assert longest_gap(days, set(days)) == 0
    assert longest_gap([], set()) == 0


@pytest.mark.parametrize(
    ("offers", "fair", "told"), [(1, 4.0, True), (2, 4.0, False), (0, 3.9, False), (0, 4.0, True)]
)
def test_who_starves_gets_less_than_half_of_enough(offers: int, fair: float, told: bool) -> None:
    assert starves(offers=offers, fair=fair) is told


def test_who_is_flooded_is_full_for_more_than_a_fifth() -> None:
    assert not is_flooded(0.2)
    assert is_flooded(0.21)


def test_people_answer_as_they_did_and_always_alike() -> None:
    """Mia's own times count once there are five of them; what ran out was never answered."""
    own = [MINUTE * n for n in range(1, 5)]
    habits = Habits({1: [*own, NEVER], 2: own[:2]}, [9 * HOUR], HOUR)

    mine = [habits.took(f"lead {number}", 1) for number in range(1000)]

    assert set(mine) == {*own, NEVER}
    assert 140 < mine.count(NEVER) < 260
    assert mine == [habits.took(f"lead {number}", 1) for number in range(1000)]
    assert habits.took("lead", 2) == 9 * HOUR
    assert Habits({}, [], HOUR).took("lead", 1) == HOUR


def test_what_is_drawn_lies_between_nothing_and_one() -> None:
    found = [drawn("a", number) for number in range(1000)]

    assert all(0 <= one < 1 for one in found)
    assert 0.45 < sum(found) / 1000 < 0.55
