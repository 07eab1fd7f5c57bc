"""Words of this step, for templates: what became of mails and meetings."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from handraise.kit import clock
from handraise.post.decide import Standing, State, when
from handraise.post.models import Meeting, Outgoing

register = template.Library()

_STATES = {
    State.SENDING: ("leaving", "accent"),
    State.SENT: ("sent", "fit"),
    State.FAILED: ("not taken", "bad"),
    State.UNCLEAR: ("may not have arrived", "intent"),
    State.TAKEN_BACK: ("undone", "plain"),
}


@register.filter
def outgoing_badge(row: Outgoing) -> SafeString:
    """What became of a mail, as a badge; of one that waits, for how long."""
    word, kind = _STATES.get(State(row.state)) or (_waits(row, clock.now()), "accent")
    return format_html('<span class="badge badge--{}">{}</span>', kind, word)


def _waits(row: Outgoing, at: datetime) -> str:
    left = int((row.due_at - at).total_seconds())
    if left <= 0:
        return "waits to leave"
    again = "again " if row.attempts else ""
    return f"leaves {again}in {left} s" if left < 100 else f"leaves {again}in {left // 60} min"


_STANDINGS = {
    Standing.CALLED_OFF: ("called off", "plain"),
    Standing.HELD: ("took place", "fit"),
    Standing.MISSED: ("missed", "bad"),
}


@register.filter
def meeting_badge(meeting: Meeting) -> SafeString:
    """Where a meeting stands, as a badge."""
    if meeting.standing == Standing.BOOKED:
        is_over = meeting.ends_at <= clock.now()
        word, kind = ("not answered for", "intent") if is_over else ("booked", "accent")
    else:
        word, kind = _STANDINGS[Standing(meeting.standing)]
    if meeting.missed_by:
        word = {"them": "they missed it", "us": "we missed it"}[meeting.missed_by]
    return format_html('<span class="badge badge--{}">{}</span>', kind, word)


@register.filter
def meeting_time(meeting: Meeting) -> str:
    """Its day and times, by the clocks of its zone."""
    return when(meeting.starts_at, meeting.ends_at, meeting.zone)
