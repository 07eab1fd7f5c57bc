"""A message as it is being written: for a real lead, for a sample of them, and to oneself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction

from handraise.enablement.about import Values
from handraise.enablement.language import Broken
from handraise.enablement.rendering import wordings_in_force
from handraise.leads import journal
from handraise.leads.decide import Refused, Via
from handraise.leads.models import Lead
from handraise.messaging.checks import Tried, checked, tried
from handraise.messaging.decide import SAMPLE, Finding, Utm, Weight
from handraise.messaging.mjml import Unreadable
from handraise.messaging.models import MailCitation, Message
from handraise.messaging.rendering import (
    Footing,
    Prepared,
    Rendered,
    Unrenderable,
    Words,
    made_ready,
)
from handraise.messaging.values import house_values, values_for
from handraise.post.actions import post_mail
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


@dataclass(frozen=True, slots=True)
class Preview:
    """What the page shows while somebody writes. Without `made` there is a fault, said in
    `findings`; `reason` is why it could not be sent to this lead."""

    findings: list[Finding]
    lead: Lead | None = None
    made: Rendered | None = None
    reason: str = ""
    sample: Tried = field(default_factory=lambda: Tried(0, 0, []))

    @property
    def is_faulty(self) -> bool:
        return any(one.weight is Weight.FAULT for one in self.findings)


def previewed(message: Message, words: Words, lead: Lead | None, *, at: datetime) -> Preview:
    """The message as typed: what is wrong with it, how it reads for this lead, and how many of a
    sample of leads it cannot be said to."""
    wordings = wordings_in_force()
    found = checked(words, has_purpose=bool(message.purpose), codes=wordings)
    if any(one.weight is Weight.FAULT for one in found):
        return Preview(found, lead)
    mail = _ready(message, words)
    found = [*found, *_older(message, words)]
    if message.purpose and "address" not in house_values():
        says = "The postal address of whoever writes is not known; it is needed to publish."
        found.append(Finding(Weight.DOUBT, "message", 0, says))
    sample = tried(mail, sampled(at=at))
    if lead is None:
        return Preview([*found, *sample.findings], sample=sample)
    values = values_for([lead.canonical_id], at=at)[lead.canonical_id]
    made, reason = _for(mail, values, message)
    return Preview([*found, *sample.findings], lead, made, reason, sample)


def shown(message: Message, words: Words, lead: Lead | None, *, at: datetime) -> str:
    """The HTML of the message for this lead, what is not known named in it; empty with a fault."""
    try:
        mail = _ready(message, words)
    except (Broken, Unreadable):
        return ""
    known = values_for([lead.canonical_id], at=at) if lead is not None else {}
    values = next(iter(known.values()), {"house": house_values(), "messages": wordings_in_force()})
    made, _ = _for(mail, values, message)
    return made.html if made is not None else ""


def _for(mail: Prepared, values: Values, message: Message) -> tuple[Rendered | None, str]:
    """How it reads, and why it could not be sent like this; nothing where it cannot be said."""
    try:
        return mail.render(values, _footing(message)), ""
    except Unrenderable as fault:
        reason = str(fault)
    try:
        return mail.render(values, _footing(message), names_missing=True), reason
    except Unrenderable:
        return None, reason


def _ready(message: Message, words: Words) -> Prepared:
    utm = Utm(message.utm_source, message.utm_medium, message.utm_campaign)
    return made_ready(words, has_purpose=bool(message.purpose), utm=utm)


def _footing(message: Message) -> Footing:
    """Ways out that lead nowhere: a preview unsubscribes nobody."""
    here = f"{settings.ADDRESS}/messages/{message.code}/"
    return Footing(f"{here}#unsubscribe", f"{here}#preferences")


def _older(message: Message, words: Words) -> list[Finding]:
    """Key messages that were worded anew since the draft, or what is sent, was last looked at."""
    kept = message.versions.order_by("-number").first()
    if kept is None or (kept.mjml, kept.text) != (words.mjml, words.text):
        return []
    citations = MailCitation.objects.filter(version=kept).select_related("message")
    return [
        Finding(
            Weight.DOUBT, "message", 0,
            f"The key message {one.message} has a newer wording than when this was written; "
            "look whether it still fits.",
        )
        for one in citations if one.number < one.message.version
    ]  # fmt: skip


def sampled(*, at: datetime) -> list[Values]:
    """The values of those who were here last and can be written to."""
    leads = Lead.objects.filter(is_current=True).exclude(email="").order_by("-last_seen_at", "-id")
    return list(values_for(list(leads.values_list("pk", flat=True)[:SAMPLE]), at=at).values())


@transaction.atomic
def send_test(
    message: Message, words: Words, lead: Lead, *, by: User, at: datetime, via: Via
) -> None:
    """Send oneself the message as it is for this lead. Its ways out lead back to its page.

    Raises PermissionDenied; Refused with every fault, or with what is not known of the lead.
    """
    require(by, Permission.NURTURE)
    found = checked(words, has_purpose=bool(message.purpose), codes=wordings_in_force())
    wrong = [str(one) for one in found if one.weight is Weight.FAULT]
    if wrong:
        raise Refused(f"This cannot be sent. {' '.join(wrong)}")
    try:
        values = values_for([lead.canonical_id], at=at)[lead.canonical_id]
        made = _ready(message, words).render(values, _footing(message))
    except Unrenderable as fault:
        raise Refused(f"This cannot be sent for {lead}: {fault}") from None
    post_mail(
        to=[by.email], subject=f"Test: {made.subject}"[:200], text=made.text, html=made.html,
        sender=by, about=f"message:{message.pk}", at=at,
    )  # fmt: skip
    said = f"{by} sent themselves a test of the message {message}."
    data = {"id": message.pk, "lead": lead.pk}
    journal.write("messaging.test_sent", at=at, via=via, by=by, said=said, data=data)


__all__ = ["Preview", "previewed", "sampled", "send_test", "shown"]
