"""From the inbox to the leads, once and only once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from handraise.capture import drops, keys
from handraise.capture.decide import Refusal
from handraise.capture.digest import digest_once
from handraise.capture.models import Drop, Inbox, Receipt
from handraise.leads import attention
from handraise.leads.decide import SourceKind
from handraise.leads.models import Activity, Identity, Lead, Source
from handraise.leads.queries import facts_of
from handraise.team.models import User
from tests.personas import NOON

LATER = NOON + timedelta(minutes=5)
pytestmark = pytest.mark.django_db


@pytest.fixture
def source(db: None) -> Source:
    return keys.create_key(kind=SourceKind.API, name="Website", by=None, at=NOON)[0].source


def arrived(source: Source, endpoint: str, body: object) -> Inbox:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Inbox.objects.create(source=source, received_at=NOON, endpoint=endpoint, body=data)


def track(number: int, **more: Any) -> dict[str, Any]:
    return {"type": "track", "userId": "ada", "event": f"Event {number}",
            "messageId": f"m{number}", **more}  # fmt: skip


def test_it_records_what_arrived_and_empties_the_inbox(source: Source) -> None:
    arrived(source, "track", track(1, properties={"plan": "Pro"}))
    arrived(source, "batch", {"batch": [track(2), track(3)]})

    assert digest_once(limit=100, at=LATER) == 3

    made = Activity.objects.order_by("message_id")
    assert [activity.message_id for activity in made] == ["m1", "m2", "m3"]
    assert made[0].properties == {"plan": "Pro"}
    assert (made[0].occurred_at, made[0].known_at) == (NOON, LATER)
    assert not Inbox.objects.exists()
    assert not Drop.objects.exists()
    assert digest_once(limit=100, at=LATER) == 0


def test_a_retried_message_is_counted_once_and_makes_no_noise(source: Source) -> None:
    batch = {"batch": [track(1), track(2)], "sentAt": "2026-03-04T11:00:00Z"}
    arrived(source, "batch", batch)
    arrived(source, "batch", {**batch, "sentAt": "2026-03-04T11:00:09Z"})
    digest_once(limit=100, at=LATER)
    arrived(source, "batch", batch)
    digest_once(limit=100, at=LATER)

    assert Activity.objects.count() == 2
    assert not Drop.objects.exists()


def test_an_id_used_for_another_message_is_named_a_duplicate(source: Source) -> None:
    arrived(source, "batch", {"batch": [track(1), track(1, event="Other")], "context": {"a": 1}})
    digest_once(limit=100, at=LATER)
    arrived(source, "track", track(1, event="Third"))
    digest_once(limit=100, at=LATER)

    assert Activity.objects.get().name == "Event 1"
    assert [drop.reason for drop in Drop.objects.all()] == [Refusal.DUPLICATE] * 2
    kept = Drop.objects.earliest("id")
    assert kept.detail == "messageId “m1” was already used for another message."
    assert json.loads(bytes(kept.body)) == {
        "batch": [track(1, event="Other")], "context": {"a": 1},
    }  # fmt: skip


def test_the_same_id_from_another_source_is_another_message(source: Source) -> None:
    other = keys.create_key(kind=SourceKind.API, name="Shop", by=None, at=NOON)[0].source
    arrived(source, "track", track(1))
    arrived(other, "track", track(1))

    digest_once(limit=100, at=LATER)

    assert Activity.objects.count() == 2


def test_it_takes_no_more_calls_than_asked(source: Source) -> None:
    for number in range(5):
        arrived(source, "track", track(number))

    assert digest_once(limit=2, at=LATER) == 2
    assert Inbox.objects.count() == 3
    assert set(Receipt.objects.values_list("message_id", flat=True)) == {"m0", "m1"}


def test_what_the_rules_refuse_by_now_becomes_a_drop(source: Source) -> None:
    arrived(source, "track", {"userId": "u", "writeKey": "secret", "messageId": "m1"})
    arrived(source, "track", b"not json")

    assert digest_once(limit=100, at=LATER) == 2

    first, second = Drop.objects.order_by("id")
    assert (first.reason, first.message_id) == (Refusal.NAME_MISSING, "m1")
    assert b"secret" not in bytes(first.body)
    assert (second.reason, bytes(second.body)) == (Refusal.UNDIGESTIBLE, b"not json")


@pytest.fixture
def trap(source: Source) -> None:
    """The database itself refuses one event, as a bug inside would make it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE leads_activity ADD CONSTRAINT trap CHECK (name <> 'Poison') NOT VALID"
        )


def test_a_message_that_fails_inside_is_found_and_kept_and_the_others_taken(
    source: Source, trap: None
) -> None:
    messages = [track(number) for number in range(20)]
    messages[13]["event"] = "Poison"
    arrived(source, "batch", {"batch": messages[:10]})
    arrived(source, "batch", {"batch": messages[10:], "sentAt": "2026-03-04T12:00:00Z"})

    assert digest_once(limit=100, at=LATER) == 20

    assert Activity.objects.count() == 19
    drop = Drop.objects.get()
    assert (drop.reason, drop.message_id) == (Refusal.UNDIGESTIBLE, "m13")
    assert "CheckViolation" in drop.detail
    assert json.loads(bytes(drop.body))["batch"] == [messages[13]]
    assert not Inbox.objects.exists()


def test_a_drop_is_replayed_once_after_the_fix(source: Source, trap: None, mark: User) -> None:
    arrived(source, "batch", {"batch": [track(1, event="Poison")]})
    digest_once(limit=100, at=LATER)
    drop = Drop.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE leads_activity DROP CONSTRAINT trap")

    counts = [drops.replay([drop.pk], by=mark, at=LATER + timedelta(hours=1)) for _ in range(2)]
    digest_once(limit=100, at=LATER + timedelta(hours=2))

    assert counts == [1, 0]
    made = Activity.objects.get()
    assert (made.occurred_at, made.known_at) == (NOON, LATER + timedelta(hours=2))
    drop.refresh_from_db()
    assert (drop.replayed_at, drop.replayed_by) == (LATER + timedelta(hours=1), mark)


def test_a_limit_of_the_database_is_the_message_s_fault(source: Source) -> None:
    """An index row too large is an OperationalError, and yet no outage."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX trap ON leads_activity ((properties::text))")
    noise = "".join(chr(0x4E00 + (i * 7919) % 20000) for i in range(9000))
    batch = {"batch": [track(1), track(2, properties={"x": noise})]}
    arrived(source, "batch", json.dumps(batch, ensure_ascii=False).encode())

    digest_once(limit=100, at=LATER)

    assert Activity.objects.get().message_id == "m1"
    assert Drop.objects.get().message_id == "m2"


def test_an_outage_loses_nothing_and_blames_nobody(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived(source, "track", track(1))

    def away(*_: object, **__: object) -> None:
        raise OperationalError("terminating connection due to administrator command")

    monkeypatch.setattr("handraise.capture.digest.record", away)
    with pytest.raises(OperationalError):
        digest_once(limit=100, at=LATER)

    assert Inbox.objects.count() == 1
    assert not Drop.objects.exists()
    assert not Receipt.objects.exists()


def test_one_receipt_a_message_is_defended_by_the_database(source: Source) -> None:
    Receipt.objects.create(source=source, message_id="m", fingerprint=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.create(source=source, message_id="m", fingerprint=1)


def test_a_robot_s_activity_is_recorded_and_does_not_count(source: Source) -> None:
    agent = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    arrived(source, "track", track(1, context={"userAgent": agent}))

    digest_once(limit=100, at=LATER)

    judgement = Activity.objects.get().judgements.get()
    assert (judgement.doubt, judgement.counts) == ("bot", False)


def test_identities_of_a_message_are_recorded(source: Source) -> None:
    told = {"userId": "u1", "anonymousId": "a1", "traits": {"email": "Ada@Example.com"}}
    arrived(source, "identify", told)

    digest_once(limit=100, at=LATER)

    kept = set(Identity.objects.exclude(kind="record").values_list("kind", "value"))
    assert kept == {("user_id", "u1"), ("anonymous_id", "a1"), ("email", "ada@example.com")}


def test_a_call_of_just_now_is_looked_at_when_it_is_known(source: Source) -> None:
    just_now = NOON + timedelta(milliseconds=3)  # after the worker last looked at the clock
    row = arrived(source, "track", track(1))
    Inbox.objects.filter(pk=row.pk).update(received_at=just_now)

    digest_once(limit=100, at=NOON)

    assert Activity.objects.get().known_at == just_now
    assert attention.claim(at=NOON, limit=10).leads == []
    assert len(attention.claim(at=just_now, limit=10).leads) == 1


def test_what_came_by_a_websites_key_is_anybodys_word(source: Source) -> None:
    pages = keys.create_key(kind=SourceKind.WEBSITE, name="Pages", by=None, at=NOON)[0].source
    told = {"type": "identify", "userId": "ada", "messageId": "m1"}
    arrived(source, "identify", {**told, "traits": {"email": "ada@acme.example", "title": "CTO"}})
    theirs = {"email": "eve@evil.example", "title": "Cook", "is_competitor": True, "plan": "team"}
    arrived(pages, "identify", {**told, "traits": theirs})
    other = {**told, "type": "alias", "previousId": "mal@evil.example", "messageId": "m2"}
    arrived(pages, "batch", {"batch": [other]})

    digest_once(limit=100, at=LATER)

    assert {fact.name: fact.value for fact in facts_of(Lead.objects.get())} == {
        "email": "ada@acme.example", "email_domain": "acme.example", "title": "CTO",
        "plan": "team",
    }  # fmt: skip
