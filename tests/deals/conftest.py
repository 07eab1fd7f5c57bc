"""What tests of deals share: an agreement in force, leads of any stage, deals with them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from handraise.agreement.queries import Published
from handraise.deals.actions import Terms, open_deal
from handraise.deals.decide import Bought, Period
from handraise.deals.models import Deal, LostReason, PipelineStage
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.personas import NOON
from tests.world import in_force, lead

TODAY = NOON.date()


@pytest.fixture
def agreed(mark: User, mia: User) -> Published:
    """The small agreement, in force."""
    return in_force(mark, mia)


def at_stage(name: str, stage: Stage = Stage.SALES_QUALIFIED, **traits: Any) -> Lead:
    """A lead of that name who stands there since noon."""
    made = lead(name, **traits)
    Lead.objects.filter(pk=made.pk).update(stage=stage, stage_since=NOON)
    made.refresh_from_db()
    return made


def deal_with(
    lead: Lead, by: User, *, name: str = "Pilot", amount: str | None = "1200",
    currency: str = "EUR", stage: str = "Discovery", at: datetime = NOON,
    expected_close: date | None = None,
) -> Deal:  # fmt: skip
    """An open deal with this lead."""
    terms = Terms(
        name, None if amount is None else Decimal(amount), currency, expected_close=expected_close
    )
    here = stage_called(stage)
    return open_deal(lead, terms=terms, stage=here, by=by, at=at, via=Via.WEB)


def stage_called(name: str) -> PipelineStage:
    return PipelineStage.objects.get(name=name, removed_at=None)


def reason_called(name: str) -> LostReason:
    return LostReason.objects.get(name=name, removed_at=None)


def bought(
    amount: str = "100", period: Period = Period.MONTH, margin: str | None = "0.8",
    starts_on: date = TODAY, ends_on: date | None = None, currency: str = "EUR",
) -> Bought:  # fmt: skip
    share = None if margin is None else Decimal(margin)
    return Bought(Decimal(amount), currency, period, starts_on, ends_on, share)


@pytest.fixture
def ada(agreed: Published) -> Lead:
    """Ada, SQL."""
    return at_stage("Ada")


@pytest.fixture
def deal(ada: Lead, sal: User) -> Deal:
    """The pilot with Ada: 1,200 EUR, in Discovery."""
    return deal_with(ada, sal)
