"""Waits and the clocks of the world: pure, with the instant as argument."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from handraise.kit.working_time import Calendar
from handraise.leads.decide import ZONE_FACTS
from handraise.nurture.compiling import plan_of
from handraise.nurture.decide import Way
from handraise.nurture.gathering import zone_in
from handraise.nurture.moving import (
    Goes,
    Outcome,
    Seen,
    Stays,
    arrive,
    clock_on,
    day_of,
    draw,
    next_clock,
    resume,
)
from handraise.team.decide import OFFICE_HOURS

BERLIN = "Europe/Berlin"
HEAD = "name: A journey\nenter: {when: {stage: LEAD}}\nsteps:\n"


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def waits(wait: str, seen: Seen, at: str) -> Outcome:
    node = plan_of(f"{HEAD} - {{id: w, wait: {{{wait}}}}}\n").nodes["w"]
    return arrive(node, seen, at=instant(at))


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-03-27 08:30", "2026-03-28 08:30"),  # 09:30 in winter
        ("2026-03-28 08:30", "2026-03-30 07:30"),  # the night the clocks go on: 24 h end at 10:30
        ("2026-03-28 07:30", "2026-03-29 07:30"),  # 09:30 in summer, to the minute
        ("2026-10-24 07:30", "2026-10-25 08:30"),  # the night they go back: 24 h end at 08:30
    ],
)
def test_a_while_and_then_the_next_time_of_day(at: str, until: str) -> None:
    outcome = waits("for: 1 day, at: '09:30'", Seen(zone=BERLIN), at)
    assert outcome == Stays(instant(until))


def test_a_time_that_the_clock_skips_comes_as_much_later() -> None:
    skipped = clock_on(date(2026, 3, 29), "02:30", BERLIN)
    assert skipped == instant("2026-03-29 01:30")  # 03:30 in summer


def test_a_time_that_the_clock_shows_twice_is_the_first() -> None:
    assert clock_on(date(2026, 10, 25), "02:30", BERLIN) == instant("2026-10-25 00:30")
    later = next_clock(instant("2026-10-25 01:00"), "02:30", BERLIN)
    assert later == instant("2026-10-26 01:30")


@pytest.mark.parametrize(
    ("wait", "fact", "until"),
    [
        ("until: 'fact:d'", "2028-02-29", "2028-02-29 08:00"),
        ("until: 'fact:d', minus: 1 day", "2028-03-01", "2028-02-29 08:00"),
        ("until: 'fact:d', minus: 1 day", "2027-03-01", "2027-02-28 08:00"),
        ("until: 'fact:d', plus: 52 weeks", "2028-02-29", "2029-02-27 08:00"),
        ("until: 'fact:d', at: '23:45'", "2027-01-31T23:30:00+00:00", "2027-02-01 22:45"),
        ("until: 'fact:d'", "2027-07-01T06:00:00Z", "2027-07-01 07:00"),
    ],
)
def test_the_date_of_a_fact_in_the_zone_of_the_lead(wait: str, fact: str, until: str) -> None:
    assert waits(wait, Seen(zone=BERLIN, day=fact), "2026-03-04") == Stays(instant(until))


@pytest.mark.parametrize("fact", [None, "", "soon", "2027-02-29", "12", "2020-01-01", "9999-12-31"])
def test_a_date_that_is_unknown_no_date_or_past_is_not_waited_for(fact: str | None) -> None:
    outcome = waits("until: 'fact:d', plus: 1 day", Seen(zone=BERLIN, day=fact), "2026-03-04")
    assert outcome == Goes(Way.NEXT)


def test_a_date_that_was_moved_meanwhile_is_waited_for_again() -> None:
    node = plan_of(f"{HEAD} - {{id: w, wait: {{until: 'fact:d'}}}}\n").nodes["w"]
    moved = Seen(day="2026-06-01")
    assert resume(node, moved, at=instant("2026-05-01"), awaits="") == Stays(
        instant("2026-06-01 09:00")
    )


@pytest.mark.parametrize(
    ("zone", "until"),
    [("America/New_York", "2026-03-06 14:00"), ("Asia/Tokyo", "2026-03-06 00:00")],
)
def test_office_hours_where_the_lead_lives(zone: str, until: str) -> None:
    calendar = Calendar(hours=OFFICE_HOURS, zone=zone, holidays=())
    outcome = waits("until: working time", Seen(zone=zone, calendar=calendar), "2026-03-05 23:00")
    assert outcome == Stays(instant(until))


def test_at_work_already_nobody_waits() -> None:
    calendar = Calendar(hours=OFFICE_HOURS, zone="UTC", holidays=())
    assert waits("until: working time", Seen(calendar=calendar), "2026-03-05 10:00") == Goes("next")
    nobody = Calendar(hours={"0": []}, zone="UTC", holidays=())
    assert waits("until: working time", Seen(calendar=nobody), "2026-03-05 10:00") == Goes("next")


def test_a_date_is_seen_in_the_zone() -> None:
    told = "2027-01-31T23:30:00+00:00"
    assert str(day_of(told, BERLIN)) == "2027-02-01"
    assert str(day_of(told, "UTC")) == "2027-01-31"


def test_shares_are_exact_in_the_long_run_and_each_lead_keeps_its_way() -> None:
    node = plan_of(
        f"{HEAD} - split: [{{name: A, share: 45}}, {{name: B, share: 45}},"
        " {name: H, share: 10, holdout: true}]\n - {ready_for_sales: {}}\n"
    ).nodes["split"]
    ways = [arrive(node, Seen(seed=str(n)), at=instant("2026-03-04")).way for n in range(20_000)]  # type: ignore[union-attr]
    assert ways == [
        arrive(node, Seen(seed=str(n)), at=instant("2027-01-01")).way  # type: ignore[union-attr]
        for n in range(20_000)
    ]
    for name, share in (("A", 0.45), ("B", 0.45), ("H", 0.1)):
        assert abs(ways.count(name) / len(ways) - share) < 0.01
    assert all(0 <= draw(str(n)) < 1 for n in range(100))


def test_a_journey_of_four_hundred_days_by_the_clock() -> None:
    node = plan_of(f"{HEAD} - {{id: w, wait: {{for: 40 days, at: '09:30'}}}}\n").nodes["w"]
    at = instant("2027-12-15 08:30")
    for _ in range(10):
        outcome = arrive(node, Seen(zone=BERLIN), at=at)
        assert isinstance(outcome, Stays)
        assert outcome.until is not None
        waited = outcome.until - at
        assert timedelta(days=40) <= waited <= timedelta(days=41)
        at = outcome.until
        local = at.astimezone(ZoneInfo(BERLIN))
        assert (local.hour, local.minute) == (9, 30)
    assert at.year == 2029


@pytest.mark.parametrize("fact", ZONE_FACTS)
def test_a_journey_believes_the_facts_that_guards_believe(fact: str) -> None:
    assert zone_in({fact: "Asia/Kolkata", "country": "Germany"}) == "Asia/Kolkata"
