"""Verbs of calendar feeds: make the secret address of a person's calendar, or end it."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from handraise.leads import journal
from handraise.leads.decide import Via
from handraise.talk.models import Feed
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

_LENGTH = 32  # bytes of chance: nobody guesses one


@transaction.atomic
def renew_feed(*, by: User, at: datetime, via: Via) -> str:
    """A new token for this person's calendar, which is kept nowhere; an older one ends."""
    require(by, Permission.SEE)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    Feed.objects.filter(person=by, revoked_at=None).update(revoked_at=at)
    token = secrets.token_urlsafe(_LENGTH)
    Feed.objects.create(person=by, token=_digest(token), hint=token[-4:], made_at=at)
    said = f"{by} made a new address for their calendar."
    journal.write("talk.feed_renewed", at=at, via=via, by=by, said=said)
    return token


@transaction.atomic
def revoke_feed(*, by: User, at: datetime, via: Via) -> bool:
    """From now on the address of this person's calendar leads nowhere; whether there was one."""
    ended = Feed.objects.filter(person=by, revoked_at=None).update(revoked_at=at)
    if ended:
        said = f"{by} revoked the address of their calendar."
        journal.write("talk.feed_revoked", at=at, via=via, by=by, said=said)
    return bool(ended)


def end_feed_of(person: User, *, at: datetime) -> None:
    """Whoever was shut out, or may be somebody else: the address opens nothing, also if they come
    back. Part of what shuts them out, which is written down there."""
    Feed.objects.filter(person=person, revoked_at=None).update(revoked_at=at)


def person_of(token: str) -> User | None:
    """Whose calendar this token opens; nobody's if it was revoked or they have left."""
    found = Feed.objects.filter(token=_digest(token), revoked_at=None, person__is_active=True)
    feed = found.select_related("person").first()
    return None if feed is None else feed.person


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
