"""The deals of the invented salespeople: opened, worked through the pipeline, won or lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from handraise.deals import actions
from handraise.deals.decide import Bought, Outcome, Period
from handraise.deals.models import Deal
from handraise.deals.queries import lost_reasons, open_stages
from handraise.leads import actions as leads
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.team.models import User

_SEATS = (10, 15, 25, 40, 60, 100, 150)
_A_SEAT = ("9", "12", "19")  # a month
_CURRENCIES = {"united kingdom": "GBP", "united states": "USD", "switzerland": "CHF"}
_NAMES = ("{seats} seats", "Pilot with {seats} seats", "Roll-out, {seats} seats")


class Deals:
    """Everything that is sold. Draws from a chance of its own, so that the year stays as it is.

    `plan` asks to be called again at an instant: to `advance` a deal, or to `expand` a customer.
    """

    def __init__(self, people: list[User], plan: Callable[[str, int, datetime], None]) -> None:
        self.random = Random(11)
        self.people = people
        self.plan = plan

    def open(self, lead: Lead, at: datetime) -> None:
        """A deal with a lead that has just become ready for one."""
        seats = self.random.choice(_SEATS)
        terms = actions.Terms(
            self.random.choice(_NAMES).format(seats=seats),
            seats * 12 * Decimal(self.random.choice(_A_SEAT)),
            _CURRENCIES.get(lead.country.lower(), "EUR"),
            (at + timedelta(days=self.random.randint(15, 70))).date(),
        )
        owner = self.random.choice(self.people)
        deal = actions.open_deal(lead, terms=terms, owner=owner, by=owner, at=at, via=Via.WEB)
        self._plan_next(deal, at)

    def _plan_next(self, deal: Deal, at: datetime) -> None:
        self.plan("advance", deal.pk, at + timedelta(days=self.random.uniform(4, 22)))

    def advance(self, number: int, at: datetime) -> None:
        """The next stage, if there is one and the deal is still open; often after a meeting."""
        deal = Deal.objects.select_related("lead__canonical", "owner", "stage").get(pk=number)
        later = open_stages().filter(place__gt=deal.stage.place).first()
        if not deal.is_open:
            return
        if later is None:
            if deal.lead.canonical.stage == Stage.CUSTOMER:  # the first sale has a way of its own
                self._end(deal, is_won=self.random.random() < 0.6, at=at)
            return
        if self.random.random() < 0.6:
            leads.log_activity(
                deal.lead.canonical, name="Met", properties={"about": deal.name}, occurred_at=at,
                by=deal.owner, at=at, via=Via.WEB,
            )  # fmt: skip
        actions.move_deal(deal, to=later, by=deal.owner, at=at, via=Via.WEB)
        self._plan_next(deal, at)

    def close(self, lead: Lead, *, is_won: bool, at: datetime) -> None:
        """How the deal of an opportunity ended; where two were merged, both deals."""
        found = Deal.objects.filter(lead__canonical=lead, outcome=Outcome.OPEN)
        for deal in found.select_related("owner").order_by("pk"):
            self._end(deal, is_won=is_won, at=at)

    def expand(self, lead: Lead, at: datetime) -> None:
        """A customer talks about more."""
        if lead.stage == Stage.CUSTOMER:
            self.open(lead, at)

    def _end(self, deal: Deal, *, is_won: bool, at: datetime) -> None:
        if not is_won:
            reason = self.random.choice(list(lost_reasons()))
            actions.lose(deal, reason=reason, by=deal.owner, at=at, via=Via.WEB)
            return
        bought = self._bought(deal, at)
        actions.win(deal, bought=bought, note="Signed.", by=deal.owner, at=at, via=Via.WEB)
        if self.random.random() < 0.7:
            self.plan("expand", deal.lead_id, at + timedelta(days=self.random.uniform(10, 90)))

    def _bought(self, deal: Deal, at: datetime) -> Bought:
        period = self.random.choices((Period.YEAR, Period.MONTH, Period.ONCE), (5, 4, 1))[0]
        amount = deal.amount or Decimal(1)
        paid = amount / 12 if period is Period.MONTH else amount
        margin = Decimal(self.random.randint(62, 86)) / 100
        return Bought(
            paid.quantize(Decimal("0.01")), deal.currency, period, at.date(), margin=margin
        )
