"""DKIM signatures (RFC 6376): rsa-sha256, relaxed/relaxed.

A signature of a library in plain Python takes longer than all the rest of a send; here the one
costly step is OpenSSL's.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings

from handraise.sends.decide import Refused

# RFC 8058 asks that both List-Unsubscribe headers are covered.
SIGNED = (
    "from", "to", "reply-to", "subject", "date", "message-id", "mime-version", "content-type",
    "list-unsubscribe", "list-unsubscribe-post",
)  # fmt: skip
_SMALLEST = 1024
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_BLANKS = re.compile(rb"[ \t]+")
_LINE_END = re.compile(rb"[ \t]+\r\n")


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs for one domain."""

    domain: str
    selector: str
    key: RSAPrivateKey

    def signature(self, message: bytes, *, at: int) -> bytes:
        """The header line that goes before the message, whose lines end with CRLF."""
        head, _, body = message.partition(b"\r\n\r\n")
        fields = _fields(head)
        names = [name for name in SIGNED if name in fields]
        digest = b64encode(sha256(_relaxed_body(body)).digest()).decode("ascii")
        unsigned = (
            f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={self.domain}; s={self.selector};\r\n"
            f" t={at}; h={':'.join(names)};\r\n bh={digest};\r\n b="
        ).encode("ascii")
        covered = b"".join(name.encode("ascii") + b":" + fields[name] + b"\r\n" for name in names)
        covered += b"dkim-signature:" + _relaxed(unsigned)
        signed = b64encode(self.key.sign(covered, padding.PKCS1v15(), hashes.SHA256()))
        lines = [signed[at : at + 72] for at in range(0, len(signed), 72)]
        return b"DKIM-Signature: " + unsigned + b"\r\n ".join(lines) + b"\r\n"


def _fields(head: bytes) -> dict[str, bytes]:
    """The header fields by folded name, relaxed."""
    found = {}
    for line in _FOLD.sub(b"", head).split(b"\r\n"):
        name, _, value = line.partition(b":")
        found[name.strip().lower().decode("ascii", "replace")] = _relaxed(value)
    return found


def _relaxed(value: bytes) -> bytes:
    return _BLANKS.sub(b" ", _FOLD.sub(b"", value)).strip(b" ")


def _relaxed_body(body: bytes) -> bytes:
    tidy = _LINE_END.sub(b"\r\n", _BLANKS.sub(b" ", body)).rstrip(b"\r\n ")
    return tidy + b"\r\n" if tidy else b""


def signer() -> Signer | None:
    """Who signs, as the settings say; None when nobody does. Raises Refused when it is unclear."""
    given = (settings.DKIM_DOMAIN, settings.DKIM_SELECTOR, settings.DKIM_KEY)
    if not any(given):
        return None
    if not all(given):
        raise Refused("HANDRAISE_DKIM_DOMAIN, _SELECTOR and _KEY are set together, or none.")
    return _signer(*given)


@lru_cache(maxsize=4)
def _signer(domain: str, selector: str, text: str) -> Signer:
    try:
        plain = domain.strip().lower().encode("idna").decode("ascii")
        selector.encode("ascii")
    except UnicodeError:
        raise Refused("HANDRAISE_DKIM_DOMAIN and _SELECTOR are a domain and a name.") from None
    return Signer(plain, selector.strip(), _key(text))


def _key(text: str) -> RSAPrivateKey:
    """The private key: PEM itself, or the path of a file that holds it."""
    try:
        raw = text.encode() if "-----BEGIN" in text else Path(text.strip()).read_bytes()
        key = load_pem_private_key(raw.replace(b"\\n", b"\n"), None)
    except (OSError, ValueError, TypeError):
        said = "HANDRAISE_DKIM_KEY is a private key in PEM without a password, or its file's path."
        raise Refused(said) from None
    if isinstance(key, RSAPrivateKey) and key.key_size >= _SMALLEST:
        return key
    raise Refused("HANDRAISE_DKIM_KEY is an RSA key of 1,024 bits or more.")


__all__ = ["SIGNED", "Signer", "signer"]
