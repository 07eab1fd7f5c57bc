"""Where deals bring their leads: the stages before, at and after a close. Callers hold the lead."""

from __future__ import annotations

from datetime import datetime, timedelta

from handraise.deals.decide import Afterwards, Outcome, Refused
from handraise.deals.models import Deal, DealStageMove, LostReason
from handraise.leads import moves
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead, StageMove
from handraise.qualification.actions import in_force, make_move, move_by_hand
from handraise.qualification.decide import Maker, allowed
from handraise.team.models import User

_WITH_A_DEAL = (Stage.OPPORTUNITY, Stage.CUSTOMER)


def to_opportunity(lead: Lead, name: str, *, by: User, at: datetime, via: Via) -> bool:
    """Who gets a deal is an opportunity. Whether they were moved; raises Refused."""
    stage = Stage(lead.stage)
    if stage in _WITH_A_DEAL:
        return False
    if stage is not Stage.SALES_QUALIFIED:
        raise Refused(f"{lead} stands at {stage.label}. A deal can be opened once the lead is SQL.")
    said = f"The deal {name} was opened."
    move_by_hand(lead, to=Stage.OPPORTUNITY, reason=said, by=by, at=at, via=via)
    return True


def to_customer(deal: Deal, *, by: User, at: datetime, via: Via) -> bool:
    """Whose deal is won is a customer. Whether they were moved; raises Refused."""
    lead = deal.lead.canonical
    if lead.stage == Stage.CUSTOMER:
        return False
    _bring_back(lead, f"The deal {deal.name} went on and was won.", by=by, at=at, via=via)
    said = f"The deal {deal.name} was won."
    move_by_hand(lead, to=Stage.CUSTOMER, reason=said, by=by, at=at, via=via)
    lead.stage = Stage.CUSTOMER
    return True


def after_loss(deal: Deal, why: LostReason, *, by: User, at: datetime, via: Via) -> bool:
    """What the reason of a loss says of a lead without another open deal. Whether it was moved."""
    lead = deal.lead.canonical
    others = Deal.objects.filter(lead__canonical=lead, outcome=Outcome.OPEN)
    if lead.stage != Stage.OPPORTUNITY or others.exists():
        return False
    said = f"The deal {deal.name} was lost: {why.name}."
    match Afterwards(why.afterwards):
        case Afterwards.RECYCLE:
            wakes_at = at + timedelta(days=why.wake_after or 0)
            move_by_hand(
                lead, to=Stage.NURTURE, reason=said, wakes_at=wakes_at, by=by, at=at, via=via
            )
        case Afterwards.DISQUALIFY:
            move_by_hand(lead, to=Stage.DISQUALIFIED, reason=said, by=by, at=at, via=via)
        case Afterwards.NOTHING:
            return False
    return True


def back_to_opportunity(
    deal: Deal, was: str, reason: str, *, by: User, at: datetime, via: Via
) -> bool:
    """Where the lead of a reopened deal goes: a customer stays one who bought something else, or
    whom no deal of ours made one; who is none after all was none for any report."""
    lead = deal.lead.canonical
    if lead.stage == Stage.CUSTOMER:
        ours = DealStageMove.objects.filter(
            deal__lead__canonical=lead, after__outcome=Outcome.WON, moved_lead=True
        )
        others = Deal.objects.filter(lead__canonical=lead, outcome=Outcome.WON)
        if was != Outcome.WON or others.exists() or not ours.exists():
            return False
        if _take_back_customer(lead, at=at):
            return True
    said = f"The deal {deal.name} is open again: {reason}"
    return _bring_back(lead, said, by=by, at=at, via=via)


def _take_back_customer(lead: Lead, *, at: datetime) -> bool:
    """Withdraw the move that made an opportunity a customer, if it is their newest."""
    told = StageMove.objects.filter(lead__canonical=lead.pk, withdrawn_at=None)
    newest = told.select_related("lead").order_by("-at", "-pk").first()
    step = (Stage.OPPORTUNITY.value, Stage.CUSTOMER.value)
    if newest is None or (newest.before, newest.after) != step:
        return False
    moves.take_back(newest, at=at)
    lead.stage = Stage.OPPORTUNITY
    return True


def _bring_back(lead: Lead, said: str, *, by: User, at: datetime, via: Via) -> bool:
    """To OPPORTUNITY, from wherever the table lets a deal bring a lead back. Raises Refused."""
    stage = Stage(lead.stage)
    if stage is Stage.OPPORTUNITY:
        return False
    if stage is Stage.SALES_QUALIFIED:
        move_by_hand(lead, to=Stage.OPPORTUNITY, reason=said, by=by, at=at, via=via)
    elif allowed(stage, Stage.OPPORTUNITY, Maker.DEAL):
        make_move(
            lead, to=Stage.OPPORTUNITY, reason=said, published=in_force(), by=by, at=at, via=via
        )
    else:
        raise Refused(
            f"{lead} stands at {stage.label} by now. Bring the lead to SQL first, or open a new "
            "deal then."
        )
    lead.stage = Stage.OPPORTUNITY
    return True


__all__ = ["after_loss", "back_to_opportunity", "to_customer", "to_opportunity"]
