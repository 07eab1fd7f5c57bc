"""One send as bytes: headers that no text of a lead can write, a plain part and one in HTML.

Made by hand: a mailing is this a hundred thousand times, and the parser of headers would take
longer than the server.
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache

from django.conf import settings

from handraise.post.decide import LONGEST_TEXT, Refused, address, named, one_line, spec_of
from handraise.sends.links import unsubscribe_url
from handraise.sends.models import Send

LONGEST_HTML = 1_000_000
_SHORT = 60  # characters of a header that is written as it is, when it is ASCII
_PIECE = re.compile(r".{1,75}(?<!=)(?<!=.)")  # of a quoted line: it ends behind an escape, or none


@dataclass(frozen=True, slots=True)
class Mail:
    """A message ready to leave: its envelope, its parts and its headers."""

    send: Send
    mail_from: str
    recipient: str
    sender: tuple[str, str]  # name and address
    to: tuple[str, str]
    subject: str
    html: str
    text: str
    reply_to: str
    headers: tuple[tuple[str, str], ...]


def compose(
    send: Send, *, mail_from: str, name: str, reply_to: str, subject: str, html: str, text: str
) -> Mail:
    """The mail of this send. Raises Refused for what cannot stand in one."""
    if max(len(text), len(html)) > LONGEST_HTML or len(text) > LONGEST_TEXT:
        raise Refused("The message is too long for a mail.")
    if "\x00" in html or "\x00" in text:
        raise Refused("A mail cannot contain the NUL character.")
    recipient = _spec(send.address)
    return Mail(
        send, _spec(mail_from), recipient, (name or _name_in(mail_from), _spec(mail_from)),
        (_plain(send.lead.canonical.name, recipient), recipient),
        one_line(subject, "A subject", 300), html, text,
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
    parts = [("plain", mail.text), ("html", mail.html)]
    body = b"".join(_part(boundary, kind, text) for kind, text in parts)
    return head + b"\r\n" + body + f"--{boundary}--\r\n".encode()


def _part(boundary: str, kind: str, text: str) -> bytes:
    head = (
        f'--{boundary}\r\nContent-Type: text/{kind}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return head.encode() + b"\r\n".join(map(_quoted, plain.split("\n"))) + b"\r\n"


def _quoted(line: str) -> bytes:
    """One line as quoted-printable. In what is ASCII only the sign of equality needs it; then it is
    cut where no escape stands, which is four times as fast as the library."""
    if not line.isascii() or not line.isprintable() or line.endswith(" ") or line == ".":
        return b2a_qp(line.encode("utf-8", "replace")).replace(b"\n", b"\r\n")
    return "=\r\n".join(_PIECE.findall(line.replace("=", "=3D"))).encode()


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
