"""The frozen brief as a mail, to whoever asks for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from handraise.handover import frozen
from handraise.handover.held import write_line
from handraise.handover.models import Handover
from handraise.leads.decide import Refused, Via
from handraise.post.actions import named, post_mail
from handraise.post.models import Outgoing
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

LONGEST_NAME = 120
LISTS = ("pages", "content", "mails", "activities", "facts", "company_facts", "consents",
         "colleagues", "earlier_handovers")  # fmt: skip


@transaction.atomic
def mail_brief(handover: Handover, *, by: User, at: datetime, via: Via) -> Outgoing:
    """Send the brief as it was sent to whom it was offered to, by mail to `by`.

    Raises PermissionDenied, Refused: also for a second press within the same minute.
    """
    require(by, Permission.SEE)
    name = _line(str(handover.brief.get("lead", {}).get("name") or handover.lead))
    context = _context(handover, name)
    with timezone.override(by.zone):
        text = render_to_string("handover/brief.txt", context)
        html = render_to_string("handover/brief_mail.html", context)
    sent = post_mail(
        to=[named(by.name, by.email)], subject=f"Brief: {name}", text=text, html=html, sender=None,
        about=f"handover.mailed:{handover.pk}", at=at,
        once=f"handover.mailed:{handover.pk}:{by.pk}:{at:%Y-%m-%dT%H:%MZ}",
        headers={"Auto-Submitted": "auto-generated"},
    )  # fmt: skip
    if sent.created_at != at:
        raise Refused("It was mailed to you a moment ago.")
    said = f"{by} had the brief mailed to themselves."
    write_line("handover.mailed", handover, said, by=by, at=at, via=via)
    return sent


def _context(handover: Handover, name: str) -> dict[str, Any]:
    raw = handover.brief
    return {
        "brief": raw,
        "name": name,
        "handover": handover,
        "why_you": raw.get("why_you") or handover.route.get("sentence", ""),
        "found_out": frozen.found_out(raw),
        "scores": [
            (kind, raw.get("scores", {}).get(kind)) for kind in ("fit", "interest", "intent")
        ],
        "address": settings.ADDRESS,
        **{each: frozen.rows(raw, each) for each in LISTS},
    }


def _line(name: str) -> str:
    """A name as it may stand in a subject."""
    return "".join(sign for sign in " ".join(name.split()) if sign.isprintable())[:LONGEST_NAME]


__all__ = ["mail_brief"]
