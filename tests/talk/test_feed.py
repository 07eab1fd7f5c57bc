"""The calendar of a person: behind a secret address, as other programs read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.post.meetings import Plan, book_meeting, call_off
from handraise.talk import calendars, tasking
from handraise.talk.calendars import Entry, calendar_of
from handraise.talk.decide import Priority
from handraise.talk.feeds import renew_feed, revoke_feed
from handraise.talk.models import Feed, Task
from handraise.talk.views import calendar as page
from handraise.team.models import User
from tests.personas import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def task(text: str, user: User, **rest: Any) -> Task:
    return tasking.add_task(text, assignee=user, by=user, at=NOON, via=Via.WEB, **rest)


def read(user: User, kind: str = "VEVENT", **rest: Any) -> list[Any]:
    return list(Calendar.from_ical(calendar_of(user, at=NOON, **rest)).walk(kind))


def feed(user: User) -> str:
    return f"/calendar/{renew_feed(by=user, at=NOON, via=Via.WEB)}.ics"


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page.clock, "now", lambda: NOON)


def test_days_are_days_and_instants_are_instants(mia: User) -> None:
    User.objects.filter(pk=mia.pk).update(zone="America/New_York")
    mia.refresh_from_db()
    task("Call", mia, due_on=date(2026, 3, 8))  # the clocks change there that day
    task("Write", mia, due_at=datetime(2026, 3, 8, 18, tzinfo=UTC))
    task("Some time", mia)

    call, write = read(mia)

    assert (call["dtstart"].dt, call["dtend"].dt) == (date(2026, 3, 8), date(2026, 3, 9))
    assert write["dtstart"].dt == datetime(2026, 3, 8, 18, tzinfo=UTC)
    assert write["dtstart"].to_ical() == b"20260308T180000Z"
    assert call["transp"] == "TRANSPARENT"


def test_an_event_stays_the_same_one_and_counts_its_changes(mia: User) -> None:
    given = task("Call", mia, due_on=NOON.date())
    (before,) = read(mia)

    tasking.change_task(
        given, text="Write", due_at=None, due_on=NOON.date(), priority=Priority.HIGH, by=mia,
        at=NOON + HOUR, via=Via.WEB,
    )  # fmt: skip
    (after,) = read(mia)

    assert before["uid"] == after["uid"] == f"{given.uid}@handraise"
    assert (before["sequence"], after["sequence"]) == (0, 1)
    assert (before["last-modified"].dt, after["last-modified"].dt) == (NOON, NOON + HOUR)


def test_what_somebody_wrote_cannot_break_the_file(ada: Lead, mia: User, nils: User) -> None:
    evil = "a;b,c\\d “é” \N{PILE OF POO} END:VEVENT BEGIN:VALARM" + "x" * 300
    User.objects.filter(pk=nils.pk).update(name="Nils\r\nX-EVIL:1")
    nils.refresh_from_db()
    tasking.add_task(
        evil, assignee=mia, by=nils, at=NOON, via=Via.WEB, due_on=NOON.date(), lead=ada
    )

    (event,) = read(mia)

    assert event["summary"] == f"{evil} (Ada)"
    assert "x-evil" not in event
    assert event["url"].endswith(f"/lead/{ada.pk}/")
    assert all(len(line) <= 75 for line in calendar_of(mia, at=NOON).splitlines())


def test_what_is_done_or_of_another_is_not_in_it(mia: User, nils: User) -> None:
    task("Of Nils", nils, due_on=NOON.date())
    tasking.finish_task(task("Done", mia, due_on=NOON.date()), by=mia, at=NOON, via=Via.WEB)

    assert read(mia) == []


def test_a_program_for_to_dos_gets_to_dos(mia: User) -> None:
    task("Call", mia, due_at=NOON, priority=Priority.HIGH)

    (todo,) = read(mia, "VTODO", as_todos=True)

    assert (todo["summary"], todo["due"].dt, todo["priority"]) == ("Call", NOON, 1)
    assert read(mia, as_todos=True) == []


@pytest.fixture
def fair(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another step that has an event for everybody."""
    day = date(2026, 3, 10)
    entry = Entry("fair@test", "Fair", day, day + timedelta(days=1), "/", NOON, place="Lyon")
    monkeypatch.setattr(calendars, "_SOURCES", [])
    calendars.add_source(lambda user, begin, end: [entry] if begin < NOON < end else [])
    return


def test_meetings_are_in_it_for_who_booked_and_who_joins(
    ada: Lead, mia: User, nils: User, sal: User
) -> None:
    local = datetime.fromisoformat("2026-03-30T09:00")
    plan = Plan("Pilot", local, 30, "Europe/Berlin", "Room; 2", "", [nils])
    meeting = book_meeting(ada, plan, by=mia, at=NOON, via=Via.WEB)

    (mine,), (theirs,) = read(mia), read(nils)

    assert mine["uid"] == theirs["uid"] == meeting.uid
    assert mine["dtstart"].dt == datetime(2026, 3, 30, 7, tzinfo=UTC)
    assert mine["url"].endswith(f"/meeting/{meeting.pk}/")
    assert (mine["summary"], mine["location"], mine["transp"]) == (
        "Pilot (Ada)", "Room; 2", "OPAQUE",
    )  # fmt: skip
    assert read(sal) == []
    call_off(meeting, by=mia, at=NOON, via=Via.WEB)
    assert read(mia) == []


def test_other_steps_add_their_events(fair: None, mia: User) -> None:
    (event,) = read(mia)

    assert (event["summary"], event["location"], event["transp"]) == ("Fair", "Lyon", "OPAQUE")


def test_the_token_alone_opens_it(now: None, mia: User) -> None:
    task("Call", mia, due_on=NOON.date())
    address = feed(mia)

    answer = Client().get(address)

    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-cache" in answer.headers["Cache-Control"]
    assert len(Calendar.from_ical(answer.content).walk("VEVENT")) == 1
    assert bytes(Feed.objects.get().token) not in address.encode()


def test_a_wrong_token_opens_nothing(now: None, mia: User) -> None:
    address = feed(mia)
    renewed = feed(mia)

    assert Client().get("/calendar/wrong.ics").status_code == 404
    assert Client().get(address).status_code == 404
    assert Client().get(renewed).status_code == 200
    revoke_feed(by=mia, at=NOON, via=Via.WEB)
    assert Client().get(renewed).status_code == 404


def test_who_has_left_has_no_calendar(now: None, mia: User) -> None:
    address = feed(mia)
    User.objects.filter(pk=mia.pk).update(is_active=False)

    assert Client().get(address).status_code == 404


def test_what_a_program_has_already_is_not_sent_again(now: None, mia: User) -> None:
    given, address = task("Call", mia, due_on=NOON.date()), feed(mia)
    etag = Client().get(address).headers["ETag"]

    again = Client().get(address, headers={"If-None-Match": etag})
    tasking.finish_task(given, by=mia, at=NOON, via=Via.WEB)
    changed = Client().get(address, headers={"If-None-Match": etag})

    assert (again.status_code, again.content, changed.status_code) == (304, b"", 200)


def test_who_asks_without_pause_is_asked_to_wait(now: None, mia: User) -> None:
    address = feed(mia)

    answers = [Client().get(address) for _ in range(page.MOST_A_MINUTE + 1)]

    assert [one.status_code for one in answers[-2:]] == [200, 429]
    assert answers[-1].headers["Retry-After"] == "60"


def test_only_so_many_are_told(mia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendars, "MOST_TASKS", 3)
    for day in range(6):
        task(f"{day}", mia, due_on=NOON.date() + timedelta(days=day))

    assert [str(one["summary"]) for one in read(mia)] == ["0", "1", "2"]
