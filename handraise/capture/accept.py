"""The tracking API: a thin ASGI application beside Django, answering after the commit.

Read, check the key, validate, store, answer. 200 names what was refused; 400 is for a call that
cannot be read, 401 for a key that is not known, 403 for a server's key in a page, 503 when nothing
is known to be stored.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

import msgspec
from django.conf import settings

from handraise.capture.keyring import KeyRing, Speaker
from handraise.capture.reading import (
    BATCH,
    BATCH_BYTES,
    CALL_BYTES,
    Item,
    Reading,
    Refused,
    Unreadable,
    envelope,
    read,
    told_message_id,
    without_key,
)  # fmt: skip
from handraise.capture.validate import Call, entry
from handraise.capture.writing import Accepted, RefusedItem, Unavailable, Unstorable, Writer
from handraise.kit import clock

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers: TypeAlias = dict[bytes, bytes]

KINDS = ("identify", "track", "page", "screen", "group", "alias", BATCH)
ENDPOINTS = {
    **{f"/v1/{kind}": kind for kind in KINDS},
    **{f"/v1/{kind[0]}": kind for kind in KINDS},  # what analytics-next posts to
    "/v1/import": BATCH,
}
_SETTINGS = re.compile(r"/v1/projects/([^/]{1,200})/settings")
_HOST = re.compile(r"[A-Za-z0-9.\-:\[\]]{1,255}")
_ALL_TAKEN = b'{"success":true,"refused":[]}'
_OPEN = [
    (b"content-type", b"application/json"),
    (b"access-control-allow-origin", b"*"),
    (b"cache-control", b"no-store"),
]
_PREFLIGHT = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-allow-headers", b"authorization, content-type, content-encoding, *"),
    (b"access-control-max-age", b"86400"),
]


class Unknown(Exception):
    """The write key is missing, unknown or revoked."""


class Exposed(Exception):
    """A server's key came from a page, where everybody can read it."""


@dataclass(slots=True)
class _Door:
    """What one event loop needs: connections belong to the loop that opened them."""

    keys: KeyRing = field(default_factory=KeyRing)
    writer: Writer = field(default_factory=Writer)


_doors: WeakKeyDictionary[asyncio.AbstractEventLoop, _Door] = WeakKeyDictionary()


def _door() -> _Door:
    loop = asyncio.get_running_loop()
    door = _doors.get(loop)
    if door is None:
        door = _doors[loop] = _Door()
    return door


async def close() -> None:
    """End this loop's task and connections, at the server's shutdown."""
    door = _doors.pop(asyncio.get_running_loop(), None)
    if door is not None:
        await door.writer.close()
        await door.keys.close()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI: everything under /v1/."""
    endpoint = ENDPOINTS.get(scope["path"].rstrip("/"))
    if endpoint is None:
        await _other(scope, send)
    elif scope["method"] == "POST":
        await _take(endpoint, scope, receive, send)
    elif scope["method"] == "OPTIONS":
        await _answer(send, 204, b"", _PREFLIGHT)
    else:
        await _say(send, 405, "method_not_allowed", "Send a POST.", (b"allow", b"POST, OPTIONS"))


async def _take(endpoint: str, scope: Scope, receive: Receive, send: Send) -> None:
    try:
        refused = await _store(endpoint, dict(scope["headers"]), receive)
    except Unknown:
        await _say(send, 401, "unknown_key", "The write key is missing, unknown or revoked.")
    except Exposed:
        sentence = "This key is a server's: in a page anybody can read it. Use a website's."
        await _say(send, 403, "key_of_a_server", sentence)
    except (Unreadable, Unstorable) as error:
        sentence = str(error) or "The call cannot be stored."
        await _say(send, 400, "unreadable", sentence)
    except Unavailable:
        sentence = "The database is away: nothing was stored. Send the same again."
        await _say(send, 503, "unavailable", sentence, (b"retry-after", b"1"))
    else:
        body = _ALL_TAKEN
        if refused:
            body = msgspec.json.encode({"success": True, "refused": refused})
        await _answer(send, 200, body, _OPEN)


async def _store(endpoint: str, headers: Headers, receive: Receive) -> list[dict[str, object]]:
    """From the call's first byte to the commit; gives the refused items, for the answer."""
    door = _door()
    told = headers.get(b"authorization")
    speaker = await _speaker(door, _basic(told)) if told else None
    body = await _body(receive, headers, BATCH_BYTES if endpoint == BATCH else CALL_BYTES)
    reading = read(endpoint, body)
    if speaker is None:
        speaker = await _speaker(door, reading.write_key)
    is_a_page = b"origin" in headers
    if is_a_page and not speaker.is_public:
        raise Exposed
    agent = headers.get(b"user-agent", b"").decode("latin-1")[:1000] if is_a_page else ""
    judged = _judged(endpoint, body, reading, speaker.source_id, clock.now(), agent)
    if judged.stored.body or judged.stored.refused:
        await door.writer.store(judged.stored)
    return judged.answer


async def _speaker(door: _Door, key: object) -> Speaker:
    speaker = await door.keys.speaker_of(key) if isinstance(key, str) and key else None
    if speaker is None:
        raise Unknown
    return speaker


@lru_cache(maxsize=1024)
def _basic(header: bytes) -> str | None:
    """The user name of Basic authentication; the password is empty and not looked at."""
    scheme, _, told = header.partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        return base64.b64decode(told).decode().partition(":")[0]
    except (binascii.Error, ValueError):
        return None


# -- the body ----------------------------------------------------------------------------------


async def _body(receive: Receive, headers: Headers, limit: int) -> bytes:
    """All bytes, unpacked. Stops reading as soon as there are more than the limit."""
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > limit:
        raise _too_long(limit)
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Unreadable("The call ended before its body did.")
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise _too_long(limit)
        parts.append(part)
        if not message.get("more_body"):
            break
    body = parts[0] if len(parts) == 1 else b"".join(parts)
    packing = headers.get(b"content-encoding", b"identity").lower()
    if packing == b"identity":
        return body
    if packing not in (b"gzip", b"deflate"):
        raise Unreadable("Content-Encoding may be gzip or deflate, nothing else.")
    return _unpacked(body, limit)


def _unpacked(body: bytes, limit: int) -> bytes:
    """Gzip or deflate undone; a bomb is not unpacked further than the limit."""
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        plain = unpacking.decompress(body, limit + 1)
    except zlib.error:
        raise Unreadable("The body is not gzip, though Content-Encoding says so.") from None
    if len(plain) > limit:
        raise _too_long(limit)
    if not unpacking.eof:
        raise Unreadable("The gzip body ends too early.")
    return plain


def _too_long(limit: int) -> Unreadable:
    return Unreadable(f"The call is too long: at most {limit} bytes are taken.")


# -- the judgement -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Judged:
    stored: Accepted
    answer: list[dict[str, object]]


def _judged(
    endpoint: str, body: bytes, reading: Reading, source: int, at: datetime, agent: str
) -> _Judged:
    """The call parted into what is stored for the digest and what is refused, with reasons."""
    kind = "" if endpoint == BATCH else endpoint
    call = Call(source, at, at, kind, reading.sent_at, reading.context, agent, is_at_the_door=True)
    good: list[bytes | memoryview] = []
    refused: list[RefusedItem] = []
    answer: list[dict[str, object]] = []
    for place, item in enumerate(reading.items):
        try:
            entry(item.value, call, is_plain=item.is_plain)
        except Refused as error:
            refused.append(_refused(endpoint, item, reading, error))
            answer.append(_named(place, refused[-1]))
        else:
            good.append(item.raw)
    if refused:
        body = envelope(good, reading) if good else b""
    elif not good:
        body = b""
    return _Judged(Accepted(at, source, endpoint, agent, body, refused), answer)


def _refused(endpoint: str, item: Item, reading: Reading, error: Refused) -> RefusedItem:
    body = envelope([item.raw], reading) if endpoint == BATCH else without_key(bytes(item.raw))
    return RefusedItem(error.reason, error.sentence, told_message_id(item.value), endpoint, body)


def _named(place: int, item: RefusedItem) -> dict[str, object]:
    return {
        "index": place,
        "messageId": item.message_id,
        "reason": item.reason.value,
        "message": item.sentence,
    }


# -- answers -----------------------------------------------------------------------------------


async def _other(scope: Scope, send: Send) -> None:
    """The settings that analytics-next reads when it starts, or 404."""
    found = _SETTINGS.fullmatch(scope["path"])
    if scope["method"] == "OPTIONS":
        await _answer(send, 204, b"", _PREFLIGHT)
        return
    try:
        if found is None or await _door().keys.speaker_of(found[1]) is None:
            await _say(send, 404, "not_found", "There is nothing at this address.")
            return
    except Unavailable:
        await _say(send, 503, "unavailable", "The database is away.", (b"retry-after", b"1"))
        return
    await _answer(send, 200, msgspec.json.encode(_client_settings(found[1], scope)), _OPEN)


def _client_settings(key: str, scope: Scope) -> dict[str, object]:
    """What analytics-next needs: where to send. No other integration, no metrics about itself."""
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    protocol = "https" if settings.HTTPS else scope.get("scheme", "http")
    api = f"{host}/v1" if _HOST.fullmatch(host) else ""
    return {
        "integrations": {"Segment.io": {"apiKey": key, "apiHost": api, "protocol": protocol}},
        "plan": {"track": {"__default": {"enabled": True, "integrations": {}}}},
        "metrics": {"sampleRate": 0},
    }


async def _say(
    send: Send, status: int, code: str, sentence: str, *headers: tuple[bytes, bytes]
) -> None:
    """An error as clients expect it: `code` and `message`."""
    body = msgspec.json.encode({"success": False, "code": code, "message": sentence})
    await _answer(send, status, body, [*_OPEN, *headers])


async def _answer(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
