"""Meetings: invitations that calendars understand, conflicts said, and what came of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from icalendar import Calendar, Event

from handraise.leads.decide import Via
from handraise.leads.models import Activity, Lead
from handraise.post.decide import MissedBy, Refused, Standing
from handraise.post.meetings import (
    Conflict,
    Plan,
    book_meeting,
    call_off,
    change_meeting,
    note_held,
    note_missed,
)
from handraise.post.models import Meeting
from handraise.post.queries import meetings_of, unanswered_of
from handraise.post.sending import send_mails
from handraise.team.models import User
from tests.personas import NOON
from tests.post.conftest import Arrived, Mailbox
from tests.world import kinds, lead

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TEN = datetime(2026, 3, 5, 10, 0)  # noqa: DTZ001  what the clock on the wall shows, the day after


def plan(**asked: Any) -> Plan:
    told = {"subject": "Demo", "local": TEN, "minutes": 30, "zone": "UTC", **asked}
    return Plan(**told)


def booked(with_: Lead, by: User, despite: bool = False, **asked: Any) -> Meeting:
    return book_meeting(with_, plan(**asked), despite=despite, by=by, at=NOON, via=Via.WEB)


def send_all(at: datetime = NOON + MINUTE) -> None:
    while send_mails(at=at):
        pass


def invitation(arrived: Arrived) -> tuple[str, Event]:
    """The method and the event of what arrived, as a calendar reads them."""
    (part,) = [one for one in arrived.message.walk() if one.get_content_type() == "text/calendar"]
    raw = part.get_payload(decode=True)
    assert isinstance(raw, bytes)
    read = Calendar.from_ical(raw)
    assert part.get_param("method") == read["method"]
    (event,) = read.walk("VEVENT")
    return str(read["method"]), event


def test_lead_and_colleagues_are_invited(mailbox: Mailbox, ada: Lead, mia: User, sal: User) -> None:
    meeting = booked(ada, mia, colleagues=[sal], place="https://meet.example/1, „Raum“; 2")
    send_all()

    arrived = mailbox.one()
    assert arrived.to == ["ada@engines.example", "sal@team.example"]
    assert arrived.message.get_content_type() == "multipart/alternative"
    method, event = invitation(arrived)
    assert (method, str(event["uid"]), event["sequence"]) == ("REQUEST", meeting.uid, 0)
    assert event.decoded("dtstart") == datetime(2026, 3, 5, 10, tzinfo=UTC)
    assert event.decoded("dtend") - event.decoded("dtstart") == 30 * MINUTE
    assert str(event["organizer"]) == "mailto:mia@team.example"
    assert [str(one) for one in event["attendee"]] == [
        "mailto:ada@engines.example", "mailto:sal@team.example",
    ]  # fmt: skip
    assert event["attendee"][0].params["RSVP"] == "TRUE"
    assert str(event["location"]) == "https://meet.example/1, „Raum“; 2"


def test_the_mail_says_it_in_words_too(mailbox: Mailbox, ada: Lead, mia: User) -> None:
    booked(ada, mia, zone="America/New_York", message="Bring\nquestions.")
    send_all()

    body = mailbox.one().message.get_body(["plain"])
    assert body is not None
    text = body.get_content()
    assert "Thursday 5 March 2026, 10:00 to 10:30 (America/New York)" in text
    assert "Bring\nquestions." in text.replace("\r\n", "\n")


def test_a_moved_meeting_is_the_same_one_moved(mailbox: Mailbox, ada: Lead, mia: User) -> None:
    meeting = booked(ada, mia)
    send_all()
    later = plan(local=TEN + HOUR)
    change_meeting(meeting, later, by=mia, at=NOON + HOUR, via=Via.WEB)
    send_all(NOON + 2 * HOUR)

    (_, first), (method, second) = map(invitation, mailbox.arrived)
    assert method == "REQUEST"
    assert first["uid"] == second["uid"]
    assert second["sequence"] == 1
    assert second.decoded("dtstart") == datetime(2026, 3, 5, 11, tzinfo=UTC)


def test_what_is_moved_before_it_left_is_sent_once(mailbox: Mailbox, ada: Lead, mia: User) -> None:
    meeting = booked(ada, mia)
    change_meeting(meeting, plan(local=TEN + HOUR), by=mia, at=NOON, via=Via.WEB)
    send_all()

    assert invitation(mailbox.one())[1]["sequence"] == 1


def test_a_change_of_nothing_tells_nobody(mailbox: Mailbox, ada: Lead, mia: User) -> None:
    meeting = booked(ada, mia)
    change_meeting(meeting, plan(), by=mia, at=NOON, via=Via.WEB)
    send_all()

    assert invitation(mailbox.one())[1]["sequence"] == 0
    assert kinds(ada)[-1] == "post.meeting_booked"


def test_who_is_no_longer_asked_gets_it_cancelled(
    mailbox: Mailbox, ada: Lead, mia: User, sal: User
) -> None:
    meeting = booked(ada, mia, colleagues=[sal])
    send_all()
    change_meeting(meeting, plan(), by=mia, at=NOON + HOUR, via=Via.WEB)
    send_all(NOON + 2 * HOUR)

    told = {tuple(one.to): invitation(one) for one in mailbox.arrived[1:]}
    assert told["sal@team.example",][0] == "CANCEL"
    assert str(told["sal@team.example",][1]["status"]) == "CANCELLED"
    assert told["ada@engines.example",][0] == "REQUEST"


def test_calling_off_cancels_it(mailbox: Mailbox, ada: Lead, mia: User) -> None:
    meeting = booked(ada, mia)
    send_all()
    call_off(meeting, word="I am ill.", by=mia, at=NOON + HOUR, via=Via.WEB)
    send_all(NOON + HOUR)

    method, event = invitation(mailbox.arrived[1])
    assert (method, str(event["status"]), event["sequence"]) == ("CANCEL", "CANCELLED", 1)
    body = mailbox.arrived[1].message.get_body(["plain"])
    assert body is not None
    assert "I am ill." in body.get_content()


def test_calling_off_before_it_left_tells_nobody(mailbox: Mailbox, ada: Lead, mia: User) -> None:
    call_off(booked(ada, mia), by=mia, at=NOON + MINUTE / 2, via=Via.WEB)
    send_all(NOON + HOUR)

    assert mailbox.arrived == []


def test_held_is_a_touch_of_who_held_it(ada: Lead, mia: User, rita: User) -> None:
    meeting = booked(ada, mia)
    with pytest.raises(Refused, match="has not begun"):
        note_held(meeting, by=mia, at=NOON, via=Via.WEB)

    note_held(meeting, word="They want it.", by=rita, at=NOON + DAY, via=Via.WEB)

    touch = Activity.objects.get(name="Met")
    assert (touch.by, touch.occurred_at) == (mia, meeting.starts_at)
    assert touch.properties["note"] == "They want it."
    with pytest.raises(Refused, match="took place; Rita said so"):
        note_missed(meeting, missed_by=MissedBy.US, by=mia, at=NOON + DAY, via=Via.WEB)


def test_nobody_is_invited_to_what_is_over(mailbox: Mailbox, ada: Lead, mia: User) -> None:
    note_held(booked(ada, mia), by=mia, at=NOON + DAY, via=Via.WEB)
    send_all(NOON + DAY)

    assert mailbox.arrived == []


def test_missed_is_no_touch(ada: Lead, mia: User) -> None:
    meeting = booked(ada, mia)
    note_missed(meeting, missed_by=MissedBy.THEM, by=mia, at=NOON + DAY, via=Via.WEB)

    assert not Activity.objects.filter(name="Met").exists()
    assert kinds(ada)[-1] == "post.meeting_missed"


def test_what_is_over_is_asked_for_until_it_is_answered(ada: Lead, mia: User, sal: User) -> None:
    meeting = booked(ada, mia, colleagues=[sal])
    assert unanswered_of(mia, at=NOON + HOUR) == []
    assert unanswered_of(mia, at=NOON + DAY) == [meeting]
    assert unanswered_of(sal, at=NOON + DAY) == []

    note_held(meeting, by=sal, at=NOON + DAY, via=Via.WEB)
    assert unanswered_of(mia, at=NOON + DAY) == []


def test_a_meeting_of_one_who_left_is_asked_of_the_owner(ada: Lead, mia: User, sal: User) -> None:
    meeting = booked(ada, mia)
    User.objects.filter(pk=mia.pk).update(is_active=False)
    Lead.objects.filter(pk=ada.pk).update(owner=sal)

    assert unanswered_of(sal, at=NOON + DAY) == [meeting]


def test_another_meeting_at_the_time_is_said(ada: Lead, ben: Lead, mia: User, sal: User) -> None:
    booked(ada, mia, subject="Demo of the whole")

    with pytest.raises(Conflict, match="Mia: “Demo of the whole”, Thursday 5 March 2026, 10:00"):
        booked(ben, sal, colleagues=[mia], local=TEN + 29 * MINUTE)
    assert booked(ben, sal, colleagues=[mia], local=TEN + 30 * MINUTE)
    assert booked(ben, sal, despite=True, colleagues=[mia])


def test_the_calendar_of_a_person(ada: Lead, ben: Lead, mia: User, sal: User) -> None:
    own = booked(ada, mia)
    joined = booked(ben, sal, colleagues=[mia], local=TEN + DAY)
    gone = booked(ben, mia, local=TEN + 2 * DAY)
    call_off(gone, by=mia, at=NOON, via=Via.WEB)

    assert meetings_of(mia, NOON, NOON + 9 * DAY) == [own, joined]
    assert meetings_of(mia, NOON + DAY, NOON + 9 * DAY) == [joined]
    assert meetings_of(sal, NOON, NOON + 9 * DAY) == [joined]


@pytest.mark.parametrize(
    ("zone", "local", "utc"),
    [
        ("Europe/Amsterdam", datetime(2026, 3, 27, 10), datetime(2026, 3, 27, 9)),  # noqa: DTZ001
        ("Europe/Amsterdam", datetime(2026, 3, 30, 10), datetime(2026, 3, 30, 8)),  # noqa: DTZ001
        ("America/New_York", datetime(2026, 3, 9, 10), datetime(2026, 3, 9, 14)),  # noqa: DTZ001
        ("Europe/Amsterdam", datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 25, 0, 30)),  # noqa: DTZ001
    ],
)
def test_a_time_is_that_of_the_place(
    ada: Lead, mia: User, zone: str, local: datetime, utc: datetime
) -> None:
    assert booked(ada, mia, zone=zone, local=local).starts_at == utc.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "asked",
    [
        {"zone": "Europe/Amsterdam", "local": datetime(2026, 3, 29, 2, 30)},  # noqa: DTZ001
        {"zone": "Nowhere/Nothing"},
        {"zone": "../../etc/passwd"},
        {"local": TEN - 2 * DAY},
        {"local": datetime(9999, 12, 31, 23)},  # noqa: DTZ001
        {"local": datetime(1, 1, 1)},  # noqa: DTZ001
        {"minutes": 0},
        {"minutes": 10**12},
        {"subject": " "},
        {"subject": "Demo\r\nBEGIN:VEVENT"},
        {"place": "x" * 501},
        {"message": "NUL \x00"},
    ],
)
def test_what_cannot_be_booked_is_refused(ada: Lead, mia: User, asked: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        booked(ada, mia, **asked)
    assert not Meeting.objects.exists()


def test_text_cannot_write_lines_of_a_calendar(mailbox: Mailbox, ada: Lead, mia: User) -> None:
    mia.name = 'Mia";X=1:mailto:x\r\nATTENDEE:mailto:all@acme.example'
    mia.save()
    booked(ada, mia, message="One\nATTENDEE:mailto:all@acme.example\nEND:VEVENT")
    send_all()

    _, event = invitation(mailbox.one())
    assert str(event["attendee"]) == "mailto:ada@engines.example"
    assert str(event["organizer"]) == "mailto:mia@team.example"


@pytest.mark.parametrize("address", ["", "ada at engines"])
def test_without_an_address_it_is_booked_and_nobody_invited(mia: User, address: str) -> None:
    ada = lead("Ada")
    Lead.objects.filter(pk=ada.pk).update(email=address)
    meeting = booked(ada, mia)

    assert meeting.invitation is None
    assert meeting.standing == Standing.BOOKED


def test_others_do_not_change_it(ada: Lead, mia: User, nils: User, vera: User) -> None:
    meeting = booked(ada, mia)

    with pytest.raises(PermissionDenied):
        call_off(meeting, by=nils, at=NOON, via=Via.WEB)
    with pytest.raises(PermissionDenied):
        booked(ada, vera)
