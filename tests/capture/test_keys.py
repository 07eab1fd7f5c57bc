"""Write keys: shown once, kept as a hash, revoked for good."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest

from handraise.capture import keys
from handraise.capture.models import WriteKey
from handraise.leads.decide import SourceKind
from handraise.leads.models import JournalLine
from handraise.team.models import User
from tests.personas import NOON

pytestmark = pytest.mark.django_db


def test_only_the_hash_of_a_key_is_kept(rita: User) -> None:
    key, plaintext = keys.create_key(kind=SourceKind.API, name="Website", by=rita, at=NOON)

    assert bytes(key.digest) == sha256(plaintext.encode()).digest()
    assert (key.hint, key.source.name, key.created_by) == (plaintext[-4:], "Website", rita)
    assert plaintext.startswith("hr_")
    assert JournalLine.objects.get().kind == "capture.key_created"


def test_a_key_is_revoked_once(rita: User) -> None:
    key, _ = keys.create_key(kind=SourceKind.API, name="Website", by=rita, at=NOON)

    keys.revoke_key(key, by=rita, at=NOON)
    keys.revoke_key(key, by=rita, at=NOON + timedelta(days=1))

    assert WriteKey.objects.get().revoked_at == NOON
    kinds = list(JournalLine.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["capture.key_created", "capture.key_revoked"]
