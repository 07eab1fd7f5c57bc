"""What templates show of the learned score of one lead."""

from __future__ import annotations

from typing import Any

from django import template

from handraise.feedback.learned.decide import Verdict
from handraise.feedback.learned.queries import chance_of

register = template.Library()


@register.inclusion_tag("feedback/learned/_on_lead.html")
def learned_of(lead_id: int) -> dict[str, Any]:
    """One small line: the chance, as of when, and why; nothing where there is none."""
    found = chance_of(lead_id)
    is_suspect = found is not None and found.learning.verdict == Verdict.SUSPECT
    return {"chance": found, "is_suspect": is_suspect}


@register.inclusion_tag("feedback/learned/_why.html")
def learned_reasons(reasons: list[list[Any]]) -> dict[str, Any]:
    """The reasons of a chance, each with what it adds or takes."""
    return {"reasons": [(words, by) for words, by in reasons]}
