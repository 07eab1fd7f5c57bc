"""A person's calendar as iCalendar (RFC 5545): due tasks, meetings, and what other steps add.

Instants are written in UTC and days as bare dates, so no calendar has to know a zone. A task is an
event, since most calendars show nothing else of a feed; asked for to-dos, it is a VTODO.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeAlias

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.urls import reverse
from icalendar import Calendar, Component, Event, Todo

from handraise.post.queries import meetings_of
from handraise.talk.models import Task
from handraise.talk.queries import tasks_visible_to
from handraise.talk.tasking import page_of
from handraise.team.models import User

PAST, FUTURE = timedelta(days=90), timedelta(days=2 * 365)
MOST_TASKS = MOST_MEETINGS = 500
LENGTH = timedelta(minutes=15)  # of a task that is due at an instant
ASKS_AGAIN = timedelta(minutes=15)
_PRIORITIES = {1: 1, 2: 5, 3: 9}  # ours, and RFC 5545's


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of a calendar: from `begins` until before `ends`, instants or days.

    `uid` stays the same whatever changes, and `revision` grows with each change.
    """

    uid: str
    title: str
    begins: datetime | date
    ends: datetime | date
    link: str
    changed_at: datetime
    text: str = ""
    place: str = ""
    revision: int = 0
    is_busy: bool = True
    is_cancelled: bool = False


def meetings(user: User, begin: datetime, end: datetime) -> list[Entry]:
    """What this person booked with leads, and what they were asked to join."""
    found = meetings_of(user, begin, end)[:MOST_MEETINGS]
    prefetch_related_objects(found, "invitation")
    return [
        Entry(
            uid=one.uid, title=f"{one.subject} ({one.lead.canonical})", begins=one.starts_at,
            ends=one.ends_at, link=reverse("meeting", args=[one.pk]),
            changed_at=one.booked_at if one.invitation is None else one.invitation.created_at,
            text=f"Booked by {one.by}", place=one.place, revision=one.sequence,
        )
        for one in found
    ]  # fmt: skip


Source: TypeAlias = Callable[[User, datetime, datetime], Iterable[Entry]]
_SOURCES: list[Source] = [meetings]


def add_source(source: Source) -> None:
    """Have this asked for a person's events between two instants. For steps, when they load."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def calendar_of(user: User, *, at: datetime, as_todos: bool = False) -> bytes:
    """The calendar of this person around an instant, as a file of iCalendar."""
    made = Calendar()
    made.add("prodid", "-//Handraise//Tasks//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", f"Handraise: {user.name}")
    made.add("refresh-interval", ASKS_AGAIN, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT15M")
    for task in due_tasks(user, at=at):
        made.add_component(_todo(task) if as_todos else _event(_entry_of(task)))
    if not as_todos:
        for source in _SOURCES:
            for entry in source(user, at - PAST, at + FUTURE):
                made.add_component(_event(entry))
    file: bytes = made.to_ical()
    return file


def due_tasks(user: User, *, at: datetime) -> list[Task]:
    """This person's tasks that have a time, not done, the next 500 of about now."""
    mine = tasks_visible_to(user).filter(assignee=user, done_at=None)
    dated = mine.filter(due_on__range=((at - PAST).date(), (at + FUTURE).date()))
    timed = mine.filter(due_at__range=(at - PAST, at + FUTURE))
    found = [
        *dated.order_by("due_on", "pk")[:MOST_TASKS],
        *timed.order_by("due_at", "pk")[:MOST_TASKS],
    ]
    return sorted(found, key=_due_day)[:MOST_TASKS]


def _due_day(task: Task) -> tuple[date, int]:
    day = task.due_on or (task.due_at.astimezone(UTC).date() if task.due_at else date.max)
    return day, task.pk


def _entry_of(task: Task) -> Entry:
    begins: datetime | date | None = task.due_on or task.due_at
    assert begins is not None
    length = LENGTH if isinstance(begins, datetime) else timedelta(days=1)
    who = "" if task.lead is None else str(task.lead.canonical)
    return Entry(
        uid=_uid(task), title=f"{task.text} ({who})" if who else task.text, begins=begins,
        ends=begins + length, link=page_of(task), changed_at=task.changed_at,
        text=_given_by(task), revision=task.revision, is_busy=False,
    )  # fmt: skip


def _event(entry: Entry) -> Component:
    event = Event()
    _describe(event, entry.uid, entry.title, entry.link, entry.changed_at, entry.revision)
    event.add("dtstart", _in_utc(entry.begins))
    event.add("dtend", _in_utc(entry.ends))
    event.add("transp", "OPAQUE" if entry.is_busy else "TRANSPARENT")
    if entry.text:
        event.add("description", entry.text)
    if entry.place:
        event.add("location", entry.place)
    if entry.is_cancelled:
        event.add("status", "CANCELLED")
    return event


def _todo(task: Task) -> Component:
    todo = Todo()
    _describe(todo, _uid(task), task.text, page_of(task), task.changed_at, task.revision)
    todo.add("due", _in_utc(task.due_on or task.due_at))
    todo.add("priority", _PRIORITIES[task.priority])
    todo.add("status", "NEEDS-ACTION")
    todo.add("description", _given_by(task))
    return todo


def _describe(
    made: Component, uid: str, title: str, link: str, changed_at: datetime, revision: int
) -> None:
    made.add("uid", uid)
    made.add("summary", title)
    made.add("url", settings.ADDRESS + link)
    made.add("dtstamp", changed_at.astimezone(UTC))  # not now: unchanged tasks are the same file
    made.add("last-modified", changed_at.astimezone(UTC))
    made.add("sequence", revision)


def _in_utc(when: datetime | date | None) -> datetime | date | None:
    return when.astimezone(UTC) if isinstance(when, datetime) else when


def _uid(task: Task) -> str:
    return f"{task.uid}@handraise"


def _given_by(task: Task) -> str:
    return f"Given by {task.by}" if task.by_id != task.assignee_id else "Your own task"
