"""What the pages of journeys say in words."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from handraise.kit import clock
from handraise.nurture.decide import State
from handraise.nurture.models import Enrolment
from handraise.ui.templatetags.ui import ago

register = template.Library()
_KINDS = {State.DRAFT: "", State.RUNNING: "fit", State.PAUSED: "intent", State.RETIRED: ""}


@register.filter
def journey_badge(state: str) -> SafeString:
    """The state of a journey as a badge."""
    kind = _KINDS[State(state)]
    return format_html('<span class="badge{}">{}</span>', kind and f" badge--{kind}", state)


@register.filter
def goes_on(enrolment: Enrolment) -> SafeString | str:
    """When somebody inside goes on: `in 3 days`, or with what."""
    if enrolment.due_at is not None and enrolment.due_at <= clock.now():
        return "now"
    if enrolment.awaits and enrolment.due_at is not None:
        words = "when “{}” happens, or {}"
        return format_html(words, enrolment.awaits, ago(enrolment.due_at))
    if enrolment.awaits:
        return f"when “{enrolment.awaits}” happens"
    return ago(enrolment.due_at) if enrolment.due_at is not None else "–"
