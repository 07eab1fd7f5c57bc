"""Write keys: made once, shown once, revoked for good."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256
from typing import Literal, TypeAlias

from django.db import transaction

from handraise.capture.models import WriteKey
from handraise.leads import journal
from handraise.leads.decide import SourceKind, Via
from handraise.leads.models import Source
from handraise.team.models import User

KeyKind: TypeAlias = Literal[SourceKind.WEBSITE, SourceKind.API]
WHOSE: dict[KeyKind, str] = {SourceKind.WEBSITE: "website", SourceKind.API: "server"}


def whose(key: WriteKey) -> str:
    """`website` or `server`."""
    is_a_website = key.source.kind == SourceKind.WEBSITE
    return WHOSE[SourceKind.WEBSITE if is_a_website else SourceKind.API]


def create_key(
    *, kind: KeyKind, name: str, by: User | None, at: datetime, via: Via = Via.SHELL
) -> tuple[WriteKey, str]:
    """A key for a new source called `name`, and its plain text, which is kept nowhere.

    `kind`: WEBSITE for one that stands in pages, where anybody can read it; API for a server's.
    """
    plaintext = f"hr_{secrets.token_urlsafe(24)}"
    with transaction.atomic():
        source = Source.objects.create(name=name[:120], kind=kind, created_at=at)
        key = WriteKey.objects.create(
            source=source,
            digest=sha256(plaintext.encode()).digest(),
            hint=plaintext[-4:],
            created_at=at,
            created_by=by,
        )
        said = f"The write key of {source.name} was made, for a {WHOSE[kind]}."
        journal.write("capture.key_created", at=at, via=via, by=by, said=said)
    return key, plaintext


def revoke_key(key: WriteKey, *, by: User | None, at: datetime, via: Via = Via.SHELL) -> None:
    """From now on (a few seconds at most) the key writes nothing. Once is enough."""
    with transaction.atomic():
        if WriteKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=at):
            said = f"The write key of {key.source.name} was revoked."
            journal.write("capture.key_revoked", at=at, via=via, by=by, said=said)
