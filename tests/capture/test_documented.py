"""What docs/steps/capture.md says of refusals is what happens."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from handraise.capture.decide import Refusal
from handraise.capture.reading import Refused, too_large
from handraise.capture.validate import Call, entry

PAGE = Path(__file__).parents[2] / "docs" / "steps" / "capture.md"
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
TRACK = {"type": "track", "userId": "u", "event": "E"}
DEEP: dict[str, Any] = {}
for _ in range(40):
    DEEP = {"x": DEEP}
EXAMPLES: dict[Refusal, Any] = {
    Refusal.NOT_AN_OBJECT: "text",
    Refusal.TYPE_UNKNOWN: {"type": "purchase"},
    Refusal.TOO_LARGE: too_large(40_000),
    Refusal.TOO_DEEP: {**TRACK, "properties": DEEP},
    Refusal.NOBODY: {**TRACK, "userId": "null"},
    Refusal.ID_INVALID: {**TRACK, "userId": "x" * 256},
    Refusal.MESSAGE_ID_INVALID: {**TRACK, "messageId": "x" * 101},
    Refusal.NAME_MISSING: {"type": "track", "userId": "u"},
    Refusal.NAME_INVALID: {**TRACK, "event": "x" * 201},
    Refusal.WRONG_TYPE: {**TRACK, "properties": "x"},
    Refusal.TIMESTAMP_INVALID: {**TRACK, "timestamp": "2026-03-04T12:00:00"},
    Refusal.TIMESTAMP_ABSURD: {**TRACK, "timestamp": "9999-12-31T23:59:59Z"},
    Refusal.TEXT_INVALID: {**TRACK, "properties": {"title": "\0"}},
}


def documented() -> dict[str, str]:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return dict(rows)


def test_every_reason_has_its_sentence() -> None:
    assert set(documented()) == {reason.value for reason in Refusal}


@pytest.mark.parametrize("reason", EXAMPLES)
def test_the_sentence_is_the_one_that_senders_get(reason: Refusal) -> None:
    with pytest.raises(Refused) as caught:
        entry(EXAMPLES[reason], Call(1, NOW, NOW))

    assert caught.value.reason is reason
    assert caught.value.sentence == documented()[reason.value]
