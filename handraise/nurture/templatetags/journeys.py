"""The journeys of a lead, for its page."""

from __future__ import annotations

from typing import Any

from django import template

from handraise.leads.models import Lead
from handraise.nurture.queries import enterable, standings_of
from handraise.team.decide import Permission
from handraise.team.queries import may

register = template.Library()


@register.inclusion_tag("nurture/_of_lead.html", takes_context=True)
def journeys_of(context: template.Context, lead: Lead) -> dict[str, Any]:
    """In which journeys a lead is, what comes next, and which this reader may put it into."""
    user = context["request"].user
    standings = standings_of(user, lead)
    return {
        "lead": lead,
        "standings": standings,
        "others": enterable(user, standings),
        "may_take_out": may(user, Permission.EDIT_LEADS),
        "csrf_token": context.get("csrf_token"),
    }
