"""Working time: hours, weekends, holidays, and the nights on which the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraise.kit import working_time
from handraise.kit.working_time import NoWorkingTime, add, between

OFFICE = {str(day): [["09:00", "17:00"]] for day in range(5)}
SPLIT = {str(day): [["08:00", "12:00"], ["13:00", "17:30"]] for day in range(6)}
NIGHT = {str(day): [["22:00", "06:00"]] for day in range(7)}
ROUND = {str(day): [["00:00", "24:00"]] for day in range(7)}
WEDNESDAY = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_it_counts_within_a_day() -> None:
    assert add(WEDNESDAY, 4 * HOUR, hours=OFFICE, zone="UTC") == WEDNESDAY + 4 * HOUR


def test_it_runs_on_the_next_morning() -> None:
    due = add(WEDNESDAY, 6 * HOUR, hours=OFFICE, zone="UTC")

    assert due == datetime(2026, 3, 5, 10, 0, tzinfo=UTC)


def test_it_leaves_out_the_weekend_and_holidays() -> None:
    friday = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)

    due = add(friday, 2 * HOUR, hours=OFFICE, zone="UTC", holidays={date(2026, 3, 9)})

    assert due == datetime(2026, 3, 10, 10, 0, tzinfo=UTC)


def test_it_counts_in_the_zone_of_the_person() -> None:
    due = add(WEDNESDAY, HOUR, hours=OFFICE, zone="America/New_York")  # 7 in the morning there

    assert due == datetime(2026, 3, 4, 15, 0, tzinfo=UTC)


def test_it_runs_round_the_clock_when_nobody_said_when_they_work() -> None:
    assert add(WEDNESDAY, 40 * HOUR, hours={}, zone="UTC") == WEDNESDAY + 40 * HOUR
    assert add(WEDNESDAY, 40 * HOUR, hours={"0": []}, zone="UTC") == WEDNESDAY + 40 * HOUR


@pytest.mark.parametrize(
    ("zone", "day", "passing"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 7),  # clocks go forward: the night loses an hour
        ("Europe/Berlin", date(2026, 10, 25), 9),  # and back: it gains one
        ("America/New_York", date(2026, 3, 8), 7),
        ("America/New_York", date(2026, 11, 1), 9),
    ],
)
def test_a_night_shift_has_the_hours_that_really_pass(zone: str, day: date, passing: int) -> None:
    eve = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)) - timedelta(days=1)

    worked = between(eve, eve + timedelta(days=1), hours=NIGHT, zone=zone)

    assert worked == passing * HOUR


def test_a_span_that_begins_in_the_lost_hour_begins_at_the_jump() -> None:
    hours = {"6": [["02:30", "05:00"]]}
    eve = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)

    assert between(eve, eve + timedelta(days=1), hours=hours, zone="Europe/Berlin") == 2 * HOUR


def test_hours_that_overlap_count_once() -> None:
    hours = {"2": [["09:00", "13:00"], ["12:00", "17:00"]]}
    midnight = WEDNESDAY - 12 * HOUR

    assert between(midnight, midnight + timedelta(days=1), hours=hours, zone="UTC") == 8 * HOUR


def test_the_spans_between_two_instants_are_cut_at_both() -> None:
    found = working_time.spans(WEDNESDAY, WEDNESDAY + 24 * HOUR, hours=SPLIT, zone="UTC")

    told = [(begins.strftime("%a %H:%M"), ends.strftime("%a %H:%M")) for begins, ends in found]
    assert told == [("Wed 13:00", "Wed 17:30"), ("Thu 08:00", "Thu 12:00")]


def test_who_gave_no_hours_has_one_span_and_no_time_has_none() -> None:
    end = WEDNESDAY + 50 * HOUR

    assert list(working_time.spans(WEDNESDAY, end, hours={}, zone="UTC")) == [(WEDNESDAY, end)]
    assert list(working_time.spans(end, WEDNESDAY, hours={}, zone="UTC")) == []


def test_it_gives_up_when_there_is_no_working_time() -> None:
    every_wednesday = {WEDNESDAY.date() + timedelta(days=7 * week) for week in range(600)}

    with pytest.raises(NoWorkingTime):
        add(
            WEDNESDAY, HOUR, hours={"2": [["09:00", "17:00"]]}, zone="UTC", holidays=every_wednesday
        )


@pytest.mark.parametrize(
    "hours", [{"0": [["9", "17"]]}, {"0": ["09:00"]}, {"0": [["25:00", "26:00"]]}]
)
def test_it_names_hours_it_cannot_read(hours: dict[str, list[list[str]]]) -> None:
    with pytest.raises(ValueError, match="such as"):
        add(WEDNESDAY, HOUR, hours=hours, zone="UTC")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("4 working hours", 4 * HOUR),
        ("1 working hour", HOUR),
        ("30 working minutes", HOUR / 2),
        ("2 working days", 16 * HOUR),
        ("90 minutes", 1.5 * HOUR),
        ("1 day", 8 * HOUR),
    ],
)
def test_it_reads_working_time(text: str, length: timedelta) -> None:
    assert working_time.parse(text) == length


@pytest.mark.parametrize(
    "text", ["", "soon", "0 working hours", "working hours", "-4 working hours"]
)
def test_it_refuses_what_is_no_working_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a length|longer than nothing"):
        working_time.parse(text)


_instants = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - hypothesis wants them naive
    max_value=datetime(2027, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
_amounts = st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(hours=200))
_hours = st.sampled_from([OFFICE, SPLIT, NIGHT, ROUND])
_zones = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])


@given(_instants, _amounts, _hours, _zones)
def test_between_takes_back_what_add_gave(
    start: datetime, amount: timedelta, hours: dict[str, list[list[str]]], zone: str
) -> None:
    due = add(start, amount, hours=hours, zone=zone)

    assert between(start, due, hours=hours, zone=zone) == amount
    assert due - start >= amount


@given(_instants, _amounts, _amounts, _hours, _zones)
def test_adding_twice_is_adding_the_sum(
    start: datetime, one: timedelta, other: timedelta, hours: dict[str, list[list[str]]], zone: str
) -> None:
    halfway = add(start, one, hours=hours, zone=zone)

    assert add(halfway, other, hours=hours, zone=zone) == add(
        start, one + other, hours=hours, zone=zone
    )
