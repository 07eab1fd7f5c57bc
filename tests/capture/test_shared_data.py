"""Real test messages of other products, one by one and in batches, through the API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from handraise.capture.decide import Refusal
from handraise.capture.digest import digest_once
from handraise.capture.models import Drop, Inbox, Receipt
from handraise.kit import clock
from tests.capture.conftest import Server

TRACKING = Path(__file__).parents[3] / "shared" / "data" / "tracking"
pytestmark = pytest.mark.skipif(not TRACKING.is_dir(), reason="the shared data are not here")


def messages() -> list[Any]:
    return _lines("messages.jsonl")


def examples() -> list[Any]:
    return [line["json"] for line in _lines("segment_examples.jsonl")]


def _lines(name: str) -> list[Any]:
    text = (TRACKING / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def sent(server: Server, batch: list[Any], *, together: bool) -> int:
    """How many were refused at the door."""
    if together:
        size = 50
        calls = [{"batch": batch[at : at + size]} for at in range(0, len(batch), size)]
    else:
        calls = [{"batch": [message]} for message in batch]
    answers = [server.post("/v1/batch", call) for call in calls]
    assert {answer.status for answer in answers} == {200}
    return sum(len(answer.json["refused"]) for answer in answers)


@pytest.mark.parametrize("together", [True, False], ids=["in batches", "one by one"])
def test_each_message_is_taken_refused_or_named_a_duplicate(server: Server, together: bool) -> None:
    batch = messages() + examples()
    count = len(batch)
    refused = sent(server, batch, together=together)
    assert Drop.objects.count() == refused

    while digest_once(limit=200, at=clock.now()):
        pass

    duplicates = Drop.objects.filter(reason=Refusal.DUPLICATE).count()
    retries = count - refused - duplicates - Receipt.objects.count()
    same = [json.dumps(message, sort_keys=True) for message in batch if "messageId" in message]
    assert not Inbox.objects.exists()
    assert Drop.objects.count() == refused + duplicates  # nothing was undigestible
    assert Receipt.objects.count() + retries + duplicates + refused == count
    assert len(same) - len(set(same)) <= retries < 100
    assert 100 < duplicates < 300
    assert 40 < refused < 70  # no ids, no event name, groups without a group
    print(f"\n{count} messages: {Receipt.objects.count()} taken, {refused} refused,"
          f" {duplicates} duplicates, {retries} retries")  # fmt: skip


def test_all_sent_again_changes_nothing(server: Server) -> None:
    batch = [message for message in messages() if "messageId" in message]
    sent(server, batch, together=True)
    digest_once(limit=200, at=clock.now())
    receipts = Receipt.objects.count()

    sent(server, batch, together=True)
    digest_once(limit=200, at=clock.now())

    assert Receipt.objects.count() == receipts
