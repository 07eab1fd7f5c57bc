"""Read one call's bytes into items. The door and the digest read by this and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from handraise.capture.decide import Refusal

CALL_BYTES = 32 * 1024  # one message, alone or in a batch (the tracking specification's limit)
BATCH_BYTES = 500 * 1024
BATCH_ITEMS = 10_000  # a batch of 500 KB of empty objects would otherwise make 170,000 refusals
PLAIN_DEPTH = 32  # as many brackets cannot be nested deeper than this
BATCH = "batch"


class Unreadable(ValueError):
    """The call as a whole cannot be read; nothing of it was taken."""


class Refused(ValueError):
    """One item is not taken: a reason of the closed list and a sentence for its sender."""

    def __init__(self, reason: Refusal, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Item:
    """One message: its bytes and what they decode to (or why they were not decoded).

    `is_plain` is true where the bytes alone show that no text, number or depth needs a look: that
    is so of nearly all messages and saves walking through them.
    """

    raw: bytes | memoryview
    value: Any
    is_plain: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A call taken apart. `sent_at` and `context` are the envelope's, as they came."""

    items: list[Item]
    sent_at: Any = None
    context: Any = None
    write_key: Any = None


class _Envelope(msgspec.Struct):
    batch: list[msgspec.Raw]
    sentAt: Any = None  # noqa: N815 (the wire's name)
    context: Any = None
    writeKey: Any = None  # noqa: N815


_envelope = msgspec.json.Decoder(_Envelope)
_KEY = re.compile(rb'"writeKey"\s*:\s*"[^"\\]*"')
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_LONG_NUMBER = b"0" * 19  # once every digit is a zero: seven times as fast as a pattern
_any = msgspec.json.Decoder()


def read(endpoint: str, body: bytes) -> Reading:
    """The items of a call. Raises Unreadable with a sentence when there is no reading it."""
    limit = BATCH_BYTES if endpoint == BATCH else CALL_BYTES
    if len(body) > limit:
        raise Unreadable(f"The call is {len(body)} bytes long; at most {limit} are taken.")
    try:
        return _read_batch(body) if endpoint == BATCH else _read_call(body)
    except RecursionError:
        raise Unreadable("The JSON is nested too deeply to be read.") from None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _read_leniently(endpoint, body)


def _read_call(body: bytes) -> Reading:
    value = _any.decode(body)
    if type(value) is not dict:
        raise Unreadable("The body must be a JSON object.")
    item = Item(body, value, _is_plain(body))
    return Reading([item], value.get("sentAt"), None, value.get("writeKey"))


def _is_plain(raw: bytes) -> bool:
    """No escape that could be NUL, no number beyond 64 bits, not deep. The strict decoder has
    refused halves of characters and what is no number.
    """
    if b"\\u" in raw or raw.count(b"{") + raw.count(b"[") > PLAIN_DEPTH:
        return False
    return _LONG_NUMBER not in raw.translate(_DIGITS)


def _read_batch(body: bytes) -> Reading:
    envelope = _envelope.decode(body)
    _check_count(envelope.batch)
    items = [_read_item(memoryview(raw)) for raw in envelope.batch]
    return Reading(items, envelope.sentAt, envelope.context, envelope.writeKey)


def _check_count(batch: Sequence[object]) -> None:
    if len(batch) > BATCH_ITEMS:
        raise Unreadable(f"The batch has {len(batch)} messages; at most {BATCH_ITEMS} are taken.")


def _read_item(raw: memoryview) -> Item:
    if raw.nbytes > CALL_BYTES:
        return Item(raw, too_large(raw.nbytes))
    return Item(raw, _any.decode(raw), _is_plain(bytes(raw)))


def too_large(size: int) -> Refused:
    return Refused(
        Refusal.TOO_LARGE, f"The message is {size} bytes long; at most {CALL_BYTES} are taken."
    )


def _read_leniently(endpoint: str, body: bytes) -> Reading:
    """Python's own reader takes NaN, lone surrogates and stray bytes, which the fast one does not.

    So one bad message of a batch is refused by name and the others are taken.
    """
    try:
        value = json.loads(body.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"The body is not JSON: {error}.") from None
    if type(value) is not dict:
        raise Unreadable("The body must be a JSON object.")
    if endpoint != BATCH:
        return Reading([Item(body, value)], value.get("sentAt"), None, value.get("writeKey"))
    batch = value.get("batch")
    if type(batch) is not list:
        raise Unreadable("The body must have a list of messages in “batch”.")
    _check_count(batch)
    items = [_item_again(part) for part in batch]
    return Reading(items, value.get("sentAt"), value.get("context"), value.get("writeKey"))


def _item_again(value: object) -> Item:
    raw = json.dumps(value).encode("ascii")
    return Item(raw, too_large(len(raw)) if len(raw) > CALL_BYTES else value)


def envelope(raws: Sequence[bytes | memoryview], reading: Reading) -> bytes:
    """The bytes of a batch of these items with the envelope of `reading`, without its key."""
    parts = [b'{"batch":[', b",".join(raws), b"]"]
    if reading.sent_at is not None:
        parts += [b',"sentAt":', _again(reading.sent_at)]
    if reading.context is not None:
        parts += [b',"context":', _again(reading.context)]
    return b"".join([*parts, b"}"])


def without_key(body: bytes) -> bytes:
    """The body of a single call without its write key, to be kept."""
    return _KEY.sub(b'"writeKey":""', body)


def told_message_id(value: object) -> str:
    """What the sender calls this message, as far as it can be stored; for finding it again."""
    told = value.get("messageId") if isinstance(value, dict) else None
    if not isinstance(told, str | int):
        return ""
    return str(told).replace("\0", "").encode("utf-8", "ignore").decode()[:100]


def _again(value: object) -> bytes:
    return json.dumps(value).encode("ascii")
