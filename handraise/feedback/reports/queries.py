"""Reads: whose weekly mail is due, and what became of the last one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings

from handraise.feedback.reports.catalogue import Audience, audience
from handraise.feedback.reports.models import MailedReport, ReportWish
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may

log = structlog.get_logger()
HOUR = 7  # of Monday, where the person is
LATE = timedelta(days=2)  # a worker that was down so long sends no report of last week any more


@dataclass(frozen=True, slots=True)
class Due:
    """A report to be mailed: whose, and of the week that begins on which Monday."""

    person: User
    audience: Audience
    week: date


def due(*, at: datetime) -> list[Due]:
    """Whose report of the last week should have gone out by now, and was not asked for. A wish
    that fails holds up no other."""
    found = []
    wishes = ReportWish.objects.filter(person__is_active=True).select_related("person")
    for wish in wishes.order_by("pk"):
        try:
            one = _due_of(wish, at)
        except Exception as fault:
            log.warning("feedback.report_failed", person=wish.person_id, error=str(fault))
            continue
        if one is not None:
            found.append(one)
    asked = MailedReport.objects.filter(week__in={one.week for one in found})
    there = set(asked.values_list("person", "week"))
    return [one for one in found if (one.person.pk, one.week) not in there]


def _due_of(wish: ReportWish, at: datetime) -> Due | None:
    person, wanted = wish.person, audience(wish.audience)
    zone = place_of(person)
    here = at.astimezone(zone)
    monday = here.date() - timedelta(days=here.weekday())
    hour = datetime(monday.year, monday.month, monday.day, HOUR, tzinfo=zone)
    if wanted is None or not hour <= at < hour + LATE or wish.since > hour:
        return None
    return Due(person, wanted, monday) if may(person, Permission.SEE) else None


def place_of(person: User) -> tzinfo:
    """The zone by which a person's Monday is reckoned: theirs, else the installation's where
    theirs cannot be read (any more: zones are renamed, and tables of them differ)."""
    try:
        return ZoneInfo(person.zone)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(settings.TIME_ZONE)


def failed_mail(person: User) -> MailedReport | None:
    """The last weekly mail of this person, if it came to nothing."""
    last = MailedReport.objects.filter(person=person).order_by("-week").first()
    return last if last is not None and last.error else None
