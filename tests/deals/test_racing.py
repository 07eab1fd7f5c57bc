"""Two people at one deal, on real transactions: one wins, the other is told."""

from __future__ import annotations

import pytest

from handraise.deals.actions import Refused, lose, move_deal, win
from handraise.deals.models import Deal, DealStageMove, PipelineStage, Purchase
from handraise.deals.pipeline import remove_stage
from handraise.leads.actions import merge_leads
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.deals.conftest import at_stage, bought, deal_with, reason_called, stage_called
from tests.handover.test_racing import together
from tests.personas import NOON
from tests.world import stage_of

pytestmark = pytest.mark.django_db(transaction=True)


def refusals(results: list[object]) -> list[str]:
    """What was refused; whatever else was raised fails the test."""
    faults = [one for one in results if isinstance(one, Exception)]
    assert all(isinstance(one, Refused) for one in faults), faults
    return [str(one) for one in faults]


def test_of_two_who_win_at_once_one_wins(deal: Deal, ada: Lead, sal: User, mia: User) -> None:
    results = together(
        lambda: win(deal, bought=bought(), by=sal, at=NOON, via=Via.WEB),
        lambda: win(deal, bought=bought(), by=mia, at=NOON, via=Via.WEB),
    )

    [told] = refusals(results)
    assert told in {"Sal has won Pilot already.", "Mia has won Pilot already."}
    assert Purchase.objects.count() == 1
    assert DealStageMove.objects.filter(deal=deal, after__outcome="won").count() == 1
    assert stage_of(ada) is Stage.CUSTOMER


def test_winning_and_losing_at_once_close_it_once(
    deal: Deal, ada: Lead, sal: User, mia: User
) -> None:
    results = together(
        lambda: win(deal, by=sal, at=NOON, via=Via.WEB),
        lambda: lose(deal, reason=reason_called("Price"), by=mia, at=NOON, via=Via.WEB),
    )

    assert len(refusals(results)) == 1
    deal.refresh_from_db()
    stands = {"won": Stage.CUSTOMER, "lost": Stage.NURTURE}
    assert stage_of(ada) is stands[deal.outcome]


def test_two_last_deals_lost_at_once_put_the_lead_aside_once(
    deal: Deal, ada: Lead, sal: User
) -> None:
    other = deal_with(ada, sal, name="Second")

    results = together(
        *(
            lambda one=one: lose(one, reason=reason_called("Price"), by=sal, at=NOON, via=Via.WEB)
            for one in (deal, other)
        )
    )

    assert refusals(results) == []
    assert stage_of(ada) is Stage.NURTURE
    assert ada.returns.count() == 1


def test_a_stage_is_removed_only_when_nobody_moves_a_deal_into_it(
    deal: Deal, sal: User, rita: User
) -> None:
    proposal = stage_called("Proposal")

    results = together(
        lambda: move_deal(deal, to=proposal, by=sal, at=NOON, via=Via.WEB),
        lambda: remove_stage(proposal, by=rita, at=NOON, via=Via.WEB),
    )

    assert len(refusals(results)) == 1
    assert not PipelineStage.objects.filter(deals__isnull=False, removed_at__isnull=False).exists()


def test_a_merge_races_a_win(deal: Deal, ada: Lead, sal: User, rita: User) -> None:
    ben = at_stage("Ben")

    results = together(
        lambda: merge_leads(ben, ada, why="Same person.", by=rita, at=NOON, via=Via.WEB),
        lambda: win(deal, by=sal, at=NOON, via=Via.WEB),
    )

    assert refusals(results) == []
    assert stage_of(ben) is Stage.CUSTOMER
