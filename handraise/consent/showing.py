"""What a lead agreed to, for people to see: beside its facts, and all of it on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from handraise.consent.models import Confirmation, Leaving, Proof, Purpose, TopicChoice
from handraise.consent.queries import Suppressed, suppressed
from handraise.leads.models import Consent, Lead

LONGEST_HISTORY = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One consent with its proof, under the name of its purpose; `is_used`: there is such one."""

    consent: Consent
    name: str
    is_used: bool
    proof: Proof | None


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on the page of a lead."""

    lines: list[Line]
    asked: list[Confirmation]
    leaving: Leaving | None
    suppressed: Suppressed | None

    def __bool__(self) -> bool:
        return bool(self.lines or self.asked or self.leaving or self.suppressed)


@dataclass(frozen=True, slots=True)
class History:
    """All that a lead ever said, the newest first."""

    lines: list[Line]
    choices: list[tuple[TopicChoice, str, list[str]]]
    confirmations: list[Confirmation]


def card_of(lead: Lead, consents: Sequence[Consent], *, at: datetime) -> Card:
    """The newest word on each purpose, and what else decides about mails. `consents`: those of
    `leads.queries.consents_of` at that instant."""
    mine = Q(lead__canonical=lead.canonical_id)
    asked = Confirmation.objects.filter(
        Q(confirmed_at=None) | Q(confirmed_at__gt=at), mine, asked_at__lte=at, expires_at__gt=at
    )
    left = Leaving.objects.filter(mine, at__lte=at).order_by("-at", "-pk")
    return Card(
        lines=_lines(consents),
        asked=list(asked.order_by("-asked_at")[:5]),
        leaving=left.first(),
        suppressed=suppressed([lead.email], at=at).get(lead.email) if lead.email else None,
    )


def history_of(lead: Lead) -> History:
    """Every consent with its words, every choice of topics, every confirming mail."""
    consents = Consent.objects.filter(identity__lead__canonical=lead.canonical_id)
    newest = consents.order_by("-holds_from", "-known_at", "-pk").select_related("source", "by")
    choices = TopicChoice.objects.filter(lead__canonical=lead.canonical_id).select_related("by")
    asked = Confirmation.objects.filter(lead__canonical=lead.canonical_id)
    names = {one.code: one for one in Purpose.objects.prefetch_related("topics")}
    return History(
        lines=_lines(list(newest[:LONGEST_HISTORY])),
        choices=[
            (one, *_named(one, names.get(one.purpose)))
            for one in choices.order_by("-at", "-pk")[:LONGEST_HISTORY]
        ],
        confirmations=list(asked.order_by("-asked_at")[:LONGEST_HISTORY]),
    )


def _named(choice: TopicChoice, purpose: Purpose | None) -> tuple[str, list[str]]:
    if purpose is None:
        return choice.purpose, list(choice.topics)
    return purpose.name, [one.name for one in purpose.topics.all() if one.code in choice.topics]


def _lines(consents: Sequence[Consent]) -> list[Line]:
    if not consents:
        return []
    proofs = {one.consent_id: one for one in Proof.objects.filter(consent__in=consents)}
    names = {one.code: one for one in Purpose.objects.all()}
    return [
        Line(
            one,
            names[one.purpose].name if one.purpose in names else one.purpose,
            one.purpose in names and names[one.purpose].retired_at is None,
            proofs.get(one.pk),
        )
        for one in consents
    ]
