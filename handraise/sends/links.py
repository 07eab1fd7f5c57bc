"""Links of a send: short, signed, read without the database.

A token is one letter for its kind, the send and the place of the link in the message, and twelve
bytes of a signature over them: a token of one kind is none of another, and none can be guessed.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256

from django.conf import settings

SIGNED = 12  # bytes of the signature: a guess succeeds once in 2 to the 96
LONGEST = 60  # characters of a token; the longest that is made has 42
DECOY = 0  # the place of the link that no person sees


class Kind(StrEnum):
    """What a link is for; the letter begins its path and its token."""

    CLICK = "c"
    OPEN = "o"
    UNSUBSCRIBE = "u"


@dataclass(frozen=True, slots=True)
class Read:
    """What a token says: which send, for what, and which link of the message."""

    kind: Kind
    send_id: int
    place: int


def token(send_id: int, kind: Kind, place: int = 0) -> str:
    """The token of a link of this send."""
    said = kind.value.encode() + _varint(send_id) + _varint(place)
    return urlsafe_b64encode(said + _sign(said)).rstrip(b"=").decode("ascii")


def read(given: str) -> Read | None:
    """What the token says, or None when it is none of ours."""
    if len(given) > LONGEST or not given.isascii():
        return None
    try:
        raw = urlsafe_b64decode(given + "=" * (-len(given) % 4))
    except (Error, ValueError):
        return None
    said, signature = raw[:-SIGNED], raw[-SIGNED:]
    if not hmac.compare_digest(_sign(said), signature):
        return None
    send_id, rest = _unvarint(said[1:])
    place, _ = _unvarint(rest)
    return Read(Kind(said[:1].decode("ascii")), send_id, place)


def click_url(send_id: int, place: int) -> str:
    """Where the link at this place of the message leads first."""
    return f"{settings.ADDRESS}/c/{token(send_id, Kind.CLICK, place)}"


def open_url(send_id: int) -> str:
    """The picture that tells of an opening."""
    return f"{settings.ADDRESS}/o/{token(send_id, Kind.OPEN)}.gif"


def unsubscribe_url(send_id: int) -> str:
    """Where one press ends these mails."""
    return f"{settings.ADDRESS}/u/{token(send_id, Kind.UNSUBSCRIBE)}/"


def _sign(said: bytes) -> bytes:
    return hmac.digest(_key(settings.SECRET_KEY), said, "sha256")[:SIGNED]


@lru_cache(maxsize=4)
def _key(secret: str) -> bytes:
    return sha256(b"handraise.sends.links:" + secret.encode()).digest()


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the last byte is below 128."""
    made = bytearray()
    while number > 127:
        made.append(number & 127 | 128)
        number >>= 7
    made.append(number)
    return bytes(made)


def _unvarint(raw: bytes) -> tuple[int, bytes]:
    number = 0
    for at, byte in enumerate(raw):
        number |= (byte & 127) << 7 * at
        if byte < 128:
            return number, raw[at + 1 :]
    return number, b""


__all__ = [
    "DECOY",
    "Kind",
    "Read",
    "click_url",
    "open_url",
    "read",
    "token",
    "unsubscribe_url",
]
