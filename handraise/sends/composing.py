"""One send as bytes: headers that no text of a lead can write, a plain part and one in HTML.

Made by hand: a mailing is this a hundred thousand times, and the parser of headers would take
longer than the server.
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings

from handraise.post.decide import LONGEST_TEXT, Refused, address, named, one_line, spec_of
from handraise.sends.links import unsubscribe_url
from handraise.sends.models import Send

LONGEST_HTML = 1_000_000
_SHORT = 60  # characters of a header that is written as it is, when it is ASCII
_WIDEST = 75  # characters of a quoted line, without the sign that it goes on
_LONG = 200  # characters
_CUT = re.compile(r".{1,75}(?<!=)(?<!=.)")  # of a quoted line: it ends behind an escape, or none


@dataclass(frozen=True, slots=True)
class Mail:
    """A message ready to leave: its envelope, its parts and its headers."""

    send: Send
    mail_from: str
    recipient: str
    sender: tuple[str, str]  # name and address
    to: tuple[str, str]
    subject: str
    pieces: tuple[str, ...]  # of its HTML
    text: str
    reply_to: str
    headers: tuple[tuple[str, str], ...]

    @property
    def html(self) -> str:
        """The part in HTML as a whole."""
        return "".join(self.pieces)


def compose(
    send: Send, *, mail_from: str, name: str, reply_to: str, subject: str,
    html: str | tuple[str, ...], text: str,
) -> Mail:  # fmt: skip
    """The mail of this send, its HTML whole or in pieces. Raises Refused for what cannot stand in
    one."""
    pieces = (html,) if isinstance(html, str) else html
    if max(len(text), sum(map(len, pieces))) > LONGEST_HTML or len(text) > LONGEST_TEXT:
        raise Refused("The message is too long for a mail.")
    if "\x00" in text or any("\x00" in piece for piece in pieces):
        raise Refused("A mail cannot contain the NUL character.")
    recipient = _spec(send.address)
    return Mail(
        send, _spec(mail_from), recipient, (name or _name_in(mail_from), _spec(mail_from)),
        (_plain(send.lead.canonical.name, recipient), recipient),
        one_line(subject, "A subject", 300), pieces, text,
        _spec(reply_to) if reply_to else "", tuple(_list_headers(send)),
    )  # fmt: skip


def as_bytes(mail: Mail, *, at: datetime) -> bytes:
    """The message as it goes over the line."""
    boundary = f"=_{mail.send.message_id.strip('<>').partition('@')[0]}"  # no part can contain =_
    fields = [
        ("From", _line(*mail.sender)), ("To", _line(*mail.to)),
        ("Subject", _encoded("Subject", mail.subject)),
        ("Date", format_datetime(at)), ("Message-ID", mail.send.message_id),
        *([("Reply-To", mail.reply_to)] if mail.reply_to else []), *mail.headers,
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/alternative; boundary="{boundary}"'),
    ]  # fmt: skip
    head = "".join(f"{name}: {value}\r\n" for name, value in fields).encode()
    plain, sheet = _part("plain", (mail.text,)), _part("html", mail.pieces)
    edge = f"--{boundary}".encode()
    return b"".join((head, b"\r\n", edge, *plain, edge, *sheet, edge, b"--\r\n"))


def _part(kind: str, pieces: Sequence[str]) -> Iterator[bytes]:
    """What stands behind the boundary: the head of a part, and what it says."""
    yield (
        f'\r\nContent-Type: text/{kind}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()
    if any("\r" in piece for piece in pieces):  # a line may end between two of them
        pieces = ["".join(pieces).replace("\r\n", "\n").replace("\r", "\n")]
    column = 0
    for piece in pieces:
        quoted = _kept(piece) if len(piece) >= _LONG else _Quoted.of(piece)
        if column and column + quoted.first > _WIDEST:
            yield b"=\r\n"
            column = 0
        yield quoted.text
        column = quoted.last if quoted.is_broken else column + quoted.last
    yield b"\r\n"


class _Quoted(NamedTuple):
    """A piece as quoted-printable, how long its first and its last line are, and whether those are
    two."""

    text: bytes
    first: int
    last: int
    is_broken: bool

    @classmethod
    def of(cls, piece: str) -> _Quoted:
        text = b"\r\n".join(map(_quoted, piece.split("\n")))
        end = text.rfind(b"\n")
        if end < 0:
            return cls(text, len(text), len(text), False)
        return cls(text, text.find(b"\r"), len(text) - end - 1, True)


@lru_cache(maxsize=1000)
def _kept(piece: str) -> _Quoted:
    """Of long pieces, which are the same for everybody, this is reckoned once."""
    return _Quoted.of(piece)


def _quoted(line: str) -> bytes:
    """One line as quoted-printable. In what is ASCII only the sign of equality needs it; then it is
    cut where no escape stands, which is four times as fast as the library."""
    if not line.isascii() or not line.isprintable() or line.endswith(" ") or line == ".":
        return b2a_qp(line.encode("utf-8", "replace")).replace(b"\n", b"\r\n")
    return "=\r\n".join(_CUT.findall(line.replace("=", "=3D"))).encode()


def _list_headers(send: Send) -> Iterator[tuple[str, str]]:
    """The way out of RFC 8058, for what is sent for a purpose: one press of the mail program. A
    request by the program needs HTTPS; without it the link is for people alone."""
    if not send.purpose:
        return
    url = unsubscribe_url(send.pk)
    ways = [f"<{url}>"]
    if settings.UNSUBSCRIBE_TO:
        ways.append(f"<mailto:{_spec(settings.UNSUBSCRIBE_TO)}?subject=unsubscribe-{send.pk}>")
    yield "List-Unsubscribe", ",\r\n ".join(ways)
    if url.startswith("https://"):
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"


@lru_cache(maxsize=1000)
def _spec(text: str) -> str:
    return spec_of(address(text))


def _plain(name: str, spec: str) -> str:
    """A name as far as it can stand in a header."""
    return address(named(name, spec)).display_name


def _name_in(text: str) -> str:
    return address(text).display_name


@lru_cache(maxsize=1000)
def _line(name: str, spec: str) -> str:
    """An address with a name, as it stands in a header."""
    plain = _plain(name, spec)
    if not plain:
        return spec
    if plain.isascii():
        if any(not (sign.isalnum() or sign in " -_'") for sign in plain):
            plain = '"' + plain.replace("\\", "").replace('"', "") + '"'
        return f"{plain}\r\n <{spec}>" if len(plain) > _SHORT else f"{plain} <{spec}>"
    return (
        f"{Header(plain, 'utf-8', header_name='From').encode(linesep=chr(13) + chr(10))} <{spec}>"
    )


def _encoded(name: str, text: str) -> str:
    if text.isascii() and len(text) <= _SHORT:
        return text
    charset = "us-ascii" if text.isascii() else "utf-8"
    return Header(text, charset, maxlinelen=76, header_name=name).encode(linesep="\r\n")


__all__ = ["Mail", "as_bytes", "compose"]
