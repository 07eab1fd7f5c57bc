"""Who sees drops, how they are counted, who may replay them."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from handraise.capture import drops, keys
from handraise.capture.decide import Refusal
from handraise.capture.models import Drop, Inbox
from handraise.leads.decide import SourceKind
from handraise.team.models import User
from tests.personas import NOON

pytestmark = pytest.mark.django_db


def dropped(reason: Refusal, body: bytes = b"{}") -> Drop:
    source = keys.create_key(kind=SourceKind.API, name="Website", by=None, at=NOON)[0].source
    return Drop.objects.create(
        at=NOON, received_at=NOON, source=source, reason=reason, endpoint="track", body=body
    )


def test_drops_are_for_those_who_may_replay_them(mark: User, vera: User) -> None:
    drop = dropped(Refusal.NOBODY)

    assert list(drops.drops_visible_to(mark)) == [drop]
    assert not drops.drops_visible_to(vera).exists()
    with pytest.raises(PermissionDenied):
        drops.replay([drop.pk], by=vera, at=NOON)
    assert not Inbox.objects.exists()


def test_drops_are_counted_by_reason(mark: User) -> None:
    for reason in (Refusal.NOBODY, Refusal.NAME_MISSING, Refusal.NOBODY):
        dropped(reason)

    counts = drops.counts_by_reason(drops.drops_visible_to(mark))

    assert list(counts.items()) == [(Refusal.NOBODY, 2), (Refusal.NAME_MISSING, 1)]


def test_a_replay_keeps_the_bytes_and_the_instant_of_receiving(mark: User) -> None:
    drop = dropped(Refusal.UNDIGESTIBLE, b'{"x": "\\u0000"}')

    assert drops.replay([drop.pk, 999_999], by=mark, at=NOON) == 1

    waiting = Inbox.objects.get()
    assert bytes(waiting.body) == b'{"x": "\\u0000"}'
    assert (waiting.received_at, waiting.endpoint, waiting.source) == (NOON, "track", drop.source)
