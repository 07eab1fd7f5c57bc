"""Who leaves by the link of a mail: one press, from a mail program or on the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from django.db import transaction

from handraise.consent.actions import withdraw, withdraw_all
from handraise.consent.decide import How, folded, masked
from handraise.consent.links import preferences_url
from handraise.consent.models import Purpose, Topic
from handraise.leads.decide import IdentityKind, Via
from handraise.leads.models import Identity, Lead
from handraise.sends import links
from handraise.sends.models import Send


@dataclass(frozen=True, slots=True)
class Mail:
    """The mail whose link was followed, and what is left by it: a purpose, or one of its topics,
    by the names that people know. Without a topic that is in use it is the whole purpose, without
    a purpose, as the mail was asked for, everything."""

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
    in_use = Topic.objects.filter(purpose__retired_at=None, retired_at=None, code=send.topic)
    topic = None if purpose is None else in_use.filter(purpose=purpose).first()
    return Mail(
        send, send.purpose if purpose is None else purpose.name,
        "" if topic is None else topic.name,
    )  # fmt: skip


@transaction.atomic
def unsubscribe(mail: Mail, *, at: datetime, via: Via) -> None:
    """Take its reader from what the mail was sent for; from all that is not part of a contract
    where it was sent for nothing. Doing it again changes nothing."""
    send = mail.send
    told: _Told = {
        "how": How.UNSUBSCRIBE, "address": send.address, "by": None, "at": at, "via": via,
    }  # fmt: skip
    topics = [send.topic] if mail.topic else []
    for lead in _readers(send):
        if send.purpose:
            withdraw(lead, purpose=send.purpose, topics=topics, **told)
        else:
            withdraw_all(lead, **told)


class _Told(TypedDict):
    """What consent is told of every leaving by a link."""

    how: How
    address: str
    by: None
    at: datetime
    via: Via


def _readers(send: Send) -> list[Lead]:
    """Whom the mail was for, and who has its address now: not one after a merge was undone."""
    found = {send.lead.canonical_id}
    known = Identity.objects.filter(kind=IdentityKind.EMAIL, value=folded(send.address))
    found.update(known.values_list("lead__canonical_id", flat=True))
    return list(Lead.objects.filter(pk__in=found).order_by("pk"))


__all__ = ["Mail", "mail_of", "unsubscribe"]
