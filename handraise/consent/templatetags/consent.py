"""What a lead agreed to, for its page."""

from __future__ import annotations

from typing import Any

from django import template

from handraise.consent.forms import HandForm
from handraise.consent.queries import purposes
from handraise.consent.showing import card_of
from handraise.kit import clock
from handraise.leads.models import Lead

register = template.Library()


@register.inclusion_tag("consent/_of_lead.html", takes_context=True)
def consent_of(context: template.Context, lead: Lead) -> dict[str, Any]:
    """The newest word on each purpose at the instant of the page, and the form to note another."""
    may_edit = context.get("may_edit", False)
    return {
        "lead": lead,
        "card": card_of(lead, context["consents"], at=context.get("at") or clock.now()),
        "form": HandForm(purposes=purposes(), auto_id="consent_%s") if may_edit else None,
        "may_edit": may_edit,
        "csrf_token": context.get("csrf_token"),
    }
