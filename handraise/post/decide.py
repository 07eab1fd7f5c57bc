"""What may leave, when it is tried again, and how addresses and servers are read. No Django."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from handraise.team.decide import Refused as Refused


class Kind(StrEnum):
    MAIL = "mail"
    HOOK = "hook"


class State(StrEnum):
    """Where something is that leaves the house. `unclear`: handed over, and never answered for."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    TAKEN_BACK = "taken_back"
    UNCLEAR = "unclear"


UNDO_WITHIN = timedelta(minutes=1)
STALE_AFTER = timedelta(days=7)  # what waited so long for a server is not sent unasked
UNCLEAR_AFTER = timedelta(minutes=10)  # no try takes that long: its worker was killed
WAITS = tuple(timedelta(minutes=wait) for wait in (1, 5, 30, 120, 480))  # before tries 2 to 6

MOST_RECIPIENTS = 50
LONGEST_SUBJECT = 200
LONGEST_TEXT = 100_000
LONGEST_URL = 2000
LONGEST_ADDRESS = 254


class End(StrEnum):
    """How one try ended. `later`: surely not handed over, and may go better another time."""

    SENT = "sent"
    LATER = "later"
    FAILED = "failed"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try ended, in the words of the other side; `refused`: who was not taken, and why."""

    end: End
    words: str = ""
    refused: dict[str, str] = field(default_factory=dict)


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after so many tries; None when it is given up."""
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None


# Addresses


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LISTED = re.compile(r"^(?P<name>[^<>]*)<(?P<spec>[^<>]+)>$")
_LOCAL = re.compile(r"[^\s@<>()\[\],;:\\\"]+")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*", re.I)


def one_line(text: str, what: str, most: int) -> str:
    """The text, trimmed, if it is one line of at most so many characters. Raises Refused."""
    plain = text.strip()
    if _CONTROL.search(plain):
        raise Refused(f"{what} is one line, without control characters.")
    if len(plain) > most:
        raise Refused(f"{what} has at most {most} characters.")
    return plain


def named(name: str, address: str) -> str:
    """A recipient with a name, as `post_mail` takes it; what cannot stand in a header goes."""
    plain = " ".join(re.sub(r"[<>\"]", "", _CONTROL.sub(" ", name)).split())
    return f"{plain} <{address}>" if plain else address


def address(text: str) -> Address:
    """A mail address, with or without a name; a domain in other letters is written in ASCII.

    Raises Refused for what is none, and for line breaks, which would write further headers.
    """
    plain = one_line(text, "An address", 600)
    found = _LISTED.match(plain)
    name, spec = (found["name"].strip(), found["spec"].strip()) if found else ("", plain)
    local, _, domain = spec.rpartition("@")
    try:
        host = domain.encode("idna").decode("ascii")
        if not _LOCAL.fullmatch(local) or not _HOST.fullmatch(host) or "." not in host:
            raise ValueError(spec)
        made = Address(display_name=name.strip('"'), username=local, domain=host)
    except (ValueError, HeaderParseError):
        raise Refused(f"{spec[:100]!r} is not an e-mail address.") from None
    if len(made.addr_spec) > LONGEST_ADDRESS:
        raise Refused(f"An e-mail address has at most {LONGEST_ADDRESS} characters.")
    return made


def spec_of(given: Address) -> str:
    """The bare address, as a server is told it."""
    return f"{given.username}@{given.domain}"


# Mail servers


class Security(StrEnum):
    """How a server is spoken to. `if_offered`: encrypted where it can, and never a password in
    the clear to another machine."""

    TLS = "tls"
    STARTTLS = "starttls"
    IF_OFFERED = "if_offered"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server as one speaks to it."""

    host: str
    port: int
    security: Security = Security.IF_OFFERED
    user: str = ""
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def read_server(url: str) -> Server | None:
    """The server of `smtp://user:password@host:587?starttls=yes` or `smtps://…`; None of nothing.

    Raises Refused with a sentence that does not repeat the password.
    """
    if not url.strip():
        return None
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise Refused("The address of the mail server cannot be read.") from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise Refused("The address of a mail server is smtp://host:port or smtps://host:port.")
    asked = parse_qs(parts.query).get("starttls", [""])[-1].lower()
    if asked not in {"", "yes", "no"}:
        raise Refused("?starttls= is yes or no.")
    security = {"": Security.IF_OFFERED, "yes": Security.STARTTLS, "no": Security.PLAIN}[asked]
    if parts.scheme == "smtps":
        security = Security.TLS
    usual = 465 if security is Security.TLS else 587
    return Server(
        parts.hostname, port or usual, security, unquote(parts.username or ""),
        unquote(parts.password or ""),
    )  # fmt: skip


# Addresses of other systems


def hook_url(url: str) -> str:
    """An address that may be called: http or https, a host, no password in it. Raises Refused."""
    plain = one_line(url, "The address of another system", LONGEST_URL)
    try:
        parts = urlsplit(plain)
        port = parts.port
    except ValueError:
        raise Refused("The address of the other system cannot be read.") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise Refused("The address of another system begins with https:// and names a host.")
    if parts.username is not None or parts.password is not None:
        raise Refused("Leave name and password out of the address of the other system.")
    if " " in plain or not plain.isascii():
        raise Refused("Write the address of the other system in ASCII, without spaces.")
    return plain


_WRAPPED = tuple(
    IPv6Network(text)
    for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96",
                 "::ffff:0:0:0/96", "fec0::/10")
)  # fmt: skip
_HOUSE = tuple(map(IPv4Network, ("192.88.99.0/24", "168.63.129.16/32")))


def is_public(text: str) -> bool:
    """Whether this IP address is out on the internet: not this machine, nor the house's network,
    nor the service that tells a cloud machine its secrets."""
    found: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif any(found in network for network in _WRAPPED):
            return False
    if isinstance(found, IPv4Address) and any(found in network for network in _HOUSE):
        return False
    return found.is_global and not found.is_multicast


# Meetings


class Standing(StrEnum):
    """Where a meeting stands. `booked` past its end waits for an answer."""

    BOOKED = "booked"
    CALLED_OFF = "called_off"
    HELD = "held"
    MISSED = "missed"


class MissedBy(StrEnum):
    THEM = "them"
    US = "us"


LONGEST_MEETING = timedelta(days=7)
YEARS_AHEAD = 3
LONGEST_PLACE = 500
LONGEST_WORD = 4000
MOST_COLLEAGUES = 30


def instant_in(zone: str, local: datetime) -> datetime:
    """The instant that clocks in this zone show so; the first of two on the night they go back.

    Raises Refused for an unknown zone, and for a time that clocks jump over.
    """
    try:
        there = ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise Refused(f"{zone!r} is not a time zone such as Europe/Amsterdam.") from None
    try:
        found = local.replace(tzinfo=there, fold=0).astimezone(UTC)
        if found.astimezone(there).replace(tzinfo=None) != local.replace(tzinfo=None):
            said = f"{local:%H:%M} does not exist that day in {zone}: clocks go forward then."
            raise Refused(said)
    except OverflowError:
        raise Refused("That is outside the years that there are.") from None
    return found


def planned(
    local: datetime, minutes: int, zone: str, *, at: datetime
) -> tuple[datetime, datetime]:  # fmt: skip
    """Beginning and end of a meeting. Raises Refused when it lies in the past, far ahead, or has
    no length that a meeting can have."""
    if not 1 <= minutes <= LONGEST_MEETING // timedelta(minutes=1):
        raise Refused(f"A meeting lasts from a minute to {LONGEST_MEETING.days} days.")
    if local.year > at.year + YEARS_AHEAD:
        raise Refused(f"A meeting is booked for the next {YEARS_AHEAD} years at most.")
    starts_at = instant_in(zone, local)
    if starts_at <= at:
        raise Refused("That has begun already. What was is written down under Log.")
    return starts_at, starts_at + timedelta(minutes=minutes)


def when(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """Day and times as people read them: `Wednesday 4 March 2026, 14:00 to 14:30
    (Europe/Amsterdam)`."""
    start, end = starts_at.astimezone(ZoneInfo(zone)), ends_at.astimezone(ZoneInfo(zone))
    until = f"{end:%H:%M}" if end.date() == start.date() else _day(end)
    return f"{_day(start)} to {until} ({zone.replace('_', ' ')})"


def _day(local: datetime) -> str:
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M}"


def many_lines(text: str, what: str, most: int) -> str:
    """The text, trimmed, if it has at most so many characters and no NUL. Raises Refused."""
    plain = text.replace("\r\n", "\n").strip()
    if len(plain) > most:
        raise Refused(f"{what} has at most {most:,} characters.")
    if "\x00" in plain or any("\ud800" <= sign <= "\udfff" for sign in plain):
        raise Refused(f"{what} cannot contain the NUL character or half a character.")
    return plain
