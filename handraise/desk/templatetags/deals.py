"""Words of deals, for templates."""

from decimal import Decimal

from django import template

from handraise.deals.decide import Afterwards, as_money
from handraise.deals.models import LostReason

register = template.Library()


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """`{{ amount|money:currency }}`: `1,200 EUR`."""
    return as_money(amount, currency)


@register.filter
def outcome_kind(outcome: str) -> str:
    """The colour of a badge for how a deal stands."""
    return {"won": "fit", "lost": "bad"}.get(outcome, "accent")


@register.filter
def then(reason: LostReason) -> str:
    """What becomes of a lead whose last deal was lost for this: the end of a sentence."""
    match Afterwards(reason.afterwards):
        case Afterwards.RECYCLE:
            return f"to Nurture, and wakes up after {reason.wake_after} days"
        case Afterwards.DISQUALIFY:
            return "to Disqualified"
        case Afterwards.NOTHING:
            return "nowhere: it stays an opportunity"
