"""Verbs: tell people something, once; note that they read it, and where they wish to be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from handraise.leads.bulk import rows_of
from handraise.leads.decide import Refused as Refused
from handraise.leads.models import Lead
from handraise.talk import chat, decide
from handraise.talk.decide import Channels
from handraise.talk.models import DigestHour, Notification, Preference
from handraise.talk.queries import channels_of
from handraise.team.models import User

LONGEST_NEWS = 500
LONGEST_LINK = 300
LONGEST_KEY = 120

# In the order of people, so that two that tell the same people at once do not deadlock.
_TELL = """
    INSERT INTO talk_notification (person_id, kind, key, text, link, lead_id, at, in_app, by_mail)
    SELECT person, %(kind)s, %(key)s, %(said)s, %(link)s, %(lead)s, %(at)s, in_app, by_mail
    FROM unnest(%(people)s::bigint[], %(in_app)s::boolean[], %(by_mail)s::boolean[])
        AS told (person, in_app, by_mail)
    ORDER BY person
    ON CONFLICT (person_id, kind, key) DO NOTHING
    RETURNING person_id
"""


@transaction.atomic
def notify(
    people: Iterable[User],
    *,
    kind: str,
    said: str,
    link: str,
    key: str,
    at: datetime,
    lead: Lead | None = None,
) -> list[int]:
    """Tell these people something, each where they wish to be told; the ids of who is told anew.

    `key` names the thing within its kind: nobody is told of it twice. `link` is a page of ours
    (`/lead/7/`). Who has left is passed over; the caller leaves out whoever did it themselves.
    """
    checked(link, key)
    ids = sorted({person.pk for person in people if person.is_active})
    if not ids:
        return []
    wished = channels_of(ids, kind)
    said = decide.excerpt(said, LONGEST_NEWS)
    told = rows_of(
        _TELL,
        {
            "kind": kind, "key": key, "said": said, "link": link, "at": at, "people": ids,
            "lead": None if lead is None else lead.pk,
            "in_app": [wished[one].in_app for one in ids],
            "by_mail": [wished[one].by_mail for one in ids],
        },
    )  # fmt: skip
    fresh = sorted(row[0] for row in told)
    asked = [one for one in fresh if wished[one].by_chat]
    if fresh:
        chat.post(fresh, asked=asked, kind=kind, said=said, link=link, key=key, at=at)
    return fresh


def checked(link: str, key: str) -> None:
    """Raises ValueError for news that lead elsewhere, or that have no key."""
    if not link.startswith("/") or link.startswith("//") or len(link) > LONGEST_LINK:
        raise ValueError(f"News lead to a page of ours, not to {link[:80]!r}.")
    if not 0 < len(key) <= LONGEST_KEY:
        raise ValueError(f"The key of news has one to {LONGEST_KEY} characters.")


def mark_read(user: User, *, at: datetime, pk: int | None = None) -> int:
    """Note that a person read one of their news, or all; how many had not been read."""
    unread = Notification.objects.filter(person=user, read_at=None, at__lte=at)
    if pk is not None:
        unread = unread.filter(pk=pk)
    return unread.update(read_at=at)


@transaction.atomic
def prefer(user: User, *, wished: Mapping[str, Channels], digest_hour: int | None) -> None:
    """Where each kind of news reaches this person, and when their digest goes out. Raises Refused
    for an hour that no day has. It holds for what comes from now on."""
    if digest_hour is not None and not 0 <= digest_hour <= 23:
        raise Refused("The digest goes out at an hour from 0 to 23.")
    for kind in decide.kinds():
        if (said := wished.get(kind.code)) is not None:
            Preference.objects.update_or_create(
                person=user,
                kind=kind.code,
                defaults={
                    "in_app": said.in_app, "by_mail": said.by_mail, "by_chat": said.by_chat,
                },
            )  # fmt: skip
    DigestHour.objects.update_or_create(person=user, defaults={"hour": digest_hour})
