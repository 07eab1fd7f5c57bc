"""Words of this step, for templates: where a send stands, and what a lead was sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from handraise.leads.models import Lead
from handraise.sends.decide import State
from handraise.sends.models import Send
from handraise.sends.queries import sends_of

register = template.Library()
SHOWN = 10

_KINDS = {
    State.WAITING: "plain", State.SENDING: "accent", State.SENT: "fit", State.SKIPPED: "plain",
    State.FAILED: "bad", State.UNCLEAR: "intent",
}  # fmt: skip


@register.filter
def send_badge(send: Send) -> SafeString:
    """Where a send stands, as a badge."""
    state = State(send.state)
    return format_html('<span class="badge badge--{}">{}</span>', _KINDS[state], state.label)


@register.filter
def send_at(send: Send) -> datetime:
    """When it left; else when it is or was due."""
    return send.sent_at or send.due_at


@register.inclusion_tag("sends/_of_lead.html")
def mails_of(lead: Lead) -> dict[str, Any]:
    """What a lead was sent of messages to many, and what was kept back, newest first."""
    found = sends_of(lead, limit=SHOWN + 1)
    return {"sends": found[:SHOWN], "are_more": len(found) > SHOWN, "shown": SHOWN}
