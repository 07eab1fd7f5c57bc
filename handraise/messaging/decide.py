"""Closed lists and limits of messages, and what an address behind a link may be. No Django."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from handraise.enablement.language import OPEN, VARIABLES, Dialect

CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
LONGEST_MJML = 100_000  # characters
LONGEST_SUBJECT = 200
SHOWN_OF_SUBJECT = 60  # what most inboxes show of it
CLIPPED_AT = 100 * 1024  # bytes of HTML; large mailboxes cut off what is longer
SAMPLE = 200  # leads that a draft is tried on

_SCRIPTS_ONLY = {"why_now", "answers"}  # what is said of and by a lead to sales stays there
MAIL_NAMES = frozenset(
    (VARIABLES - _SCRIPTS_ONLY)
    | {"seller.email", "house.name", "house.address", "unsubscribe_url", "preferences_url"}
)
SHEET = Dialect("message", MAIL_NAMES, LONGEST_MJML, 400, escapes=True)
PLAIN = Dialect("message", MAIL_NAMES, LONGEST_MJML, 400)
assert OPEN - _SCRIPTS_ONLY <= MAIL_NAMES


_SAID = re.compile(r"\{\{-?\s*([\w.]+).*?\}\}", re.DOTALL)
_OTHERWISE = re.compile(r"\{%-?\s*(?:else|elsif|when)\b.*?%\}", re.DOTALL)
_TAG = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)


def outlined(text: str) -> str:
    """A text as a list shows it: what Liquid says stands in ‹› by its name, ways in turn."""
    named = _SAID.sub(lambda found: f"‹{_name_of(found[1])}›", text)
    return _TAG.sub("", _OTHERWISE.sub(" / ", named))


def _name_of(path: str) -> str:
    return path.removeprefix("lead.").replace(".", " ").replace("_", " ")


class SenderKind(StrEnum):
    """Whose name a message bears: that of its team, or of the lead's owner where there is one."""

    TEAM = "team"
    OWNER = "owner"

    @property
    def label(self) -> str:
        return {"team": "The team", "owner": "The lead’s owner, else the team"}[self.value]


class Weight(StrEnum):
    """FAULT keeps a message from being published, DOUBT asks for a look."""

    FAULT = "fault"
    DOUBT = "doubt"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be said of a message: in which field, on which line (0: on none)."""

    weight: Weight
    field: str
    line: int
    sentence: str

    def __str__(self) -> str:
        where = f"{self.field}, line {self.line}" if self.line else self.field
        return f"{where}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Utm:
    """What is added to the links of a message, so that visits can be told where they came from."""

    source: str = ""
    medium: str = ""
    campaign: str = ""

    def on(self, url: str) -> str:
        """The address with what it does not say already."""
        told = {"utm_source": self.source, "utm_medium": self.medium, "utm_campaign": self.campaign}
        told = {name: value for name, value in told.items() if value}
        if not told:
            return url
        parts = urlsplit(url)
        has = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
        added = urlencode({name: value for name, value in told.items() if name not in has})
        query = "&".join(part for part in (parts.query, added) if part)
        return urlunsplit(parts._replace(query=query))


_KEPT = "!#$%&'()*+,/:;=?@[]~"  # of an address, besides letters and figures
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def absolute(url: str) -> str:
    """The address as it may stand behind a link; a ValueError with a sentence for what may not."""
    told = url.strip()
    shown = told[:80] or "an empty one"
    if _CONTROL.search(told):
        raise ValueError(f"The link {_CONTROL.sub('?', shown)} holds control characters.")
    try:
        parts = urlsplit(told)
    except ValueError:
        raise ValueError(f"The link {shown} is no address.") from None
    if parts.scheme.lower() == "mailto" and "@" in parts.path:
        return quote(told, safe=_KEPT)
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"The link {shown} is none that begins with https:// or mailto:.")
    if "@" in parts.netloc:  # what stands before it looks like the page that it leads to
        raise ValueError(f"The link {shown} holds a name before its @.")
    return quote(told, safe=_KEPT)


def is_web(url: str) -> bool:
    return url[:5].lower() == "http:" or url[:6].lower() == "https:"


__all__ = [
    "CLIPPED_AT", "CODE", "LONGEST_MJML", "LONGEST_SUBJECT", "MAIL_NAMES", "PLAIN", "SAMPLE",
    "SHEET", "SHOWN_OF_SUBJECT", "Finding", "SenderKind", "Utm", "Weight", "absolute", "is_web",
]  # fmt: skip
