"""Verbs of the public pages: confirm an address, and choose what one gets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from handraise.consent.actions import choose, give, pages, withdraw
from handraise.consent.decide import How, Refused, permission
from handraise.consent.models import Confirmation, Purpose
from handraise.consent.queries import purposes, rule_of, said_by
from handraise.leads import journal
from handraise.leads.decide import Via
from handraise.leads.merging import lock_roots_of
from handraise.leads.models import Lead


@transaction.atomic
def confirm(confirmation: Confirmation, *, at: datetime, via: Via = Via.WEB) -> bool:
    """The mailbox said yes: consent is given now. False where it was confirmed before.

    Raises Refused when the link has run out, or the purpose is not in use any more.
    """
    root = lock_roots_of([confirmation.lead_id])[0]
    held = Confirmation.objects.select_for_update(of=("self",)).get(pk=confirmation.pk)
    if held.confirmed_at is not None:
        return False
    if held.expires_at <= at:
        raise Refused("This link has run out. Please ask again where you asked before.")
    held.confirmed_at = at
    held.save(update_fields=["confirmed_at"])
    if not Purpose.objects.filter(code=held.purpose, retired_at=None).exists():
        raise Refused("This is not sent any more, so there is nothing to confirm.")
    lead = Lead.objects.get(pk=root)
    journal.write(
        "consent.confirmed", at=at, via=via, lead_id=root,
        said=f"{held.address} was confirmed for {held.purpose}.",
        data={"purpose": held.purpose, "confirmation": held.pk},
    )  # fmt: skip
    give(
        lead, purpose=held.purpose, topics=held.topics, wording=held.wording, how=How.LINK,
        address=held.address, by=None, at=at, via=via, source=held.source or pages(at=at),
    )  # fmt: skip
    return True


@dataclass(slots=True)
class Preferred:
    """What a preference page changed: names of purposes, for people. `waiting` are given too, but
    mails would go to another address than the link did, and that one is not confirmed."""

    given: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)


@transaction.atomic
def prefer(
    lead: Lead, *, wanted: Mapping[str, Collection[str] | None], address: str, at: datetime,
    via: Via = Via.WEB,
) -> Preferred:  # fmt: skip
    """Do what a person ticked on the preference page.

    `wanted` has each purpose that was shown: None for one that is not ticked, else the topics
    that are; none of them under a purpose that is new says nothing of topics. What was not shown
    stays as it is; purposes of a contract are not for ticking.
    """
    held = Lead.objects.get(pk=lock_roots_of([lead.pk])[0])
    done, source, how = Preferred(), pages(at=at), How.PREFERENCES
    for purpose in purposes():
        if purpose.code not in wanted or purpose.is_of_contract:
            continue
        topics = wanted[purpose.code]
        if topics is None:
            if withdraw(
                held, purpose=purpose.code, how=how, address=address, by=None, at=at, via=via,
                source=source,
            ):  # fmt: skip
                done.left.append(purpose.name)
            continue
        is_new = not has(held, purpose, at=at)
        if is_new:
            give(
                held, purpose=purpose.code, wording=purpose.wording, how=how, address=address,
                by=None, at=at, via=via, source=source,
            )  # fmt: skip
            is_sent = has(held, purpose, at=at)
            (done.given if is_sent else done.waiting).append(purpose.name)
        # Who asks for something anew and ticks no topic has not chosen among them.
        has_chosen = bool(topics) or not is_new
        if (
            has_chosen
            and _differ(held, purpose, topics, at=at)
            and choose(held, purpose, topics, how=how, by=None, at=at, via=via)
        ):
            done.chosen.append(purpose.name)
    return done


def has(lead: Lead, purpose: Purpose, *, at: datetime) -> bool:
    """Whether the lead gets this purpose now, so that its box is ticked."""
    return permission(rule_of(purpose), said_by([lead.pk], purpose.code, at)[lead.pk]).may


def _differ(lead: Lead, purpose: Purpose, topics: Collection[str], *, at: datetime) -> bool:
    """Whether these are others than the lead has; all of them, where it never chose, are not."""
    there = {topic.code for topic in purpose.topics.all()}
    had = said_by([lead.pk], purpose.code, at)[lead.pk].topics
    return bool(there) and set(topics) != (there if had is None else there & set(had))
