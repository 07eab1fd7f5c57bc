"""Verbs: what a won deal brought, when it ended, and what was told wrongly."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from handraise.deals.decide import (
    Bought,
    Outcome,
    Period,
    Refused,
    checked_currency,
    checked_purchase,
)
from handraise.deals.models import Deal, Purchase
from handraise.leads import journal
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.qualification.actions import hold
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


def write_purchase(deal: Deal, bought: Bought, *, by: User | None, at: datetime) -> Purchase:
    """Keep a purchase of a deal that the caller holds. Raises Refused."""
    one = checked_purchase(replace(bought, currency=checked_currency(bought.currency)))
    return Purchase.objects.create(
        deal=deal, amount=one.amount, currency=one.currency, period=one.period, margin=one.margin,
        starts_on=one.starts_on, ends_on=one.ends_on, known_at=at, by=by,
    )  # fmt: skip


@transaction.atomic
def add_purchase(deal: Deal, *, bought: Bought, by: User, at: datetime, via: Via) -> Purchase:
    """Say what else a won deal brought. Raises Refused for one that is not won."""
    require(by, Permission.QUALIFY)
    held = _held(deal)
    if held.outcome != Outcome.WON:
        raise Refused("Only a won deal has purchases. Win it first.")
    made = write_purchase(held, bought, by=by, at=at)
    _note("bought", held, f"Bought with the deal {held.name}: {made}.", by, at, via)
    return made


@transaction.atomic
def end_purchase(
    purchase: Purchase, *, last_day: date, by: User, at: datetime, via: Via
) -> None:  # fmt: skip
    """Say the last day on which a recurring purchase runs. Raises Refused."""
    require(by, Permission.QUALIFY)
    held = _held_purchase(purchase)
    if held.period == Period.ONCE:
        raise Refused("What is paid once has no end.")
    checked_purchase(replace(held.bought, ends_on=last_day))
    held.ends_on = last_day
    held.save(update_fields=["ends_on"])
    said = f"{held} of the deal {held.deal.name} ends after {last_day:%-d %B %Y}."
    _note("purchase_ended", held.deal, said, by, at, via)


@transaction.atomic
def withdraw_purchase(purchase: Purchase, *, by: User, at: datetime, via: Via) -> None:
    """Take a purchase that was told wrongly as never said. Raises Refused."""
    require(by, Permission.QUALIFY)
    held = _held_purchase(purchase)
    held.withdrawn_at = at
    held.save(update_fields=["withdrawn_at"])
    said = f"{held} of the deal {held.deal.name} was told wrongly, and is withdrawn."
    _note("purchase_withdrawn", held.deal, said, by, at, via)


def _held(deal: Deal) -> Deal:
    """The deal, read anew and held, its lead first."""
    hold(Lead.objects.get(deals=deal.pk))
    return (
        Deal.objects.select_for_update(of=("self",), no_key=True)
        .select_related("lead")
        .get(pk=deal.pk)
    )


def _held_purchase(purchase: Purchase) -> Purchase:
    deal = _held(purchase.deal)
    held = Purchase.objects.get(pk=purchase.pk)
    if held.withdrawn_at is not None:
        raise Refused("This purchase is withdrawn already.")
    held.deal = deal
    return held


def _note(verb: str, deal: Deal, said: str, by: User, at: datetime, via: Via) -> None:
    journal.write(
        f"deals.{verb}", at=at, via=via, by=by, lead_id=deal.lead.canonical_id,
        company_id=deal.company_id, said=said, data={"deal": deal.pk},
    )  # fmt: skip
