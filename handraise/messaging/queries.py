"""The doors to messages, and the reads for the steps that send them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from difflib import unified_diff

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from handraise.enablement.models import KeyMessage
from handraise.enablement.places import PlaceAbove
from handraise.messaging.models import MailCitation, Message, MessageVersion
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


def draft_of(message: Message) -> MessageVersion:
    """The draft, or what is published where nobody has begun one."""
    return message.versions.order_by("-number")[0]


@dataclass(frozen=True, slots=True)
class Changed:
    """A version beside the one before it: each line with `+`, `-`, `@` or a blank before it."""

    version: MessageVersion
    lines: list[tuple[str, str]]


def history(message: Message) -> list[Changed]:
    """Every version, the newest first, and what it changed."""
    versions = list(message.versions.select_related("by").order_by("number"))
    found = [
        Changed(one, _lines(before, one))
        for before, one in zip([None, *versions], versions, strict=False)
    ]
    return found[::-1]


def _lines(before: MessageVersion | None, after: MessageVersion) -> list[tuple[str, str]]:
    told = unified_diff(_sheet(before), _sheet(after), lineterm="", n=1)
    return [(line[0], line[1:]) for line in told if not line.startswith(("---", "+++", "@@"))]


def _sheet(version: MessageVersion | None) -> list[str]:
    if version is None:
        return []
    said = [f"Subject: {version.subject}", f"Preheader: {version.preheader}"]
    text = version.text.splitlines()
    return [*said, *version.mjml.splitlines(), *(["Plain text:", *text] if text else [])]


def places_of(messages: Collection[KeyMessage]) -> dict[int, list[PlaceAbove]]:
    """Where these key messages are said in messages in use: as sent, and in drafts."""
    found: dict[int, list[PlaceAbove]] = {}
    versions = {message.pk: message.version for message in messages}
    in_use = Q(version__message__published=F("version")) | Q(version__published_at=None)
    citations = MailCitation.objects.filter(in_use, version__message__retired_at=None)
    for one in citations.filter(message__in=versions).select_related("version__message"):
        message, is_draft = one.version.message, one.version.published_at is None
        found.setdefault(one.message_id, []).append(
            PlaceAbove(
                str(message), "message, draft" if is_draft else "message", one.number,
                one.number < versions[one.message_id], reverse("message", args=[message.code]),
                reverse("mail_confirmation", args=[one.pk]),
            )
        )  # fmt: skip
    return found


def mail_citation_visible_to(user: User, pk: int) -> MailCitation:
    """Raises PermissionDenied, MailCitation.DoesNotExist."""
    require(user, Permission.SEE)
    return MailCitation.objects.select_related("message").get(pk=pk)


__all__ = [
    "Changed", "codes", "draft_of", "history", "mail_citation_visible_to", "messages_visible_to",
    "places_of", "published",
]  # fmt: skip
