"""What a lead agreed to, for its page."""

from __future__ import annotations

from typing import Any

from django import template

from handraise.consent.showing import card_of
from handraise.kit import clock
from handraise.leads.models import Lead

register = template.Library()


@register.inclusion_tag("consent/_of_lead.html", takes_context=True)
def consent_of(context: template.Context, lead: Lead) -> dict[str, Any]:
    """The newest word on each purpose at the instant of the page."""
    at = context.get("at") or clock.now()
    return {"lead": lead, "card": card_of(lead, context["consents"], at=at)}
