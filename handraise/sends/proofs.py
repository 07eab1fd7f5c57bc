"""Whether the world can tell that our mails are ours: SPF, DKIM and DMARC of a From domain, and
what to publish where it cannot."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import dns.exception
import dns.resolver
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from handraise.sends.signing import Signer

_PATIENCE = 3.0  # seconds for one question


class Unanswered(Exception):
    """Nobody answered for a name: nothing can be said of it."""


Resolver: TypeAlias = Callable[[str], list[str]]  # the TXT records of a name; raises Unanswered


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing that a receiver looks at. `to_do` is what to publish; empty where all is well."""

    subject: str
    said: str
    to_do: str = ""


def ask_dns(name: str) -> list[str]:
    """The TXT records of a name, from the resolver of this machine."""
    try:
        found = dns.resolver.resolve(name, "TXT", lifetime=_PATIENCE)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as fault:
        raise Unanswered(f"{name} could not be asked for: {fault}") from None
    return [b"".join(record.strings).decode("utf-8", "replace") for record in found]


def proofs(
    domain: str, *, signer: Signer | None, server: str, ask: Resolver = ask_dns
) -> Iterator[Proof]:
    """What holds of a From domain whose mails leave by this server. Raises Unanswered."""
    yield _spf(domain, server, ask)
    yield _dkim(domain, signer, ask)
    yield _dmarc(domain, ask)


def _spf(domain: str, server: str, ask: Resolver) -> Proof:
    found = [text for text in ask(domain) if text.lower().split(" ")[0] == "v=spf1"]
    if not found:
        said = f"{domain} does not say which servers may send for it"
        by = f"a:{server}" if server else "include:(the name that your provider gives)"
        return Proof("SPF", said, f'Publish at {domain} the TXT record "v=spf1 {by} ~all".')
    if len(found) > 1:
        said = f"{domain} has {len(found)} SPF records: receivers take none of them"
        return Proof("SPF", said, f'Make one of them: "{found[0]}" and the others in one line.')
    terms = found[0].lower().split()
    if {"all", "+all"} & set(terms):
        said = f"{domain} lets everybody send for it (+all)"
        return Proof("SPF", said, f'Publish it with "~all" at its end: "{found[0]}".')
    return Proof("SPF", f"{domain} names its servers")


def _dkim(domain: str, signer: Signer | None, ask: Resolver) -> Proof:
    if signer is None:
        said = "mails are not signed here"
        to_do = "Have the mail server or provider sign them, or set HANDRAISE_DKIM_DOMAIN, _SELECTOR and _KEY."  # noqa: E501
        return Proof("DKIM", said, to_do)
    if not _are_aligned(domain, signer.domain):
        said = f"mails from {domain} are signed for {signer.domain}: receivers do not count that"
        return Proof("DKIM", said, f"Set HANDRAISE_DKIM_DOMAIN to {domain}.")
    name = f"{signer.selector}._domainkey.{signer.domain}"
    record = record_of(signer)
    found = [_tags(text) for text in ask(name)]
    if not found:
        return Proof("DKIM", f"there is no {name}", f'Publish there the TXT record "{record}".')
    if all(tags.get("p") != _tags(record)["p"] for tags in found):
        said = f"{name} holds another key than HANDRAISE_DKIM_KEY"
        return Proof("DKIM", said, f'Publish there the TXT record "{record}".')
    return Proof("DKIM", f"{name} holds the key that signs")


def _dmarc(domain: str, ask: Resolver) -> Proof:
    parts = domain.split(".")
    for place in range(len(parts) - 1):  # the domain itself, then those above it
        above = ".".join(parts[place:])
        found = [text for text in ask(f"_dmarc.{above}") if text.lower().startswith("v=dmarc1")]
        if len(found) == 1 and _tags(found[0]).get("p"):
            return Proof("DMARC", f"_dmarc.{above} asks for {_tags(found[0])['p']}")
        if found:
            said = f"_dmarc.{above} cannot be read by receivers"
            return Proof("DMARC", said, 'Publish there one TXT record, "v=DMARC1; p=none".')
    to_do = f'Publish at _dmarc.{domain} the TXT record "v=DMARC1; p=none".'
    return Proof("DMARC", f"{domain} does not say what to do with forged mails", to_do)


def record_of(signer: Signer) -> str:
    """What belongs into the DNS for this key."""
    form = PublicFormat.SubjectPublicKeyInfo
    raw = signer.key.public_key().public_bytes(Encoding.DER, form)
    return f"v=DKIM1; k=rsa; p={b64encode(raw).decode('ascii')}"


def _tags(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";") if "=" in part)
    return {name.strip().lower(): "".join(value.split()) for name, _, value in pairs}


def _are_aligned(one: str, other: str) -> bool:
    """Whether receivers count the two as of one house: the same, or one below the other."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


__all__ = ["Proof", "Resolver", "Unanswered", "ask_dns", "proofs", "record_of"]
