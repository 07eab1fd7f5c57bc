"""The lists of a lead, for its page."""

from __future__ import annotations

from typing import Any

from django import template

from handraise.leads.models import Lead
from handraise.lists.queries import lists_beside, may_fill

register = template.Library()


@register.inclusion_tag("lists/_of_lead.html", takes_context=True)
def lists_of(context: template.Context, lead: Lead) -> dict[str, Any]:
    """In which lists a lead is, and into which this reader may put it."""
    request = context["request"]
    inside, others = lists_beside(request.user, lead)
    return {
        "lead": lead,
        "inside": [(saved, may_fill(request.user, saved)) for saved in inside],
        "others": others,
        "csrf_token": context.get("csrf_token"),
    }
