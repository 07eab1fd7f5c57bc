"""The mail that tells a person once a day what they have not read yet.

It goes out at their hour of a day on which they work, where they are. What comes after that hour
waits for the next such day; when nothing came, there is no mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Min, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone

from handraise.kit import public_holidays
from handraise.leads.bulk import rows_of
from handraise.leads.decide import Refused
from handraise.post.actions import named, post_mail
from handraise.talk import decide
from handraise.talk.models import Digest, Notification
from handraise.talk.queries import DIGEST_HOUR
from handraise.team.models import User

log = structlog.get_logger()
MOST_TOLD = 50  # of one mail; it says how many more there are

_CLAIM = """
    INSERT INTO talk_digest (person_id, day, at) VALUES (%s, %s, %s)
    ON CONFLICT (person_id, day) DO NOTHING RETURNING id
"""


_WAITING = Notification.objects.filter(by_mail=True, read_at=None, digest=None)


@dataclass(frozen=True, slots=True)
class Due:
    """One digest to be sent: whose, of which day of theirs, with what came until which instant."""

    person: User
    day: date
    until: datetime


def due(at: datetime) -> list[Due]:
    """Whose digest should have gone out by now, and has not. Whose cannot be told is left out."""
    oldest = dict(
        _WAITING.values("person").annotate(oldest=Min("at")).values_list("person", "oldest")
    )
    people = User.objects.filter(is_active=True, pk__in=oldest).select_related("digest_hour")
    made = [_told_of(one, at) for one in people.order_by("pk")]
    ripe = [one for one in made if one is not None and oldest[one.person.pk] <= one.until]
    sent = Digest.objects.filter(person__in=[one.person for one in ripe])
    there = set(sent.filter(day__in={one.day for one in ripe}).values_list("person", "day"))
    return [one for one in ripe if (one.person.pk, one.day) not in there]


def _told_of(person: User, at: datetime) -> Due | None:
    try:
        return _due_of(person, at)
    except Exception as fault:  # a zone that this machine does not know, or no longer
        log.warning("talk.digest_not_told", person=person.pk, error=str(fault))
        return None


def _due_of(person: User, at: datetime) -> Due | None:
    said = getattr(person, "digest_hour", None)
    hour = DIGEST_HOUR if said is None else said.hour
    day = at.astimezone(ZoneInfo(person.zone)).date()
    if hour is None or not _works_on(person, day, at):
        return None
    until = decide.day_at(day, hour, person.zone)
    return Due(person, day, until) if until <= at else None


def _works_on(person: User, day: date, at: datetime) -> bool:
    """Whether that is a working day of theirs; every day is of who gave no hours."""
    if person.away_until is not None and person.away_until > at:
        return False
    if day in public_holidays.days(person.holidays, at):
        return False
    return not any(person.hours.values()) or bool(person.hours.get(str(day.weekday())))


def send_due(*, at: datetime) -> int:
    """Put every digest that is due into the outbox; how many. One that fails holds up no other."""
    sent = 0
    for one in due(at):
        try:
            sent += _send(one, at)
        except Exception as fault:  # tried again at the next round
            log.warning("talk.digest_failed", person=one.person.pk, error=str(fault))
    return sent


@transaction.atomic
def _send(one: Due, at: datetime) -> bool:
    """The row of the day first: whoever comes second to it sends nothing."""
    claimed = rows_of(_CLAIM, [one.person.pk, one.day, at])
    if not claimed:
        return False
    news = _news_of(one)
    told = list(news.order_by("at", "pk")[: MOST_TOLD + 1])
    count = news.update(digest=claimed[0][0])
    if not told:
        return False  # all was read meanwhile
    context = {
        "person": one.person,
        "news": told[:MOST_TOLD],
        "more": max(count - MOST_TOLD, 0),
        "address": settings.ADDRESS,
    }
    with timezone.override(one.person.zone):
        text = render_to_string("talk/digest.txt", context)
        html = render_to_string("talk/digest_mail.html", context)
    things = "one thing" if count == 1 else f"{count} things"
    try:
        post_mail(
            to=[named(one.person.name, one.person.email)], text=text, html=html, sender=None,
            subject=f"Handraise: {things} for you", about=f"talk.digest:{claimed[0][0]}", at=at,
            headers={"Auto-Submitted": "auto-generated"},
        )  # fmt: skip
    except Refused as refused:  # an address that takes no mail; the app shows the news all the same
        log.warning("talk.digest_refused", person=one.person.pk, why=str(refused))
        return False
    return True


def _news_of(one: Due) -> QuerySet[Notification]:
    return _WAITING.filter(person=one.person, at__lte=one.until)
