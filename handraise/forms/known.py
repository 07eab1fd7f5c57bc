"""What a form need not ask of whom a personal link is for. Never of an address that was typed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from handraise.consent.queries import permitted
from handraise.forms.document import Document
from handraise.leads.decide import IdentityKind
from handraise.leads.models import Identity, Lead
from handraise.leads.queries import company_facts_of, facts_of


@dataclass(frozen=True, slots=True)
class Known:
    """A lead by an address that is theirs, and the names of the facts that have a value."""

    lead_id: int
    address: str
    facts: frozenset[str]
    purposes: frozenset[str]


def known_of(lead_id: int | None, document: Document, *, at: datetime) -> Known | None:
    """What is known of a lead; None where there is none, or none that has an address: such a one
    is asked like a stranger, since the answers would hang on nobody."""
    found = Lead.objects.filter(pk=lead_id).values("canonical_id") if lead_id else None
    lead = Lead.objects.filter(pk__in=found, is_current=True).first() if found else None
    address = _address(lead) if lead else ""
    if lead is None or not address:
        return None
    facts = {fact.name for fact in facts_of(lead) if fact.value not in (None, "")}
    if lead.company is not None:
        facts |= {
            f"company.{fact.name}"
            for fact in company_facts_of(lead.company)
            if fact.value not in (None, "")
        }
    purposes = {box.purpose for box in document.consents}
    return Known(lead.pk, address, frozenset(facts), _given(lead.pk, purposes, at))


def _address(lead: Lead) -> str:
    own = Identity.objects.filter(lead__canonical=lead.pk, kind=IdentityKind.EMAIL)
    values = list(own.order_by("-created_at", "-pk").values_list("value", flat=True))
    return lead.email if lead.email in values else next(iter(values), "")


def _given(lead_id: int, purposes: Collection[str], at: datetime) -> frozenset[str]:
    return frozenset(
        purpose for purpose in purposes if permitted([lead_id], purpose=purpose, at=at)[lead_id].may
    )
