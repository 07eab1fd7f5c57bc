"""What providers tell of sends afterwards: mails that came back, and readers who complained."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import structlog
from anymail.signals import EventType, RejectReason
from django.db import transaction

from handraise.consent.actions import suppress
from handraise.consent.decide import LONGEST_WHY, Kind
from handraise.leads import journal
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.sends.decide import Refused
from handraise.sends.models import Send

log = structlog.get_logger()
_GONE = {RejectReason.BOUNCED, RejectReason.INVALID}
_LONGEST = 400


def take_note(events: Iterable[Any], *, at: datetime) -> int:
    """Note bounces and complaints, each once however often it is told; how many were new."""
    return sum(_note(event, at=at) for event in events)


@transaction.atomic
def _note(event: Any, *, at: datetime) -> int:
    kind = _kind(event)
    send = _send_of(event)
    if kind is None or send is None:
        return 0
    is_complaint = kind is Kind.COMPLAINT
    words = _words(event)
    why = "Its reader complained of it." if is_complaint else f"It came back: {words}"
    # One line each: the bounce of a mail that was complained of says nothing new.
    if not Send.objects.filter(pk=send.pk).exclude(why=why).update(why=why):
        return 0
    ended = "was complained of" if is_complaint else f"came back: {words}"
    journal.write(
        "sends.complained" if is_complaint else "sends.bounced", at=at, via=Via.API,
        lead_id=Lead.objects.values_list("canonical_id", flat=True).get(pk=send.lead_id),
        said=f"“{send.version.message}” to {send.address} {ended}", data={"send": send.pk},
    )  # fmt: skip
    try:
        suppress([send.address], kind=kind, why=words[:LONGEST_WHY], by=None, at=at, via=Via.API)
    except Refused as refused:  # the timeline has it all the same
        log.warning("sends.not_suppressed", send=send.pk, error=str(refused))
    return 1


def _kind(event: Any) -> Kind | None:
    """What it means for the address; None where it may well be written to again."""
    if event.event_type == EventType.COMPLAINED:
        return Kind.COMPLAINT
    has_come_back = event.event_type in {EventType.BOUNCED, EventType.FAILED}
    if has_come_back and event.reject_reason in _GONE and not _is_for_now(event):
        return Kind.BOUNCE
    return None


def _is_for_now(event: Any) -> bool:
    """Whether the provider calls it a soft bounce: a full mailbox, a server that was away."""
    told = event.esp_event if isinstance(event.esp_event, dict) else {}
    said = " ".join(str(told.get(name, "")) for name in ("Type", "type", "event", "bounce_type"))
    is_soft = any(word in said.lower() for word in ("soft", "transient", "temporar"))
    return is_soft or told.get("hard_bounce") is False


def _send_of(event: Any) -> Send | None:
    """The send that a provider tells of: it is given its number with every message."""
    number = str((event.metadata or {}).get("send", ""))
    if not number.isascii() or not number.isdecimal() or len(number) > 18:
        return None
    found = Send.objects.select_related("version__message").filter(pk=number).exclude(address="")
    return found.select_for_update(of=("self",)).first()


def _words(event: Any) -> str:
    told = event.mta_response or event.description or event.reject_reason or ""
    plain = "".join(sign if sign.isprintable() else " " for sign in str(told))
    return " ".join(plain.split())[:_LONGEST]


__all__ = ["take_note"]
