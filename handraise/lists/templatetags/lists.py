"""The lists of a lead, for its page."""

from __future__ import annotations

from typing import Any

from django import template

from handraise.leads.models import Lead
from handraise.lists.queries import fixed_lists_of, may_fill, memberships_of

register = template.Library()


@register.inclusion_tag("lists/_of_lead.html", takes_context=True)
def lists_of(context: template.Context, lead: Lead) -> dict[str, Any]:
    """In which lists a lead is, and into which this reader may put it."""
    request = context["request"]
    inside = memberships_of(request.user, lead)
    held = {saved.pk for saved in inside}
    others = [saved for saved in fixed_lists_of(request.user) if saved.pk not in held]
    return {
        "lead": lead,
        "inside": [(saved, may_fill(request.user, saved)) for saved in inside],
        "others": others,
        "csrf_token": context.get("csrf_token"),
    }
