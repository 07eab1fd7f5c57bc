"""A draft is played over the past: what it says is what the engine would have done."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db.models import Sum

from handraise.agreement.faults import AgreementError
from handraise.leads.decide import Refused, Stage, Via
from handraise.leads.models import JournalLine, Lead
from handraise.nurture import publishing
from handraise.nurture.models import Enrolment, Simulation, StepCount
from handraise.nurture.simulating.actions import ask
from handraise.nurture.simulating.decide import Span, chosen, scaled
from handraise.nurture.simulating.making import run as make
from handraise.nurture.simulating.report import Report
from handraise.sends.limiting import set_limits
from handraise.sends.limits import ALL, Cap, Limits
from handraise.sends.models import Send
from handraise.team.models import User
from tests.nurture.world import DAY, HOUR, does, is_, journey, message, run
from tests.personas import NOON
from tests.world import in_force, lead

pytestmark = pytest.mark.django_db

LONG = """
name: Long
enter: {on: {event: Content Downloaded}}
goal: {budget: {is_known: true}}
exits: [{name: Too small, when: {size: {at_most: 5}}}]
steps:
  - {id: settle, wait: {for: 2 days}}
  - {id: greet, send: {message: welcome}}
  - {id: came, wait: {until: {event: Webinar Attended}, at_most: 5 days}}
  - id: how
    branch:
      - name: Came
        when: {did: {event: Webinar Attended}}
        steps: [{id: more, send: {message: big}}]
      - {name: Others}
  - {id: rest, wait: {for: 3 days}}
  - id: halves
    split:
      - {name: A, share: 50, steps: [{id: ready, ready_for_sales: {}}]}
      - {name: B, share: 50}
"""


@pytest.fixture
def leads(mark: User, mia: User) -> list[Lead]:
    in_force(mark, mia)
    message("welcome", mark)
    message("big", mark)
    return [lead(f"L{n}", at=NOON - DAY) for n in range(8)]


def _history(leads: list[Lead], day: datetime, number: int) -> None:
    """What happens on the so many-th day: some download, come, grow, buy."""
    for n, one in enumerate(leads):
        if number == 1 + n % 3:
            does(one, "Content Downloaded", day)
        if n % 2 and number == 5:
            does(one, "Webinar Attended", day)
        if n == 2 and number == 4:
            is_(one, day, size=3)
        if n == 4 and number == 6:
            is_(one, day, budget="yes")


def _played(text: str, by: User, days: int) -> Report:
    made = publishing.create("Played", text, by=by, at=NOON, via=Via.WEB)
    end = NOON + days * DAY
    asked = ask(made, begin=NOON, end=end, by=by, at=end, via=Via.WEB)
    report = make(asked.pk, at=end).report
    assert report is not None
    return report


def test_it_counts_what_the_engine_would_have_done(leads: list[Lead], mark: User) -> None:
    real = journey(LONG.replace("name: Long", "name: Real"), mark, name="Real")
    for number in range(1, 16):
        _history(leads, NOON + number * DAY - HOUR, number)
        run(NOON + number * DAY)

    report = _played(LONG, mark, 15)

    assert report["entered"]["found"] == real.enrolments.count() == 8
    counted = StepCount.objects.filter(version=real.published).exclude(place="halves")
    walked = {
        (place, way): count
        for place, way, count in counted.values_list("place", "way").annotate(Sum("count"))
        if place not in {"ready"}
    }
    told = {
        (place, way): count
        for place, passed in report["passed"].items() if place not in {"halves", "ready"}
        for way, count in passed["ways"].items()
    }  # fmt: skip
    assert told == {key: n for key, n in walked.items() if key[1] not in {"goal", "exit"}}
    endings = {one["ending"]: one["count"]["found"] for one in report["endings"]}
    assert endings == {"goal": 1, "exit": 1, "finished": 6}


def test_nothing_is_done(leads: list[Lead], mark: User) -> None:
    for number in range(1, 8):
        _history(leads, NOON + number * DAY - HOUR, number)
    before = JournalLine.objects.exclude(kind__startswith="nurture.").count()

    report = _played(LONG, mark, 14)

    assert report["sent"]["found"] > 0
    assert (Send.objects.count(), Enrolment.objects.count()) == (0, 0)
    assert JournalLine.objects.exclude(kind__startswith="nurture.").count() == before


def test_who_meets_the_conditions_already_enters_with_the_first_look(
    leads: list[Lead], mark: User
) -> None:
    for one in leads[:3]:
        is_(one, NOON, size=50)
    is_(leads[3], NOON + 3 * DAY, size=60)
    text = (
        "name: Big ones\nenter: {when: {size: {at_least: 40}}}\nsteps:\n"
        " - {id: a, send: {message: welcome}}\n"
    )

    report = _played(text, mark, 7)

    assert (report["entered"]["found"], report["at_once"]["found"]) == (4, 3)


def test_a_journey_ends_where_sales_takes_over(leads: list[Lead], mark: User) -> None:
    does(leads[0], "Content Downloaded", NOON + DAY)
    moved = {"before": Stage.LEAD, "after": Stage.SALES_ACCEPTED, "reason": "Accepted."}
    at = NOON + 2 * DAY
    leads[0].moves.create(at=at, known_at=at, by=mark, version=1, **moved)

    report = _played(LONG, mark, 14)

    assert [one["ending"] for one in report["endings"]] == ["sales"]
    assert report["sent"]["found"] == 0


def test_who_would_hit_a_cap_is_told(leads: list[Lead], mark: User) -> None:
    set_limits(Limits(caps={ALL: Cap(day=1)}), seen=0, by=mark, at=NOON, via=Via.WEB)
    text = (
        "name: Two\npurpose: service\nenter: {on: {event: Content Downloaded}}\nsteps:\n"
        " - {id: a, send: {message: welcome}}\n - {id: b, send: {message: big}}\n"
    )
    does(leads[0], "Content Downloaded", NOON + DAY)

    report = _played(text, mark, 7)

    assert (report["sent"]["found"], report["capped"]["found"]) == (1, 1)
    assert "24 hours" in report["reasons"][0]["why"]


def test_only_what_others_had_sent_by_then_counts(leads: list[Lead], mark: User) -> None:
    made = journey(LONG.replace("name: Long", "name: Played"), mark, name="Played")
    for number in range(1, 8):
        _history(leads, NOON + number * DAY - HOUR, number)
        run(NOON + number * DAY)
    Send.objects.update(state="sent", sent_at=NOON + 4 * DAY)
    end = NOON + 15 * DAY
    asked = ask(made, begin=NOON, end=end, by=mark, at=end, via=Via.WEB)

    report = make(asked.pk, at=end).report

    assert report is not None
    assert report["sent"]["found"] > 0
    assert report["skipped"]["found"] == 0


def test_without_consent_nothing_would_leave(leads: list[Lead], mark: User) -> None:
    does(leads[0], "Content Downloaded", NOON + DAY)

    report = _played(LONG.replace("name: Long", "name: Long\npurpose: newsletter"), mark, 14)

    assert report["sent"]["found"] == 0
    assert report["skipped"]["found"] > 0


def test_a_draft_that_cannot_be_read_is_refused_at_once(leads: list[Lead], mark: User) -> None:
    made = publishing.create("Broken", LONG, by=mark, at=NOON, via=Via.WEB)
    made.draft = "name: Broken\nsteps: [{fly: {}}]"

    with pytest.raises(AgreementError):
        ask(made, begin=NOON - DAY, end=NOON, by=mark, at=NOON, via=Via.WEB)
    with pytest.raises(Refused):
        ask(made, begin=NOON, end=NOON + DAY, by=mark, at=NOON, via=Via.WEB)
    assert not Simulation.objects.exists()


def test_one_that_was_told_to_stop_begins_anew(leads: list[Lead], mark: User) -> None:
    does(leads[0], "Content Downloaded", NOON + DAY)
    made = publishing.create("Played", LONG, by=mark, at=NOON, via=Via.WEB)
    end = NOON + 7 * DAY
    asked = ask(made, begin=NOON, end=end, by=mark, at=end, via=Via.WEB)
    again = ask(made, begin=NOON, end=end, by=mark, at=end, via=Via.WEB)

    assert again == asked
    assert make(asked.pk, at=end, must_stop=lambda: True).is_under_way
    assert make(asked.pk, at=end).report is not None


def test_of_many_leads_some_are_played_and_the_rest_reckoned() -> None:
    assert len(chosen(list(range(10_000)), 4_000)) == 3_334
    assert chosen([1, 2, 3]) == [1, 2, 3]
    found = scaled(50, 1_000, 10_000)
    assert found.found == 500
    assert (found.low, found.high) == (381, 653)  # Wilson's interval of 50 in 1,000
    assert not scaled(7, 100, 100).is_about


def test_days_and_weeks_of_a_span() -> None:
    span = Span(NOON, NOON + 10 * DAY)
    assert [span.week_of(at) for at in span.ticks()] == [0] * 7 + [1] * 3
    assert span.weeks == 2
