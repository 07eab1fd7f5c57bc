"""The weekly mail: what the last week says, its charts, and the three things to talk about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from handraise.feedback.reports.catalogue import TABLES, Audience, audience
from handraise.feedback.reports.drawing import as_png
from handraise.feedback.reports.models import ReportWish
from handraise.feedback.reports.things import Thing, things
from handraise.feedback.standing.queries import one_look
from handraise.feedback.tabular import Period, Table
from handraise.leads.bulk import rows_of
from handraise.leads.decide import Refused
from handraise.post.actions import named, post_mail
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may

log = structlog.get_logger()
HOUR = 7  # of Monday, where the person is
COVERS = timedelta(days=90)
LATE = timedelta(days=2)  # a worker that was down so long sends no report of last week any more

_CLAIM = """
    insert into feedback_mailed_report (person_id, week, at) values (%s, %s, %s)
    on conflict (person_id, week) do nothing returning id
"""


@dataclass(frozen=True, slots=True)
class Due:
    """A report to be mailed: whose, and of the week that begins on which Monday."""

    person: User
    audience: Audience
    week: date


def due(*, at: datetime) -> list[Due]:
    """Whose report of the last week should have gone out by now."""
    wishes = ReportWish.objects.filter(person__is_active=True).select_related("person")
    made = [_due_of(one, at) for one in wishes.order_by("pk")]
    return [one for one in made if one is not None]


def _due_of(wish: ReportWish, at: datetime) -> Due | None:
    person, wanted = wish.person, audience(wish.audience)
    here = at.astimezone(ZoneInfo(person.zone))
    monday = here.date() - timedelta(days=here.weekday())
    hour = datetime(monday.year, monday.month, monday.day, HOUR, tzinfo=ZoneInfo(person.zone))
    if wanted is None or not hour <= at < hour + LATE or wish.since > hour:
        return None
    return Due(person, wanted, monday) if may(person, Permission.SEE) else None


def send_due(*, at: datetime) -> int:
    """Put every report that is due into the outbox; how many. One that fails holds up no other."""
    sent = 0
    ready: dict[str, Written] = {}
    for one in due(at=at):
        try:
            sent += _send(one, at, ready)
        except Exception as fault:  # tried again at the next round
            log.warning("feedback.report_failed", person=one.person.pk, error=str(fault))
    return sent


@dataclass(frozen=True, slots=True)
class Written:
    """What all readers of one audience are told."""

    tables: tuple[Table, ...]
    things: tuple[Thing, ...]
    pictures: dict[str, bytes]


def written(wanted: Audience, *, at: datetime) -> Written:
    """The tables of an audience, what to talk about, and the charts by the code of their table."""
    period = Period(at - COVERS, at, at)
    with one_look(at=at):
        tables, told = tuple(TABLES[code](period) for code in wanted.tables), things(period)
    pictures = {table.code: drawn for table in tables if (drawn := as_png(table))}
    return Written(tables, tuple(told), pictures)


@transaction.atomic
def _send(one: Due, at: datetime, ready: dict[str, Written]) -> bool:
    """The row of the week first: whoever comes second to it sends nothing."""
    claimed = rows_of(_CLAIM, [one.person.pk, one.week, at])
    if not claimed:
        return False
    if one.audience.code not in ready:
        ready[one.audience.code] = written(one.audience, at=at)
    told = ready[one.audience.code]
    context = {
        "person": one.person, "audience": one.audience, "told": told, "address": settings.ADDRESS,
        "drawn": set(told.pictures),
    }  # fmt: skip
    with timezone.override(one.person.zone):
        text = render_to_string("feedback/reports/mail.txt", context)
        html = render_to_string("feedback/reports/mail.html", context)
    try:
        post_mail(
            to=[named(one.person.name, one.person.email)], subject=_subject(told.things),
            text=text, html=html, pictures=told.pictures, sender=None,
            about=f"feedback.report:{claimed[0][0]}", at=at,
            headers={"Auto-Submitted": "auto-generated"},
        )  # fmt: skip
    except Refused as refused:  # an address that takes no mail; the page shows it all the same
        log.warning("feedback.report_refused", person=one.person.pk, why=str(refused))
        return False
    return True


def _subject(told: Iterable[Thing]) -> str:
    count = len(list(told))
    if not count:
        return "Handraise: the week, and nothing that stands out"
    return f"Handraise: {'one thing' if count == 1 else f'{count} things'} to talk about this week"
