"""Whatever comes: it is taken, refused with a reason, or unreadable. Never a fault of ours."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handraise.capture.digest import digest_once
from handraise.capture.models import Drop, Inbox
from handraise.capture.reading import Refused, Unreadable, read
from handraise.capture.validate import Call, entry
from handraise.kit import clock
from handraise.leads.entry import Entry
from tests.capture.conftest import Server

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=[]), max_size=20)  # lone surrogates and NUL too
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
KINDS = ["identify", "track", "page", "screen", "group", "alias"]
IDS = st.sampled_from(["u1", "u2", 7, "null", "ada@example.com", None]) | JSON
INSTANTS = st.datetimes().map(lambda at: f"{at.isoformat()}Z") | JSON
MESSAGE = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS)},
    optional={
        "userId": IDS, "anonymousId": IDS, "previousId": IDS, "groupId": IDS, "event": JSON | TEXT,
        "properties": JSON, "traits": st.dictionaries(TEXT, JSON, max_size=3) | JSON,
        "context": st.fixed_dictionaries({}, optional={
            "traits": JSON, "page": JSON, "campaign": JSON, "userAgent": JSON}) | JSON,
        "timestamp": INSTANTS, "sentAt": INSTANTS, "messageId": TEXT | JSON, "name": JSON,
    },
)  # fmt: skip
ANYTHING = MESSAGE | JSON


def as_bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


def judged(endpoint: str, body: bytes) -> list[Entry | Refused]:
    """What becomes of each item; raises Unreadable, and anything else is a failure."""
    reading = read(endpoint, body)
    kind = "" if endpoint == "batch" else endpoint
    call = Call(1, NOW, NOW, kind, reading.sent_at, reading.context)
    became: list[Entry | Refused] = []
    for item in reading.items:
        try:
            became.append(entry(item.value, call, is_plain=item.is_plain))
        except Refused as refused:
            became.append(refused)
    return became


@settings(max_examples=600, deadline=None)
@given(st.lists(ANYTHING, max_size=4), JSON, JSON)
def test_any_batch_is_judged_item_by_item(batch: list[Any], sent_at: Any, context: Any) -> None:
    body = json.dumps({"batch": batch, "sentAt": sent_at, "context": context}).encode()

    became = judged("batch", body)

    assert len(became) == len(batch)
    for one in became:
        if isinstance(one, Entry):
            assert one.occurred_at <= NOW
            json.dumps([one.properties, one.traits], allow_nan=False).encode("utf-8")
            assert "\\u0000" not in json.dumps([one.properties, one.traits, one.name])


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([*KINDS, "batch"]), st.binary(max_size=200) | ANYTHING.map(as_bytes))
def test_any_bytes_are_judged_or_unreadable(endpoint: str, body: bytes) -> None:
    with suppress(Unreadable):
        judged(endpoint, body)


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
def test_the_short_way_past_plain_messages_changes_nothing(message: Any) -> None:
    """A message that needs no walk comes out as it would have after the walk."""
    body = json.dumps({"batch": [message]}).encode()
    try:
        item = read("batch", body).items[0]
    except Unreadable:
        return
    call = Call(1, NOW, NOW)

    outcomes: list[object] = []
    for is_plain in (item.is_plain, False):
        try:
            made = entry(read("batch", body).items[0].value, call, is_plain=is_plain)
            outcomes.append((made.name, made.properties, made.traits, made.fingerprint))
        except Refused as refused:
            outcomes.append(refused.sentence)

    assert outcomes[0] == outcomes[1]


@settings(
    max_examples=120, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(st.lists(ANYTHING, max_size=4), st.booleans())
def test_the_server_never_answers_with_a_fault_and_takes_only_what_can_be_digested(
    server: Server, batch: list[Any], alone: bool
) -> None:
    Drop.objects.all().delete()
    if alone and batch:
        answer = server.post("/v1/track", batch[0])
    else:
        answer = server.post("/v1/batch", {"batch": batch})
    assert answer.status in {200, 400}
    refused = len(answer.json["refused"]) if answer.status == 200 else 0
    assert Drop.objects.count() == refused

    digest_once(limit=100, at=clock.now())

    assert not Inbox.objects.exists()
    assert Drop.objects.exclude(reason="duplicate").count() == refused
