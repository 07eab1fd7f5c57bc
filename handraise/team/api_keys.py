"""API keys: a program acts as the person who made the key, and may do no more than they may."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import QuerySet

from handraise.team.decide import Refused
from handraise.team.models import ApiKey, User

MOST = 20  # live keys of one person
NOTED_EVERY = timedelta(minutes=1)  # so that a busy program does not write a row each call


@transaction.atomic
def create_api_key(
    user: User, *, name: str, may_write: bool, by: User, at: datetime
) -> tuple[ApiKey, str]:
    """A key of this person's, and its plain text, which is kept nowhere. Raises Refused."""
    if by.pk != user.pk:
        raise Refused("Everybody makes their own keys.")
    called = name.strip()
    if not called or len(called) > 80 or "\x00" in called:
        raise Refused("Say what the key is for, in at most 80 characters.")
    if user.api_keys.filter(revoked_at=None).count() >= MOST:
        raise Refused(f"{MOST} keys are the most; revoke one first.")
    plaintext = f"hrk_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        user=user, name=called, may_write=may_write, digest=_digest(plaintext),
        hint=plaintext[-4:], created_at=at,
    )  # fmt: skip
    return key, plaintext


def revoke_api_key(key: ApiKey, *, by: User, at: datetime) -> bool:  # noqa: ARG001 - the caller writes who
    """From now on the key opens nothing; whether it did until now."""
    return bool(ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at))


def api_keys_of(user: User) -> QuerySet[ApiKey]:
    """This person's keys, live ones first."""
    return user.api_keys.order_by("revoked_at", "-created_at")


def key_of(plaintext: str, *, at: datetime) -> ApiKey | None:
    """The live key of this text, whose person still works here. Notes that it was used."""
    live = ApiKey.objects.filter(revoked_at=None, user__is_active=True)
    key = live.select_related("user__team").filter(digest=_digest(plaintext)).first()
    if key is not None and (key.used_at is None or at - key.used_at > NOTED_EVERY):
        ApiKey.objects.filter(pk=key.pk).update(used_at=at)
    return key


def _digest(plaintext: str) -> bytes:
    return sha256(plaintext.encode("utf-8", "replace")).digest()


__all__ = ["api_keys_of", "create_api_key", "key_of", "revoke_api_key"]
