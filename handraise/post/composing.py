"""Mails as bytes, built so that no text of a person or lead can write a header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from html import escape

from handraise.post.decide import LONGEST_SUBJECT, LONGEST_TEXT, Refused, one_line

# Written by this file, or by the server that it leaves by; nobody hands in another.
_OURS = {
    "from", "to", "cc", "bcc", "sender", "subject", "date", "message-id", "reply-to",
    "return-path", "received", "mime-version",
}  # fmt: skip


def compose(
    *,
    to: Sequence[Address],
    subject: str,
    text: str,
    html: str,
    message_id: str,
    at: datetime,
    reply_to: Address | None = None,
    calendar: bytes | None = None,
    method: str = "REQUEST",
    headers: Mapping[str, str] | None = None,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """The mail without its From line. `pictures`: PNG by the name that `cid:` in the HTML says.

    Raises Refused for what cannot stand in it.
    """
    mail = EmailMessage(policy=_policy([*to, *([reply_to] if reply_to else [])]))
    mail["To"] = list(to)
    mail["Subject"] = one_line(subject, "A subject", LONGEST_SUBJECT)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id
    if reply_to is not None:
        mail["Reply-To"] = reply_to
    for name, value in (headers or {}).items():
        if name.lower() in _OURS or name.lower().startswith("content-"):
            raise Refused(f"The header {name} is not for others to write.")
        mail[one_line(name, "The name of a header", 80)] = one_line(value, "A header", 2000)
    mail.set_content(_checked(text))
    if html:
        mail.add_alternative(_checked(html), subtype="html")
        _illustrate(mail, pictures or {})
    if calendar is not None:
        _invite(mail, calendar, method)
    return mail.as_bytes()


def _illustrate(mail: EmailMessage, pictures: Mapping[str, bytes]) -> None:
    html = mail.get_body(("html",))
    assert isinstance(html, EmailMessage)
    for name, png in pictures.items():
        html.add_related(
            png, "image", "png", cid=f"<{one_line(name, 'The name of a picture', 80)}>",
            disposition="inline", filename=f"{name}.png",
        )  # fmt: skip


def from_line(sender: Address) -> bytes:
    """The From line that goes before the bytes of `compose`."""
    line = EmailMessage(policy=_policy([sender]))
    line["From"] = sender
    return line.as_bytes().rstrip(b"\r\n") + b"\r\n"


def as_html(text: str) -> str:
    """Plain text as a page: escaped, an empty line begins a paragraph."""
    parts = [part for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
    said = "\n".join(f"<p>{escape(part.strip()).replace(chr(10), '<br>')}</p>" for part in parts)
    return f"<!doctype html><html><body>\n{said}\n</body></html>\n"


def _policy(addresses: Sequence[Address]) -> EmailPolicy[EmailMessage]:
    """UTF-8 in headers only where an address itself asks for it: then the server must know how."""
    is_plain = all(one.username.isascii() for one in addresses)
    return policy.SMTP if is_plain else policy.SMTPUTF8


def _checked(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise Refused(f"A mail has at most {LONGEST_TEXT:,} characters.")
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise Refused("A mail cannot contain the NUL character or half a character.")
    return text


def _invite(mail: EmailMessage, calendar: bytes, method: str) -> None:
    """The invitation as an alternative to the text, which calendars answer by themselves."""
    mail.add_alternative(
        calendar, maintype="text", subtype="calendar", cte="base64",
        params={"charset": "utf-8", "method": method},
    )  # fmt: skip


__all__ = ["as_html", "compose", "from_line"]
