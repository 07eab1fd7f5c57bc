"""Who leaves by the link of a mail: one press, from a mail program or on the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from handraise.consent.actions import withdraw, withdraw_all
from handraise.consent.decide import How, folded, masked
from handraise.consent.links import preferences_url
from handraise.consent.models import Purpose, Topic
from handraise.leads.decide import IdentityKind, Refused, Via
from handraise.leads.models import Identity, Lead
from handraise.sends import links
from handraise.sends.models import Send


@dataclass(frozen=True, slots=True)
class Mail:
    """The mail whose link was followed, and what it is left for: a purpose or one of its topics by
    the name that people know; none of either where the mail was asked for."""

    send: Send
    purpose: str = ""
    topic: str = ""

    @property
    def name(self) -> str:
        """`Guides (Newsletter)`, `Newsletter`, or nothing."""
        return f"{self.topic} ({self.purpose})" if self.topic else self.purpose

    @property
    def reader(self) -> str:
        """The address as it may be shown to whoever has the link."""
        return masked(self.send.address) or "Your address"

    @property
    def preferences(self) -> str:
        """Where its reader chooses what they get."""
        return preferences_url(self.send.lead.canonical_id, self.send.address)


def mail_of(token: str) -> Mail | None:
    """The mail of an unsubscribe link; None for a token that is none of ours, or of no mail."""
    said = links.read(token)
    if said is None or said.kind is not links.Kind.UNSUBSCRIBE:
        return None
    send = Send.objects.select_related("lead").filter(pk=said.send_id).first()
    if send is None:
        return None
    purpose = Purpose.objects.filter(code=send.purpose).first() if send.purpose else None
    topic = Topic.objects.filter(purpose=purpose, code=send.topic).first() if purpose else None
    return Mail(
        send, send.purpose if purpose is None else purpose.name,
        send.topic if topic is None else topic.name,
    )  # fmt: skip


@transaction.atomic
def unsubscribe(mail: Mail, *, at: datetime, via: Via) -> None:
    """Take its reader from what the mail was sent for; from all that is not part of a contract
    where it was sent for nothing. Doing it again changes nothing."""
    for lead in _readers(mail.send):
        if not mail.send.purpose:
            withdraw_all(
                lead, how=How.UNSUBSCRIBE, address=mail.send.address, by=None, at=at, via=via
            )
        elif not _leave_topic(lead, mail.send, at=at, via=via):
            withdraw(
                lead, purpose=mail.send.purpose, how=How.UNSUBSCRIBE, address=mail.send.address,
                by=None, at=at, via=via,
            )  # fmt: skip


def _leave_topic(lead: Lead, send: Send, *, at: datetime, via: Via) -> bool:
    """Leave the topic; False where there is none that can be left by itself."""
    if not send.topic:
        return False
    try:
        withdraw(
            lead, purpose=send.purpose, topics=[send.topic], how=How.UNSUBSCRIBE,
            address=send.address, by=None, at=at, via=via,
        )  # fmt: skip
    except Refused:  # the topic or its purpose is no more: then the whole of it is left
        return False
    return True


def _readers(send: Send) -> list[Lead]:
    """Whom the mail was for, and who has its address now: not one after a merge was undone."""
    found = {send.lead.canonical_id}
    known = Identity.objects.filter(kind=IdentityKind.EMAIL, value=folded(send.address))
    found.update(known.values_list("lead__canonical_id", flat=True))
    return list(Lead.objects.filter(pk__in=found).order_by("pk"))


__all__ = ["Mail", "mail_of", "unsubscribe"]
