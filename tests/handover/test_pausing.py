"""The time that runs for the person asked is the time that was agreed, whatever the questions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from handraise.handover.pausing import after, first_warning, left_of, warn_at
from handraise.kit.working_time import Calendar

OFFICE = {str(day): [["09:00", "12:00"], ["13:00", "17:00"]] for day in range(5)}
HOURS = st.sampled_from([OFFICE, {}, {"6": [["22:00", "06:00"]]}, {"0": [["02:00", "02:30"]]}])
ZONES = st.sampled_from(["UTC", "Europe/Amsterdam", "America/New_York", "Asia/Kolkata"])
MINUTES = st.integers(0, 4000).map(lambda minutes: timedelta(minutes=minutes))
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
STARTS = st.integers(0, 260 * 24 * 60).map(lambda minutes: MARCH + timedelta(minutes=minutes))


@given(HOURS, ZONES, STARTS, st.integers(1, 960), st.lists(st.tuples(MINUTES, MINUTES), max_size=6))
def test_questions_neither_give_nor_take_time(
    hours: dict[str, list[list[str]]],
    zone: str,
    at: datetime,
    minutes: int,
    questions: list[tuple[timedelta, timedelta]],
) -> None:
    calendar = Calendar(hours=hours, zone=zone, holidays=())
    agreed = timedelta(minutes=minutes)
    due, ran = after(at, agreed, calendar), timedelta(0)
    for before, waited in questions:
        asked = at + before
        if asked >= due:
            break
        left = left_of(asked, due, calendar)
        ran += left_of(at, asked, calendar)
        at = asked + waited
        due = after(at, left, calendar)

    assert ran + left_of(at, due, calendar) == agreed


def test_an_hour_that_the_clocks_skip_while_paused_is_nobodys() -> None:
    night = Calendar(hours={"6": [["01:00", "05:00"]]}, zone="Europe/Amsterdam", holidays=())
    asked = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # 1:30; at 2:00 it is 3:00
    due = after(asked, timedelta(hours=2), night)
    assert due == datetime(2026, 3, 29, 2, 30, tzinfo=UTC)  # 4:30 by the clock on the wall

    answered = datetime(2026, 3, 29, 1, 15, tzinfo=UTC)  # 3:15

    assert left_of(asked, due, night) == timedelta(hours=2)
    went_on = after(answered, timedelta(hours=2), night)
    assert went_on == datetime(2026, 4, 4, 23, 15, tzinfo=UTC)  # 1:15 a week later, in summer time


def test_hours_without_any_time_are_none() -> None:
    never = Calendar(hours={"0": [["02:00", "02:30"]]}, zone="UTC",
                     holidays=frozenset(_every_monday()))  # fmt: skip
    at = datetime(2026, 3, 4, 12, tzinfo=UTC)

    due = after(at, timedelta(hours=4), never)

    assert due == at + timedelta(hours=4)
    assert left_of(at, due, never) == timedelta(hours=4)


def _every_monday() -> list[object]:
    first = datetime(2026, 3, 2, tzinfo=UTC).date()
    return [first + timedelta(days=7 * week) for week in range(600)]


def test_a_warning_comes_with_the_last_quarter() -> None:
    office = Calendar(hours=OFFICE, zone="UTC", holidays=())
    at = datetime(2026, 3, 4, 10, tzinfo=UTC)

    assert first_warning(at, "4 working hours", office) == at + timedelta(hours=4)  # noon is free
    hour = timedelta(hours=1)
    assert warn_at(at, hour / 2, 4 * hour, office) == at  # it has begun already
