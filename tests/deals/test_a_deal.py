"""The life of a deal, and where it leaves its lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from handraise.agreement.queries import Published
from handraise.deals.actions import (
    Refused,
    Terms,
    edit_deal,
    lose,
    move_deal,
    open_deal,
    reopen,
    win,
)
from handraise.deals.decide import Afterwards, Period
from handraise.deals.models import Deal, DealStageMove, LostReason, Purchase
from handraise.deals.purchases import add_purchase, end_purchase, withdraw_purchase
from handraise.deals.queries import deals_of, value_of, value_of_company
from handraise.leads.actions import merge_leads, undo_merge
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Attention, Lead
from handraise.qualification.models import Return
from handraise.team.models import User
from tests.deals.conftest import at_stage, bought, deal_with, reason_called, stage_called
from tests.personas import DAY, NOON
from tests.world import kinds, said, stage_of

pytestmark = pytest.mark.django_db
TERMS = Terms("Pilot", Decimal("1200"), "EUR")


def test_the_first_deal_makes_an_sql_an_opportunity(ada: Lead, sal: User) -> None:
    deal = open_deal(ada, terms=TERMS, by=sal, at=NOON, via=Via.WEB)

    assert stage_of(ada) is Stage.OPPORTUNITY
    assert (deal.stage.name, deal.owner, deal.money) == ("Discovery", sal, "1,200 EUR")
    assert said(ada, "deals.opened") == ["Opened the deal Pilot (Discovery, 1,200 EUR)."]
    assert ada.moves.get().reason == "The deal Pilot was opened."


@pytest.mark.parametrize("stage", [Stage.OPPORTUNITY, Stage.CUSTOMER])
def test_who_has_a_deal_gets_another_one(stage: Stage, agreed: Published, sal: User) -> None:
    ben = at_stage("Ben", stage)

    deal_with(ben, sal)

    assert stage_of(ben) is stage
    assert not ben.moves.exists()


@pytest.mark.parametrize(
    "stage", [stage for stage in Stage if stage not in
              {Stage.SALES_QUALIFIED, Stage.OPPORTUNITY, Stage.CUSTOMER}],
)  # fmt: skip
def test_a_lead_that_is_not_sql_gets_no_deal(stage: Stage, agreed: Published, sal: User) -> None:
    ben = at_stage("Ben", stage)

    with pytest.raises(Refused, match=f"Ben stands at {stage.label}. A deal can be opened once"):
        deal_with(ben, sal)
    assert not Deal.objects.exists()


def test_without_an_agreement_nothing_moves(db: None, sal: User) -> None:
    with pytest.raises(Refused, match="No agreement is in force"):
        deal_with(at_stage("Ben"), sal)


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        (replace(TERMS, name=" "), "needs a name"), (replace(TERMS, name="a\x00b"), "NUL"),
        (replace(TERMS, name="x" * 201), "at most 200"), (replace(TERMS, currency=""), "currency"),
        (replace(TERMS, note="x" * 1_000_000), "at most 10,000"),
        (replace(TERMS, currency="XXY"), "not a currency"),
        (replace(TERMS, expected_close=date(9999, 1, 1)), "too far away"),
    ],
)  # fmt: skip
def test_terms_that_cannot_be_are_refused(terms: Terms, why: str, ada: Lead, sal: User) -> None:
    with pytest.raises(Refused, match=why):
        open_deal(ada, terms=terms, by=sal, at=NOON, via=Via.WEB)
    assert stage_of(ada) is Stage.SALES_QUALIFIED


def test_only_who_may_qualify_deals(deal: Deal, ada: Lead, mark: User, vera: User) -> None:
    for user in (mark, vera):
        for verb in (
            lambda user=user: open_deal(ada, terms=TERMS, by=user, at=NOON, via=Via.WEB),
            lambda user=user: win(deal, by=user, at=NOON, via=Via.WEB),
            lambda user=user: edit_deal(
                deal, terms=TERMS, owner=user, by=user, at=NOON, via=Via.WEB
            ),
        ):
            with pytest.raises(PermissionDenied):
                verb()


def test_an_edit_says_what_changed_and_overwrites_nothing_unseen(
    deal: Deal, ada: Lead, sal: User, mia: User
) -> None:
    seen = deal.revision
    edit_deal(deal, terms=replace(TERMS, amount=Decimal("1500")), owner=mia, by=mia, at=NOON,
              via=Via.WEB, seen=seen)  # fmt: skip

    with pytest.raises(Refused, match="Somebody changed this deal"):
        edit_deal(deal, terms=TERMS, owner=sal, by=sal, at=NOON, via=Via.WEB, seen=seen)

    deal.refresh_from_db()
    assert (deal.money, deal.owner) == ("1,500 EUR", mia)
    line = ada.journal.get(kind="deals.edited")
    assert line.said == "Changed the deal Pilot: amount, owner."
    assert line.data["before"] == {"amount": "1200.000", "owner": "Sal"}


def test_an_edit_that_changes_nothing_leaves_no_trace(deal: Deal, ada: Lead, sal: User) -> None:
    edit_deal(deal, terms=TERMS, owner=sal, by=sal, at=NOON, via=Via.WEB)

    assert "deals.edited" not in kinds(ada)


def test_a_deal_moves_and_keeps_its_way(deal: Deal, ada: Lead, mia: User) -> None:
    move_deal(deal, to=stage_called("Proposal"), by=mia, at=NOON + DAY, via=Via.WEB)

    way = DealStageMove.objects.filter(deal=deal).order_by("pk")
    assert [str(step) for step in way] == ["new → Discovery", "Discovery → Proposal"]
    assert said(ada, "deals.moved") == ["Moved the deal Pilot from Discovery to Proposal."]


def test_who_saw_another_stage_is_told_who_moved_it(deal: Deal, mia: User, sal: User) -> None:
    seen = deal.stage_id
    move_deal(deal, to=stage_called("Proposal"), by=mia, at=NOON, via=Via.WEB, seen=seen)

    with pytest.raises(Refused, match="Mia moved Pilot to Proposal already"):
        move_deal(deal, to=stage_called("Evaluation"), by=sal, at=NOON, via=Via.WEB, seen=seen)


@pytest.mark.parametrize("name", ["Won", "Lost"])
def test_a_deal_is_not_closed_by_moving_it(name: str, deal: Deal, sal: User) -> None:
    with pytest.raises(Refused, match="use its page"):
        move_deal(deal, to=stage_called(name), by=sal, at=NOON, via=Via.WEB)


def test_a_won_deal_makes_a_customer_with_a_value(deal: Deal, ada: Lead, sal: User) -> None:
    win(deal, bought=bought("100", Period.MONTH), by=sal, at=NOON, via=Via.WEB)

    deal.refresh_from_db()
    assert (deal.outcome, deal.stage.name, deal.closed_at) == ("won", "Won", NOON)
    assert stage_of(ada) is Stage.CUSTOMER
    assert said(ada, "deals.won") == ["Won the deal Pilot: 100 EUR a month."]
    [after_two_months] = value_of(ada, at=NOON + 61 * DAY)
    assert (after_two_months.bought, after_two_months.a_year) == (300, 1200)
    assert value_of(ada, at=NOON - DAY) == []


def test_a_refused_purchase_wins_nothing(deal: Deal, ada: Lead, sal: User) -> None:
    with pytest.raises(Refused, match="above zero"):
        win(deal, bought=bought("0"), by=sal, at=NOON, via=Via.WEB)
    assert stage_of(ada) is Stage.OPPORTUNITY


def test_a_closed_deal_is_closed_once(deal: Deal, sal: User, mia: User) -> None:
    win(deal, by=sal, at=NOON, via=Via.WEB)

    with pytest.raises(Refused, match="Sal has won Pilot already"):
        lose(deal, reason=reason_called("Price"), by=mia, at=NOON, via=Via.WEB)


def test_the_last_lost_deal_puts_the_lead_aside_until_it_wakes(
    deal: Deal, ada: Lead, sal: User
) -> None:
    lose(deal, reason=reason_called("Timing"), note="Next spring.", by=sal, at=NOON, via=Via.WEB)

    assert stage_of(ada) is Stage.NURTURE
    wakes_at = NOON + timedelta(days=90)
    assert Return.objects.get(lead=ada).wakes_at == wakes_at
    assert Attention.objects.filter(lead=ada, look_at=wakes_at).exists()
    assert said(ada, "deals.lost") == ["Lost the deal Pilot: Timing."]


@pytest.mark.parametrize(
    ("afterwards", "stage"),
    [(Afterwards.DISQUALIFY, Stage.DISQUALIFIED), (Afterwards.NOTHING, Stage.OPPORTUNITY)],
)
def test_the_reason_says_what_becomes_of_the_lead(
    afterwards: Afterwards, stage: Stage, deal: Deal, ada: Lead, sal: User
) -> None:
    LostReason.objects.filter(name="No fit").update(afterwards=afterwards, wake_after=None)

    lose(deal, reason=reason_called("No fit"), by=sal, at=NOON, via=Via.WEB)

    assert stage_of(ada) is stage


def test_a_lead_with_another_open_deal_stays(deal: Deal, ada: Lead, sal: User) -> None:
    deal_with(ada, sal, name="Second")

    lose(deal, reason=reason_called("Price"), by=sal, at=NOON, via=Via.WEB)

    assert stage_of(ada) is Stage.OPPORTUNITY


def test_a_customer_who_says_no_stays_a_customer(agreed: Published, sal: User) -> None:
    ben = at_stage("Ben", Stage.CUSTOMER)

    lose(deal_with(ben, sal), reason=reason_called("No fit"), by=sal, at=NOON, via=Via.WEB)

    assert stage_of(ben) is Stage.CUSTOMER


def test_a_deal_goes_on_beside_a_lead_that_was_put_aside(deal: Deal, ada: Lead, sal: User) -> None:
    Lead.objects.filter(pk=ada.pk).update(stage=Stage.NURTURE)

    win(deal, by=sal, at=NOON, via=Via.WEB)

    moved = ada.moves.filter(pk__gt=ada.moves.earliest("pk").pk).order_by("pk")
    assert [(move.before, move.after) for move in moved] == [
        (Stage.NURTURE, Stage.OPPORTUNITY), (Stage.OPPORTUNITY, Stage.CUSTOMER),
    ]  # fmt: skip


def test_a_lost_deal_opened_again_brings_its_lead_back(deal: Deal, ada: Lead, sal: User) -> None:
    move_deal(deal, to=stage_called("Proposal"), by=sal, at=NOON, via=Via.WEB)
    lose(deal, reason=reason_called("Price"), by=sal, at=NOON, via=Via.WEB)

    reopen(deal, why="They called back.", by=sal, at=NOON + DAY, via=Via.WEB)

    deal.refresh_from_db()
    assert (deal.is_open, deal.stage.name, deal.lost_reason) == (True, "Proposal", None)
    assert stage_of(ada) is Stage.OPPORTUNITY


def test_a_lead_that_went_another_round_is_not_pulled_back(
    deal: Deal, ada: Lead, sal: User
) -> None:
    lose(deal, reason=reason_called("Price"), by=sal, at=NOON, via=Via.WEB)
    Lead.objects.filter(pk=ada.pk).update(stage=Stage.MARKETING_QUALIFIED)

    with pytest.raises(Refused, match="Ada stands at MQL by now"):
        reopen(deal, why="They called back.", by=sal, at=NOON, via=Via.WEB)

    deal.refresh_from_db()
    assert deal.outcome == "lost"


def test_a_won_deal_opened_again_withdraws_what_it_brought(
    deal: Deal, ada: Lead, sal: User
) -> None:
    win(deal, bought=bought(), by=sal, at=NOON, via=Via.WEB)

    reopen(deal, why="The signature was missing.", by=sal, at=NOON + DAY, via=Via.WEB)

    assert stage_of(ada) is Stage.OPPORTUNITY
    ada.refresh_from_db()
    assert ada.stage_since == ada.moves.get(after=Stage.OPPORTUNITY).at
    assert not ada.moves.filter(after=Stage.CUSTOMER, withdrawn_at=None).exists()
    assert value_of(ada, at=NOON + 2 * DAY) == []
    assert value_of(ada, at=NOON)[0].bought == 100, "as it was known then"
    assert Purchase.objects.get().withdrawn_at == NOON + DAY


def test_who_bought_something_else_stays_a_customer(deal: Deal, ada: Lead, sal: User) -> None:
    other = deal_with(ada, sal, name="Second")
    for each in (deal, other):
        win(each, by=sal, at=NOON, via=Via.WEB)

    reopen(deal, why="Wrong one.", by=sal, at=NOON, via=Via.WEB)
    assert stage_of(ada) is Stage.CUSTOMER

    reopen(other, why="Both.", by=sal, at=NOON, via=Via.WEB)
    assert stage_of(ada) is Stage.OPPORTUNITY


def test_a_customer_told_by_another_system_stays_one(agreed: Published, sal: User) -> None:
    ben = at_stage("Ben", Stage.CUSTOMER)
    deal = deal_with(ben, sal)
    win(deal, by=sal, at=NOON, via=Via.WEB)

    reopen(deal, why="Not signed.", by=sal, at=NOON, via=Via.WEB)

    assert stage_of(ben) is Stage.CUSTOMER


def test_reopening_needs_a_reason_and_a_closed_deal(deal: Deal, sal: User) -> None:
    with pytest.raises(Refused, match="Please say why"):
        reopen(deal, why=" ", by=sal, at=NOON, via=Via.WEB)
    with pytest.raises(Refused, match="Pilot is open already"):
        reopen(deal, why="Again.", by=sal, at=NOON, via=Via.WEB)


def test_what_a_deal_brings_is_told_later_ends_and_is_withdrawn(
    deal: Deal, ada: Lead, sal: User
) -> None:
    with pytest.raises(Refused, match="Only a won deal"):
        add_purchase(deal, bought=bought(), by=sal, at=NOON, via=Via.WEB)
    win(deal, by=sal, at=NOON, via=Via.WEB)
    monthly = add_purchase(deal, bought=bought(), by=sal, at=NOON, via=Via.WEB)
    once = add_purchase(deal, bought=bought("9", Period.ONCE), by=sal, at=NOON, via=Via.WEB)

    end_purchase(monthly, last_day=date(2026, 4, 30), by=sal, at=NOON + DAY, via=Via.WEB)
    withdraw_purchase(once, by=sal, at=NOON + DAY, via=Via.WEB)

    [value] = value_of(ada, at=NOON + 300 * DAY)
    assert (value.bought, value.a_year) == (200, 0)
    with pytest.raises(Refused, match="withdrawn already"):
        withdraw_purchase(once, by=sal, at=NOON, via=Via.WEB)


def test_deals_of_merged_leads_are_found_by_the_one_they_became(
    deal: Deal, ada: Lead, sal: User, rita: User
) -> None:
    ben = at_stage("Ben")
    merge = merge_leads(ben, ada, why="Same person.", by=rita, at=NOON, via=Via.WEB)
    ben.refresh_from_db()
    assert list(deals_of(ben)) == [deal]

    win(deal, bought=bought(), by=sal, at=NOON, via=Via.WEB)

    assert stage_of(ben) is Stage.CUSTOMER
    assert value_of(ben, at=NOON)[0].bought == 100
    assert said(ben, "deals.won")
    undo_merge(merge, by=rita, at=NOON, via=Via.WEB)
    ada.refresh_from_db()
    assert list(deals_of(ada)) == [deal]


def test_a_company_is_worth_what_its_people_bought(agreed: Published, sal: User) -> None:
    ada, ben = (at_stage(name, company="Acme") for name in ("Ada", "Ben"))
    assert ada.company is not None
    assert ada.company == ben.company
    for lead, currency in ((ada, "EUR"), (ben, "USD")):
        deal = deal_with(lead, sal)
        win(deal, bought=bought(currency=currency), by=sal, at=NOON, via=Via.WEB)

    found = value_of_company(ada.company, at=NOON)

    assert [(one.currency, one.bought) for one in found] == [("EUR", 100), ("USD", 100)]
