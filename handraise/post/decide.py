"""What may leave, when it is tried again, and how addresses and servers are read. No Django."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import parse_qs, unquote, urlsplit

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


_WRAPPED = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


def is_public(text: str) -> bool:
    """Whether this IP address is out on the internet: not this machine, nor the house's network,
    nor the service that tells a cloud machine its secrets."""
    found: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif any(found in network for network in _WRAPPED):
            return False
    return found.is_global and not found.is_multicast
