"""What a lead submitted, and the forms as this lead would see them, for its page."""

from __future__ import annotations

from typing import Any

from django import template

from handraise.forms.links import personal_url
from handraise.forms.queries import open_forms, submissions_of
from handraise.kit import clock
from handraise.leads.models import Lead
from handraise.team.decide import Permission
from handraise.team.queries import may

register = template.Library()
MOST = 5


@register.inclusion_tag("forms/_of_lead.html", takes_context=True)
def forms_of(context: template.Context, lead: Lead) -> dict[str, Any]:
    """The newest submissions of a lead, and personal links to copy into a letter to it."""
    user = context["request"].user
    at = clock.now()
    has_links = bool(lead.email) and may(user, Permission.EDIT_LEADS)
    links = [
        (form, personal_url(form.code, lead.pk, at=at))
        for form in (open_forms(user)[:MOST] if has_links else ())
    ]
    return {"submissions": list(submissions_of(user, lead)[:MOST]), "links": links}
