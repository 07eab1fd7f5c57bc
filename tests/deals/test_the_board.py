"""The board: sums within one currency, what is stale, and no more cards than can be read."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from handraise.agreement.queries import Published
from handraise.deals.actions import lose, win
from handraise.deals.decide import Outcome, Sum
from handraise.deals.models import Deal, PipelineStage
from handraise.deals.queries import (
    Board,
    Wanted,
    board,
    closed_between,
    deals_visible_to,
    wanted_deals,
)
from handraise.leads.actions import log_activity, merge_leads
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.deals.conftest import TODAY, at_stage, deal_with, reason_called, stage_called
from tests.personas import DAY, NOON

pytestmark = pytest.mark.django_db
EVERYTHING = Wanted()


def column(found: Board, name: str) -> dict[str, object]:
    [one] = [each for each in found.columns if each.stage.name == name]
    return {"count": one.count, "without": one.without_amount, "sums": one.sums,
            "cards": [card.deal.name for card in one.cards], "more": one.more}  # fmt: skip


def test_a_stage_is_summed_currency_by_currency(ada: Lead, sal: User, vera: User) -> None:
    for name, amount, currency in (("A", "100", "EUR"), ("B", "50.50", "EUR"), ("C", "9", "USD"),
                                   ("D", None, "EUR"), ("E", None, "")):  # fmt: skip
        deal_with(ada, sal, name=name, amount=amount, currency=currency, stage="Proposal")

    proposal = column(board(vera, EVERYTHING, at=NOON), "Proposal")

    assert (proposal["count"], proposal["without"]) == (5, 2)
    assert proposal["sums"] == [
        Sum("EUR", Decimal("150.5"), Decimal("75.25")), Sum("USD", Decimal(9), Decimal("4.5")),
    ]  # fmt: skip


def test_closed_deals_are_counted_beside_the_board(ada: Lead, sal: User, vera: User) -> None:
    win(deal_with(ada, sal, amount="70"), by=sal, at=NOON, via=Via.WEB)
    lost = deal_with(ada, sal, amount="30")
    lose(lost, reason=reason_called("Price"), by=sal, at=NOON - DAY, via=Via.WEB)

    assert board(vera, EVERYTHING, at=NOON).count == 0
    period = {"since": NOON - DAY, "until": NOON}
    assert closed_between(vera, EVERYTHING, Outcome.WON, **period).sums == [("EUR", 70)]
    assert closed_between(vera, EVERYTHING, Outcome.LOST, since=NOON, until=NOON).count == 0


def test_a_full_stage_shows_the_next_to_close_and_how_many_more(
    ada: Lead, sal: User, vera: User
) -> None:
    for days in (5, 1, None, 3):
        close = None if days is None else TODAY + timedelta(days=days)
        deal_with(ada, sal, name=f"in {days}", expected_close=close)

    found = column(board(vera, EVERYTHING, at=NOON, most=3), "Discovery")

    assert (found["count"], found["cards"], found["more"]) == (4, ["in 1", "in 3", "in 5"], 1)


def test_five_hundred_deals_are_not_all_loaded(
    ada: Lead, sal: User, django_assert_max_num_queries: object
) -> None:
    Deal.objects.bulk_create(
        Deal(lead=ada, name=f"D{n}", amount=1, currency="EUR", stage=stage_called("Discovery"),
             stage_since=NOON, owner=sal, opened_at=NOON) for n in range(500)
    )  # fmt: skip

    with django_assert_max_num_queries(10):  # type: ignore[operator]
        found = board(sal, EVERYTHING, at=NOON)

    discovery = found.columns[0]
    assert (discovery.count, len(discovery.cards), discovery.more) == (500, 40, 460)
    assert discovery.sums[0].total == 500


def test_what_is_stale_is_marked(ada: Lead, agreed: Published, sal: User) -> None:
    ben = at_stage("Ben")
    for lead in (ada, ben):
        deal_with(lead, sal, expected_close=TODAY + timedelta(days=30))
    later = NOON + 31 * DAY
    log_activity(ben, name="Called", properties={}, occurred_at=NOON + 20 * DAY, by=sal,
                 at=NOON + 20 * DAY, via=Via.WEB)  # fmt: skip

    marks = {
        str(card.deal.lead): (card.is_late, card.quiet_since)
        for card in board(sal, EVERYTHING, at=later).columns[0].cards
    }

    assert marks == {"Ada": (True, NOON), "Ben": (True, None)}
    early = board(sal, EVERYTHING, at=NOON).columns[0].cards
    assert not any(card.is_late or card.quiet_since for card in early)


def test_deals_are_found_by_owner_and_words(
    ada: Lead, agreed: Published, sal: User, mia: User
) -> None:
    bob = at_stage("Bob", company="Zebra Freight")
    theirs, hers = deal_with(bob, sal, name="Trucks"), deal_with(ada, mia, name="Boats")

    def names(**wanted: object) -> list[Deal]:
        return list(wanted_deals(sal, Wanted(**wanted)))  # type: ignore[arg-type]

    assert names(owner=mia.pk) == [hers]
    assert names(q="bob truck") == [theirs]
    assert names(q="ada@acme") == [hers]
    assert names(q="bob boats") == []
    assert names(stage=PipelineStage.objects.get(name="Won").pk) == []


def test_a_merged_lead_is_found_by_the_name_it_has_now(ada: Lead, sal: User, rita: User) -> None:
    deal = deal_with(ada, sal)
    ben = at_stage("Ben", Stage.LEAD)
    merge_leads(ben, ada, why="Same.", by=rita, at=NOON, via=Via.WEB)

    assert list(wanted_deals(sal, Wanted(q="Ben"))) == [deal]


def test_nobody_sees_deals_unasked(db: None) -> None:
    with pytest.raises(PermissionDenied):
        deals_visible_to(AnonymousUser())  # type: ignore[arg-type]
