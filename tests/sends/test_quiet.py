"""Quiet time goes by the clock on the wall where the lead is, whatever is done to that clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from handraise.sends.quiet import LONGEST, Quiet, quiet, told

BERLIN = ZoneInfo("Europe/Berlin")
NIGHTS = {str(day): [["20:00", "08:00"]] for day in range(7)}
MINUTE = timedelta(minutes=1)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata",
         "Africa/Casablanca", "Pacific/Apia", "America/Santiago", "UTC")  # fmt: skip


def opens(made: Quiet, *wall: int, zone: ZoneInfo = BERLIN, fold: int = 0) -> str:
    """When it opens there, as the clock there shows it, for one who asks at this time there."""
    at = datetime(*wall, tzinfo=zone, fold=fold)  # type: ignore[misc,arg-type]
    found = made.open_from(at, zone)
    return "never" if found is None else f"{found.astimezone(zone):%d %b %H:%M %Z}"


def test_a_night_ends_in_the_morning() -> None:
    made = quiet(NIGHTS)

    assert opens(made, 2026, 3, 4, 19, 59) == "04 Mar 19:59 CET"
    assert opens(made, 2026, 3, 4, 20, 0) == "05 Mar 08:00 CET"
    assert opens(made, 2026, 3, 5, 7, 59) == "05 Mar 08:00 CET"
    assert opens(made, 2026, 3, 5, 8, 0) == "05 Mar 08:00 CET"


def test_a_night_in_which_the_clocks_change_ends_by_the_clock() -> None:
    made = quiet(NIGHTS)

    assert opens(made, 2026, 3, 28, 23, 0) == "29 Mar 08:00 CEST"
    assert opens(made, 2026, 10, 24, 23, 0) == "25 Oct 08:00 CET"


def test_an_hour_that_is_skipped_opens_when_the_clock_leaps() -> None:
    made = quiet({"6": [["01:00", "02:30"]]})

    assert opens(made, 2026, 3, 29, 1, 30) == "29 Mar 03:00 CEST"


def test_an_hour_that_comes_twice_is_quiet_twice() -> None:
    made = quiet({"6": [["02:00", "02:30"]]})

    assert opens(made, 2026, 10, 25, 2, 10) == "25 Oct 02:30 CEST"
    assert opens(made, 2026, 10, 25, 2, 40) == "25 Oct 02:40 CEST"
    assert opens(made, 2026, 10, 25, 2, 10, fold=1) == "25 Oct 02:30 CET"
    late = quiet({"6": [["02:45", "03:00"]]})
    assert opens(late, 2026, 10, 25, 2, 50) == "25 Oct 02:00 CET"


def test_dates_are_quiet_from_midnight_to_midnight() -> None:
    made = quiet(NIGHTS, ["12-24..01-02", "2026-03-04"])

    assert opens(made, 2026, 3, 4, 12, 0) == "05 Mar 08:00 CET"
    assert opens(made, 2026, 12, 23, 21, 0) == "03 Jan 08:00 CET"
    assert opens(made, 2027, 3, 4, 12, 0) == "04 Mar 12:00 CET"


def test_the_29th_of_february_is_quiet_where_there_is_one() -> None:
    made = quiet({}, ["02-29"])

    assert opens(made, 2028, 2, 29, 0, 0) == "01 Mar 00:00 CET"
    assert opens(made, 2027, 2, 28, 23, 59) == "28 Feb 23:59 CET"
    assert opens(made, 2027, 3, 1, 0, 0) == "01 Mar 00:00 CET"
    assert opens(quiet({}, ["02-28..03-01"]), 2028, 2, 28, 5, 0) == "02 Mar 00:00 CET"


def test_nothing_waits_longer_than_three_weeks() -> None:
    assert opens(quiet({}, ["2026-07-01..2026-07-21"]), 2026, 7, 1, 0, 0) == "22 Jul 00:00 CEST"
    assert opens(quiet({}, ["2026-07-01..2026-07-22"]), 2026, 7, 1, 0, 0) == "never"
    whole = {str(day): [["00:00", "24:00"]] for day in range(7)}
    assert opens(quiet(whole), 2026, 3, 4, 12, 0) == "never"


@pytest.mark.parametrize(
    ("hours", "dates", "sentence"),
    [
        ({"0": [["25:00", "08:00"]]}, [], "'25:00' is not a time of day"),
        ({"0": ["20:00"]}, [], "is not a span of hours"),
        ({}, ["2026-02-29"], "'2026-02-29' is not a date"),
        ({}, ["02-30"], "'02-30' is not a date"),
        ({}, ["2026-12-24..01-02"], "with the year, or both without"),
        ({}, ["2026-12-24..2026-01-02"], "ends before it begins"),
        ({}, ["2026-01-01..2029-01-01"], "longer than a year"),
        ({}, ["\x00"], "is not a date"),
    ],
)
def test_what_cannot_be_read_is_said(
    hours: dict[str, list], dates: list[str], sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence.replace("..", "[.][.]")):
        quiet(hours, dates)


def test_the_week_in_words() -> None:
    assert told(quiet(NIGHTS)) == ["between 20:00 and 08:00 on any day"]
    weekend = {**{day: [["20:00", "08:00"]] for day in "0123"}, "4": [["18:00", "24:00"]],
               "5": [["00:00", "24:00"]], "6": [["12:00", "13:00"]]}  # fmt: skip
    assert told(quiet(weekend)) == [
        "between 20:00 and 08:00 from Monday to Thursday",
        "between 18:00 and midnight on Fridays",
        "all day on Saturdays",
        "between 12:00 and 13:00 on Sundays",
    ]


def test_the_longest_run_of_quiet_days_is_found() -> None:
    made = quiet({"5": [["00:00", "24:00"]], "6": [["00:00", "24:00"]]}, ["2026-12-21..2026-12-25"])

    assert made.longest_run(date(2026, 3, 4)) == (date(2026, 12, 19), 9)


_times = some.integers(0, 95).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
_weeks = some.dictionaries(
    some.sampled_from("0123456"), some.lists(some.tuples(_times, _times), max_size=2)
)
_instants = some.integers(0, 3 * 365 * 1440).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + minutes * MINUTE
)
# So that both changes of the clock are met: the nights on which it happens.
_nights = some.sampled_from(
    [datetime(2026, *day, 0, 0, tzinfo=UTC) for day in
     ((3, 28), (3, 29), (10, 24), (10, 25), (3, 8), (11, 1), (4, 4), (10, 3), (2, 15), (3, 22))]
)  # fmt: skip


@given(_weeks, some.one_of(_instants, _nights), some.sampled_from(ZONES), some.integers(0, 1440))
def test_it_opens_at_the_first_minute_that_is_not_quiet(
    hours: dict[str, list[tuple[str, str]]], at: datetime, name: str, minutes: int
) -> None:
    """Against looking at the clock there every minute, as a person would."""
    made, zone, begin = quiet(hours, ["02-29"]), ZoneInfo(name), at + minutes * MINUTE

    found = made.open_from(begin, zone)

    looked, last = begin, found if found is not None else begin + timedelta(days=1)
    while looked < last:
        assert made.is_quiet(looked, zone)
        looked += MINUTE
    assert found is None or not made.is_quiet(found, zone)
    assert found is None or begin <= found <= begin + LONGEST
