"""Signed links of the public pages: nobody makes one without the installation's secret key.

A link names the address that its mail went to, and the page is about whoever is behind that
address now: merges, and merges undone, cannot show one person what another one chose.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from handraise.consent.decide import folded
from handraise.consent.models import Confirmation
from handraise.leads.decide import IdentityKind
from handraise.leads.models import Identity, Lead

_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Reader:
    """Who opened a preference link: the canonical lead, and the address that it was sent to."""

    lead: Lead
    address: str


def preferences_url(lead_id: int, address: str) -> str:
    """Where this lead chooses what it gets: an absolute address, without an end."""
    begin, end = _around("consent_preferences")
    return f"{settings.ADDRESS}{begin}{token_for(lead_id, address)}{end}"


@cache
def _around(page: str) -> tuple[str, str]:
    """What stands before and behind the token in the path of a page. Kept: to look it up anew
    takes longer than to sign, and every mail has such a link."""
    begin, _, end = reverse(page, args=["TOKEN"]).partition("TOKEN")
    return begin, end


def token_for(lead_id: int, address: str) -> str:
    """The token of the preference link of this lead at this address."""
    said = base64.urlsafe_b64encode(f"{lead_id}:{folded(address)}".encode()).rstrip(b"=")
    signed = hmac.digest(_key("preferences", settings.SECRET_KEY), said, "sha256")
    return b".".join((said, base64.urlsafe_b64encode(signed).rstrip(b"="))).decode()


@lru_cache(maxsize=4)
def _key(use: str, secret: str) -> bytes:
    """The key by which `_signer` signs, which derives it anew each time: every mail has a token."""
    return sha256(f"handraise.consent.{use}signer{secret}".encode()).digest()


def reader_of(token: str) -> Reader | None:
    """Whose preferences a token opens; None for one that we did not make."""
    said = _unsigned("preferences", token)
    if said is None:
        return None
    number, _, address = _decoded(said).partition(":")
    known = Identity.objects.filter(kind=IdentityKind.EMAIL, value=address)
    own = known.values_list("lead__canonical_id", flat=True).first()
    root = own or _canonical(number)
    return None if root is None else Reader(Lead.objects.get(pk=root), address)


def confirmation_url(confirmation: Confirmation) -> str:
    """Where an address is confirmed, as long as `expires_at` says."""
    token = _signer("confirmation").sign(str(confirmation.pk))
    return settings.ADDRESS + reverse("consent_confirmation", args=[token])


def confirmation_of(token: str) -> Confirmation | None:
    """The confirmation that a token is about, expired or not; None for one we did not make."""
    said = _unsigned("confirmation", token)
    if said is None:
        return None
    return Confirmation.objects.select_related("lead").filter(pk=int(said)).first()


def _canonical(number: str) -> int | None:
    found = Lead.objects.filter(pk=int(number)).values_list("canonical_id", flat=True)
    return found.first()


def _signer(use: str) -> Signer:
    # A full stop is not of the alphabet of either part, and mail programs keep it in a link.
    return Signer(salt=f"handraise.consent.{use}", sep=".")


def _unsigned(use: str, token: str) -> str | None:
    if len(token) > _LONGEST:
        return None
    try:
        return _signer(use).unsign(token)
    except BadSignature:
        return None


def _decoded(said: str) -> str:
    try:
        return base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""
