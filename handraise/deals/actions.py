"""Verbs: what people do with a deal. Each locks the lead, then the deal, and reads both anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from handraise.deals import pipeline
from handraise.deals.decide import (
    Bought,
    Outcome,
    Refused,
    checked_amount,
    checked_currency,
    checked_day,
)
from handraise.deals.leading import after_loss, back_to_opportunity, to_customer, to_opportunity
from handraise.deals.models import Deal, DealStageMove, LostReason, PipelineStage, Purchase
from handraise.deals.purchases import write_purchase
from handraise.leads import journal
from handraise.leads.decide import Via
from handraise.leads.entry import Json
from handraise.leads.models import Lead
from handraise.qualification.actions import hold, reason_given
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

LONGEST_NOTE = 10_000


@dataclass(frozen=True, slots=True)
class Terms:
    """What is said of a deal."""

    name: str
    amount: Decimal | None = None
    currency: str = ""
    expected_close: date | None = None
    note: str = ""


def checked_terms(terms: Terms) -> Terms:
    """The terms, cleaned, if a deal can have them. Raises Refused."""
    name, note = " ".join(terms.name.split()), terms.note.strip()
    if not name:
        raise Refused("A deal needs a name.")
    if "\x00" in name + note:
        raise Refused("A deal cannot contain the NUL character.")
    if len(name) > 200:
        raise Refused("The name of a deal has at most 200 characters.")
    if len(note) > LONGEST_NOTE:
        raise Refused(f"A note has at most {LONGEST_NOTE:,} characters.")
    if terms.expected_close is not None:
        checked_day(terms.expected_close)
    currency = checked_currency(terms.currency) if terms.currency else ""
    if terms.amount is not None:
        if not currency:
            raise Refused("Say in which currency the amount is.")
        checked_amount(terms.amount, currency)
    return replace(terms, name=name, note=note, currency=currency)


@transaction.atomic
def open_deal(
    lead: Lead,
    *,
    terms: Terms,
    by: User,
    at: datetime,
    via: Via,
    owner: User | None = None,
    stage: PipelineStage | None = None,
) -> Deal:
    """Open a deal with this lead: an SQL becomes an opportunity by the table of moves.

    A lead that is an opportunity or a customer gets another deal; one before SQL is refused.
    """
    require(by, Permission.QUALIFY)
    held, given = hold(lead), checked_terms(terms)
    here = stage or _first_stage()
    if here.outcome != Outcome.OPEN:
        raise Refused("A new deal is open: win or lose it afterwards.")
    pipeline.keep(here)
    moved = to_opportunity(held, given.name, by=by, at=at, via=via)
    deal = Deal.objects.create(
        lead=held, company_id=held.company_id, name=given.name, amount=given.amount,
        currency=given.currency, expected_close=given.expected_close, note=given.note,
        stage=here, stage_since=at, owner=_working(owner or by), opened_at=at,
    )  # fmt: skip
    step(deal, None, by=by, at=at, moved_lead=moved)
    worth = f", {deal.money}" if deal.money else ""
    tell("opened", deal, f"Opened the deal {deal.name} ({here.name}{worth}).", by, at, via)
    return deal


@transaction.atomic
def edit_deal(
    deal: Deal,
    *,
    terms: Terms,
    owner: User,
    by: User,
    at: datetime,
    via: Via,
    seen: int | None = None,
) -> None:
    """Say anew what is known of a deal. `seen` is the revision that the person was looking at:
    when somebody changed the deal since, it is refused and nothing is overwritten."""
    require(by, Permission.QUALIFY)
    given = checked_terms(terms)
    held = hold_deal(deal)
    if seen is not None and seen != held.revision:
        raise Refused("Somebody changed this deal while you did. Look at it and say it again.")
    if owner.pk != held.owner_id:
        _working(owner)
    if given.amount is None and given.currency == "":
        given = replace(given, currency=held.currency)
    told = {"name": given.name, "amount": given.amount, "currency": given.currency,
            "expected_close": given.expected_close, "note": given.note, "owner": owner}  # fmt: skip
    changed = {name: new for name, new in told.items() if getattr(held, name) != new}
    if not changed:
        return
    before = {name: _plain(getattr(held, name)) for name in changed}
    for name, new in changed.items():
        setattr(held, name, new)
    held.revision += 1
    held.save(update_fields=[*changed, "revision"])
    said = f"Changed the deal {held.name}: {', '.join(changed).replace('_', ' ')}."
    after = {name: _plain(new) for name, new in changed.items()}
    tell("edited", held, said, by, at, via, {"before": before, "after": after})


@transaction.atomic
def move_deal(
    deal: Deal,
    *,
    to: PipelineStage,
    by: User,
    at: datetime,
    via: Via,
    seen: int | None = None,
) -> None:
    """Put an open deal into another open stage. `seen` is the stage in which the person saw it."""
    require(by, Permission.QUALIFY)
    held = hold_deal(deal)
    _must_be_open(held)
    if to.outcome != Outcome.OPEN:
        raise Refused("A deal is won with what was bought, and lost with a reason: use its page.")
    if held.stage_id == to.pk:
        return
    if seen is not None and seen != held.stage_id:
        raise Refused(f"{_last(held)} moved {held.name} to {held.stage} already.")
    before = held.stage
    _stand(held, to, at=at)
    step(held, before, by=by, at=at)
    tell("moved", held, f"Moved the deal {held.name} from {before} to {to}.", by, at, via)


@transaction.atomic
def win(
    deal: Deal, *, bought: Bought | None = None, by: User, at: datetime, via: Via, note: str = ""
) -> None:
    """Win an open deal: its lead becomes a customer. What was bought may be told later."""
    require(by, Permission.QUALIFY)
    said = reason_given(note, is_needed=False)
    held = hold_deal(deal)
    _must_be_open(held)
    before = held.stage
    moved = to_customer(held, by=by, at=at, via=via)
    _stand(held, closing_stage(Outcome.WON), at=at)
    step(held, before, by=by, at=at, moved_lead=moved, reason=said)
    worth = ""
    if bought is not None:
        worth = f": {write_purchase(held, bought, by=by, at=at)}"
    tell("won", held, f"Won the deal {held.name}{worth}.", by, at, via, {"note": said})


@transaction.atomic
def lose(
    deal: Deal, *, reason: LostReason, by: User, at: datetime, via: Via, note: str = ""
) -> None:
    """Lose an open deal. When it was the last open one of an opportunity, the reason says what
    becomes of the lead: it is put aside and wakes up again, is disqualified, or stays."""
    require(by, Permission.QUALIFY)
    said = reason_given(note, is_needed=False)
    held = hold_deal(deal)
    _must_be_open(held)
    why = LostReason.objects.filter(pk=reason.pk, removed_at=None).first()
    if why is None:
        raise Refused(f"The reason {reason.name} was removed. Choose another one.")
    before = held.stage
    held.lost_reason = why
    _stand(held, closing_stage(Outcome.LOST), at=at)
    moved = after_loss(held, why, by=by, at=at, via=via)
    step(held, before, by=by, at=at, moved_lead=moved, reason=f"{why.name}. {said}".strip())
    data: dict[str, Json] = {"reason": why.name, "note": said}
    tell("lost", held, f"Lost the deal {held.name}: {why.name}.", by, at, via, data)


@transaction.atomic
def reopen(deal: Deal, *, why: str, by: User, at: datetime, via: Via) -> None:
    """Open a closed deal again, in the stage it was closed in. Its lead goes back by the table of
    moves, or the whole is refused; what a won one brought is withdrawn, and stays to be read."""
    require(by, Permission.QUALIFY)
    reason = reason_given(why, is_needed=True)
    held = hold_deal(deal)
    if held.is_open:
        raise Refused(f"{held.name} is open already.")
    was, before = held.outcome, held.stage
    held.lost_reason = None
    _stand(held, _stage_before_closing(held), at=at)
    moved = back_to_opportunity(held, was, reason, by=by, at=at, via=via)
    gone = 0
    if was == Outcome.WON:
        gone = Purchase.objects.filter(deal=held, withdrawn_at=None).update(withdrawn_at=at)
    step(held, before, by=by, at=at, moved_lead=moved, reason=reason)
    tell("reopened", held, f"Opened the deal {held.name} again: {reason}", by, at, via,
         {"was": was, "purchases_withdrawn": gone})  # fmt: skip


def hold_deal(deal: Deal) -> Deal:
    """The deal, read anew, with its lead; both held until the transaction ends."""
    lead = hold(Lead.objects.get(deals=deal.pk))
    held = (
        Deal.objects.select_for_update(of=("self",), no_key=True)
        .select_related("stage", "owner", "lost_reason")
        .get(pk=deal.pk)
    )
    held.lead = lead if held.lead_id == lead.pk else Lead.objects.get(pk=held.lead_id)
    held.lead.canonical = lead
    return held


def step(
    deal: Deal, before: PipelineStage | None, *, by: User | None, at: datetime,
    moved_lead: bool = False, reason: str = "",
) -> None:  # fmt: skip
    """Keep that the deal came to where it stands now."""
    DealStageMove.objects.create(
        deal=deal, before=before, after=deal.stage, at=at, by=by, moved_lead=moved_lead,
        reason=reason,
    )  # fmt: skip


def tell(
    verb: str, deal: Deal, said: str, by: User, at: datetime, via: Via,
    data: dict[str, Json] | None = None,
) -> None:  # fmt: skip
    """One line of the journal about a deal."""
    about: dict[str, Json] = {
        "deal": deal.pk, "stage": deal.stage.name, "amount": _plain(deal.amount),
        "currency": deal.currency,
    }  # fmt: skip
    journal.write(
        f"deals.{verb}", at=at, via=via, by=by, lead_id=deal.lead.canonical_id,
        company_id=deal.company_id, said=said, data=about | (data or {}),
    )  # fmt: skip


def closing_stage(outcome: Outcome) -> PipelineStage:
    """The one stage of won, or of lost, deals."""
    return PipelineStage.objects.get(outcome=outcome)


def _plain(given: object) -> Json:
    if given is None or isinstance(given, bool | int | float | str):
        return given
    return str(given)


def _first_stage() -> PipelineStage:
    found = PipelineStage.objects.filter(outcome=Outcome.OPEN, removed_at=None)
    return found.order_by("place", "pk")[0]


def _working(owner: User) -> User:
    if not owner.is_active:
        raise Refused(f"{owner.name} does not work here any more.")
    return owner


def _stand(deal: Deal, stage: PipelineStage, *, at: datetime) -> None:
    if stage.outcome == Outcome.OPEN:
        pipeline.keep(stage)
    deal.stage, deal.stage_since, deal.outcome = stage, at, stage.outcome
    deal.closed_at = None if stage.outcome == Outcome.OPEN else at
    deal.revision += 1
    deal.save(
        update_fields=["stage", "stage_since", "outcome", "closed_at", "lost_reason", "revision"]
    )


def _last(deal: Deal) -> str:
    last = deal.moves.select_related("by").order_by("-at", "-pk").first()
    return last.by.name if last is not None and last.by is not None else "Somebody"


def _must_be_open(deal: Deal) -> None:
    if deal.is_open:
        return
    raise Refused(f"{_last(deal)} has {deal.outcome} {deal.name} already.")


def _stage_before_closing(deal: Deal) -> PipelineStage:
    last = deal.moves.select_related("before").order_by("-at", "-pk").first()
    before = last.before if last is not None else None
    if before is None or before.removed_at is not None or before.outcome != Outcome.OPEN:
        return _first_stage()
    return before
