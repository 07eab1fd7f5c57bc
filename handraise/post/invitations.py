"""Invitations as calendars read them (iCalendar, iTIP): asked, changed, called off.

Instants are written in UTC: a single meeting then needs no rules of a zone, and every calendar
shows it in its reader's own time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.headerregistry import Address

from icalendar import Calendar, Event, vCalAddress

from handraise.post.decide import Standing, address, named, spec_of, when
from handraise.post.models import Meeting

MAKER = "-//Handraise//Handraise//EN"


def calendar(meeting: Meeting, *, to: list[str], at: datetime) -> bytes:
    """The invitation to these people, or its cancelling where the meeting was called off.

    `to` are lines such as `Ada <ada@engines.example>`.
    """
    made = Calendar()
    made.add("prodid", MAKER)
    made.add("version", "2.0")
    made.add("method", method(meeting))
    made.add_component(_event(meeting, to, at))
    return bytes(made.to_ical())


def cancelling(meeting: Meeting, *, to: list[str], at: datetime) -> bytes:
    """For people who are no longer asked, while the meeting goes on without them."""
    made = Calendar()
    made.add("prodid", MAKER)
    made.add("version", "2.0")
    made.add("method", "CANCEL")
    event = _event(meeting, to, at)
    event["status"] = "CANCELLED"
    made.add_component(event)
    return bytes(made.to_ical())


def method(meeting: Meeting) -> str:
    return "CANCEL" if meeting.standing == Standing.CALLED_OFF else "REQUEST"


def text(meeting: Meeting, *, opening: str) -> str:
    """What the mail says to those whose programs read no calendars."""
    lines = [opening, "", meeting.subject, when(meeting.starts_at, meeting.ends_at, meeting.zone)]
    lines += [meeting.place] * bool(meeting.place)
    lines += ["", meeting.message] * bool(meeting.message)
    return "\n".join([*lines, "", meeting.by.name, meeting.by.email, ""])


def _event(meeting: Meeting, to: list[str], at: datetime) -> Event:
    event = Event()
    event.add("uid", meeting.uid)
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", at.astimezone(UTC))
    event.add("dtstart", meeting.starts_at.astimezone(UTC))
    event.add("dtend", meeting.ends_at.astimezone(UTC))
    event.add("summary", meeting.subject)
    event.add("status", "CANCELLED" if method(meeting) == "CANCEL" else "CONFIRMED")
    if meeting.place:
        event.add("location", meeting.place)
    if meeting.message:
        event.add("description", meeting.message)
    event.add("organizer", _person(address(named(meeting.by.name, meeting.by.email))))
    for line in to:
        event.add("attendee", _asked(address(line)), encode=False)
    return event


def _person(who: Address) -> vCalAddress:
    made = vCalAddress(f"mailto:{spec_of(who)}")
    made.params["CN"] = _common_name(who.display_name) or spec_of(who)
    return made


def _asked(who: Address) -> vCalAddress:
    made = _person(who)
    made.params |= {
        "CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "TRUE",
    }  # fmt: skip
    return made


def _common_name(name: str) -> str:
    """A name as a parameter may hold it: no double quotes, no control characters."""
    return " ".join(name.replace('"', "'").split())


__all__ = ["calendar", "cancelling", "method", "text"]
