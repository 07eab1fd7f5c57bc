"""Words of this step, for templates."""

from __future__ import annotations

from django import template

from handraise.kit import durations
from handraise.qualification.frameworks.document import Question

register = template.Library()


@register.filter
def believed(question: Question) -> str:
    """How long an answer stays true: `believed for 90 days`."""
    if question.stays_true is None:
        return "believed until changed"
    return f"believed for {durations.phrase(question.stays_true)}"
