"""What the pages of deals show: what was asked for, the figures, the part on other pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import QueryDict

from handraise.deals.decide import Outcome, Value
from handraise.deals.models import Deal, PipelineStage
from handraise.deals.queries import (
    Card,
    Closed,
    Wanted,
    cards_of,
    closed_between,
    deals_of,
    deals_of_company,
    deals_visible_to,
    moves_of,
    stages,
    value_of,
    value_of_company,
)
from handraise.leads.decide import Stage
from handraise.leads.models import Company, Lead
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may

LATELY = timedelta(days=90)
SHOWN_BESIDE = 5
WITH_DEALS = (Stage.SALES_QUALIFIED, Stage.OPPORTUNITY, Stage.CUSTOMER)


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in the filters, as it was written."""

    q: str
    owner: str
    state: str

    @property
    def is_filtered(self) -> bool:
        return bool(self.q or self.owner or self.state)

    def wanted(self, user: User) -> Wanted:
        """The same for the queries. What cannot be read asks for nothing."""
        owner = user.pk if self.owner == "me" else _number(self.owner)
        if self.state in set(Outcome):
            return Wanted(self.q, owner, outcome=Outcome(self.state))
        return Wanted(self.q, owner, stage=_number(self.state))


def asked(given: QueryDict) -> Asked:
    """The filters of an address or a form."""
    q = given.get("q", "").replace("\x00", "").strip()[:200]
    owner, state = given.get("owner", ""), given.get("state", "")
    known = owner == "me" or _number(owner) is not None
    is_state = state in set(Outcome) or _number(state) is not None
    return Asked(q, owner if known else "", state if is_state else "")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


@dataclass(frozen=True, slots=True)
class Lately:
    """What was won and lost in the last ninety days."""

    won: Closed
    lost: Closed


def lately(user: User, wanted: Wanted, *, at: datetime) -> Lately:
    """The deals that were closed lately, of those asked for."""
    period = {"since": at - LATELY, "until": at}
    return Lately(
        closed_between(user, wanted, Outcome.WON, **period),
        closed_between(user, wanted, Outcome.LOST, **period),
    )


@dataclass(frozen=True, slots=True)
class Beside:
    """The deals of a lead or company on its page, and what they are worth."""

    cards: list[Card]
    more: int
    values: list[Value]
    may_open: bool


def beside_lead(user: User, lead: Lead, *, at: datetime, has_deals: bool = True) -> Beside | None:
    """The part on the page of a lead; None where there is no deal and could be none. `has_deals`:
    whether it has any, where that is known."""
    if not has_deals and lead.stage not in WITH_DEALS:
        return None
    deals = deals_visible_to(user).filter(pk__in=deals_of(lead).values("pk"))
    may_open = lead.stage in WITH_DEALS and may(user, Permission.QUALIFY)
    count = deals.count()
    if not count and lead.stage not in WITH_DEALS:
        return None
    found = list(deals_of(lead)[:SHOWN_BESIDE])
    return Beside(cards_of(found, at=at), count - len(found), value_of(lead, at=at), may_open)


def beside_company(user: User, company: Company, *, at: datetime) -> Beside | None:
    """The part on the page of a company; None where there is no deal."""
    count = deals_visible_to(user).filter(company=company).count()
    if not count:
        return None
    found = list(deals_of_company(company)[:SHOWN_BESIDE])
    values = value_of_company(company, at=at)
    return Beside(cards_of(found, at=at), count - len(found), values, may_open=False)


@dataclass(frozen=True, slots=True)
class Step:
    """A stage on the way of a deal: `state` is done, now, beside or empty."""

    stage: PipelineStage
    state: str
    at: datetime | None


def way_of(deal: Deal) -> list[Step]:
    """The stages of the pipeline as this deal has passed them; it ends where the deal does."""
    reached = {move.after_id: move.at for move in reversed(moves_of(deal))}
    there = [one for one in stages() if one.outcome in (Outcome.OPEN, deal.outcome)]
    here = next((place for place, one in enumerate(there) if one.pk == deal.stage_id), 0)
    return [
        Step(one, _state(place, here, deal, one.pk in reached), reached.get(one.pk))
        for place, one in enumerate(there)
    ]


def _state(place: int, here: int, deal: Deal, is_reached: bool) -> str:
    if place == here:
        return "beside" if deal.outcome == Outcome.LOST else "now"
    return "done" if place < here and is_reached else ""
