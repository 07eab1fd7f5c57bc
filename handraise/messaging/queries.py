"""The doors to messages, and the reads for the steps that send them."""

from __future__ import annotations

from django.db.models import F, QuerySet

from handraise.messaging.models import Message, MessageVersion
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


def messages_visible_to(user: User) -> QuerySet[Message]:
    """Every message, those in use first, by name."""
    require(user, Permission.SEE)
    found = Message.objects.select_related("changed_by", "published", "team")
    return found.order_by(F("retired_at").asc(nulls_first=True), "name", "pk")


def published(code: str) -> MessageVersion | None:
    """The version that is sent under this code; None while there is none, or when it is retired."""
    found = MessageVersion.objects.select_related("message")
    return found.filter(
        message__code=code, message__retired_at=None, message__published=F("pk")
    ).first()


def codes() -> dict[str, str]:
    """The messages that can be sent: the name of each by its code, for whoever chooses one."""
    found = Message.objects.filter(retired_at=None, published__isnull=False).order_by("name")
    return dict(found.values_list("code", "name"))


__all__ = ["codes", "messages_visible_to", "published"]
