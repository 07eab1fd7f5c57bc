"""Reads of sends."""

from __future__ import annotations

from django.db.models import QuerySet

from handraise.leads.models import Lead
from handraise.sends.models import Links, Send
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


def target(send: Send, place: int) -> str | None:
    """The URL behind the link at this place of the message, as it was sent to this lead; None when
    there is none: then nobody is sent anywhere."""
    kept = Links.objects.filter(pk=send.links_id) if send.links_id else _usual(send.version_id)
    urls = kept.values_list("urls", flat=True).first()
    return None if urls is None else urls.get(str(place))


def _usual(version_id: int) -> QuerySet[Links]:
    return Links.objects.filter(version_id=version_id, is_usual=True)


def sends_visible_to(user: User) -> QuerySet[Send]:
    """Every send, for whoever may see leads."""
    require(user, Permission.SEE)
    rows = Send.objects.select_related("lead__canonical", "version__message")
    return rows.defer("version__mjml", "version__text")  # they are long


def sends_of(lead: Lead, *, limit: int) -> list[Send]:
    """The newest sends to a lead, and to those that were merged into it."""
    mine = Send.objects.filter(lead__canonical=lead.canonical_id)
    named = mine.select_related("version__message").only(*_SHOWN)
    return list(named.order_by("-pk")[:limit])


_SHOWN = (
    "state", "why", "sent_at", "due_at", "version__message__code", "version__message__name",
)  # fmt: skip


__all__ = ["sends_of", "sends_visible_to", "target"]
