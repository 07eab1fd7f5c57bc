"""The pages of deals: filled in, refused with a sentence, nothing lost, everything escaped."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from handraise.agreement.queries import Published
from handraise.deals.actions import lose, win
from handraise.deals.models import Deal, LostReason, PipelineStage, Purchase
from handraise.desk.exports import Form, What
from handraise.kit import clock
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.deals.conftest import at_stage, bought, deal_with, reason_called, stage_called
from tests.desk.conftest import client_of
from tests.desk.test_acting_on_a_lead import said
from tests.desk.test_exports import written
from tests.personas import NOON
from tests.world import stage_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(sal: User) -> Client:
    return client_of(sal)


@pytest.fixture
def buyer(agreed: Published) -> Lead:
    return at_stage("Bea", company="Bea Works")


@pytest.fixture
def deal(buyer: Lead, sal: User) -> Deal:
    return deal_with(buyer, sal, at=clock.now())


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def told(sal: User, **changed: object) -> dict[str, object]:
    usual = {
        "name": "Forty seats", "amount": "1200.50", "currency": "EUR", "owner": sal.pk,
        "stage": stage_called("Evaluation").pk, "expected_close": "2026-12-24", "note": "",
    }  # fmt: skip
    return {**usual, **changed}


def test_a_deal_is_opened_from_the_page_of_the_lead(client: Client, buyer: Lead, sal: User) -> None:
    assert f"/pipeline/new/?lead={buyer.pk}" in page(client, f"/lead/{buyer.pk}/")

    shown = said(client, f"/pipeline/new/?lead={buyer.pk}", **told(sal))

    made = Deal.objects.get()
    assert "The deal Forty seats with Bea is open." in shown
    assert (made.amount, made.stage.name) == (Decimal("1200.5"), "Evaluation")
    assert stage_of(buyer) is Stage.OPPORTUNITY
    assert f"/deal/{made.pk}/" in page(client, f"/lead/{buyer.pk}/")
    assert f"/deal/{made.pk}/" in page(client, f"/company/{buyer.company_id}/")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"amount": "12.345"}, "at most 2 decimals"), ({"amount": "many"}, "Enter a number"),
        ({"name": ""}, "required"), ({"note": "x" * 1_000_000}, "at most 10000"),
        ({"name": "a\x00b"}, "Null characters"), ({"expected_close": "soon"}, "valid date"),
        ({"owner": "9" * 30}, "valid choice"), ({"stage": "x"}, "valid choice"),
        ({"currency": "XXX"}, "valid choice"), ({"expected_close": "9999-01-01"}, "too far away"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_beside_what_was_typed(
    changed: dict[str, object], why: str, client: Client, buyer: Lead, sal: User
) -> None:
    given = told(sal, **changed)

    shown = said(client, f"/pipeline/new/?lead={buyer.pk}", **given)

    assert why in shown
    assert "name" in changed or 'value="Forty seats"' in shown
    assert not Deal.objects.exists()


def test_a_lead_before_sql_is_told_why_it_gets_no_deal(
    client: Client, agreed: Published, sal: User
) -> None:
    ben = at_stage("Ben", Stage.SALES_ACCEPTED)
    path = f"/pipeline/new/?lead={ben.pk}"
    assert "Ben stands at SAL." in page(client, path)

    assert "A deal can be opened once the lead is SQL." in said(client, path, **told(sal))
    assert "Ben" not in page(client, "/pipeline/new/")


def test_the_lead_of_a_new_deal_is_looked_for(client: Client, buyer: Lead) -> None:
    assert f"?lead={buyer.pk}" in page(client, "/pipeline/new/?q=bea")
    assert "fits “zed”" in page(client, "/pipeline/new/?q=zed")
    assert client.get("/pipeline/new/?lead=99999999999").status_code == 404
    assert client.get("/pipeline/new/?lead=x").status_code == 404


def test_the_board_teaches_while_it_is_empty(client: Client, vera: User, db: None) -> None:
    assert "Open the first deal" in page(client, "/pipeline/")
    assert "Open the first deal" not in page(client_of(vera), "/pipeline/")


def test_the_board_shows_deals_and_moves_them(client: Client, deal: Deal, vera: User) -> None:
    board = page(client, "/pipeline/")
    assert "Pilot" in board
    assert "1,200 EUR" in board
    assert "deal_stage" not in page(client_of(vera), "/pipeline/")
    proposal, seen = stage_called("Proposal"), deal.stage_id

    moved = said(client, f"/deal/{deal.pk}/stage/", to=proposal.pk, seen=seen, **{"from": "board"})
    again = said(client, f"/deal/{deal.pk}/stage/", to=stage_called("Evaluation").pk, seen=seen)

    assert "Pilot is in Proposal now." in moved
    assert "Sal moved Pilot to Proposal already." in again


def test_a_part_of_the_board_answers_a_move(client: Client, deal: Deal) -> None:
    answer = client.post(
        f"/deal/{deal.pk}/stage/", {"to": stage_called("Proposal").pk, "q": "pilot"},
        headers={"HX-Request": "true"},
    )  # fmt: skip

    part = answer.content.decode()
    assert part.lstrip().startswith('<div id="board">')
    assert "Pilot is in Proposal now." in part
    assert "autofocus" in part


@pytest.mark.parametrize("to", ["", "x", "99999999999999999999", "-1"])
def test_a_stage_that_is_none_moves_nothing(to: str, client: Client, deal: Deal) -> None:
    assert "Choose a stage." in said(client, f"/deal/{deal.pk}/stage/", to=to)


def test_deals_are_filtered(client: Client, deal: Deal, mia: User, sal: User) -> None:
    for path, is_shown in (
        ("?q=pilot", True), ("?q=zebra", False), ("?owner=me", True), (f"?owner={mia.pk}", False),
        ("?owner=x&state=nonsense&q=%00", True),
    ):  # fmt: skip
        for address in ("/pipeline/", "/pipeline/deals/"):
            assert (f"/deal/{deal.pk}/" in page(client, address + path)) is is_shown, path
    assert f"/deal/{deal.pk}/" not in page(client, "/pipeline/deals/?state=won")
    assert f"/deal/{deal.pk}/" in page(client, f"/pipeline/deals/?state={deal.stage_id}")


def test_a_full_stage_links_to_all_of_it(client: Client, deal: Deal, buyer: Lead) -> None:
    here = deal.stage
    Deal.objects.bulk_create(
        Deal(lead=buyer, name=f"D{n}", stage=here, stage_since=NOON, owner=deal.owner,
             opened_at=NOON) for n in range(60)
    )  # fmt: skip

    board = page(client, "/pipeline/?q=")

    assert "and 21 more" in board
    assert f"?state={here.pk}" in board.replace("q=&amp;", "")
    following = page(client, f"/pipeline/deals/?state={here.pk}")
    assert "Next" in following


def test_a_deal_is_edited_and_nothing_unseen_is_overwritten(
    client: Client, deal: Deal, mia: User, sal: User
) -> None:
    path, seen = f"/deal/{deal.pk}/edit/", deal.revision
    assert 'value="1200"' in page(client, path)
    assert "Saved." in said(client, path, **told(sal, revision=seen, amount="900"))

    shown = said(client_of(mia), path, **told(sal, revision=seen, name="Other words"))

    assert "Somebody changed this deal while you did." in shown
    assert "Other words" in shown
    deal.refresh_from_db()
    assert (deal.name, deal.money) == ("Forty seats", "900 EUR")


def test_a_deal_is_won_with_what_was_bought(client: Client, deal: Deal, buyer: Lead) -> None:
    path = f"/deal/{deal.pk}/win/"
    assert 'value="1200"' in page(client, path)

    shown = said(client, path, amount="99.90", currency="EUR", period="month", margin="80",
                 starts_on="2026-01-31", note="The pilot.")  # fmt: skip

    assert "Won: Pilot. Bea is a customer." in shown
    assert "99.90 EUR a month" in shown
    assert Purchase.objects.get().margin == Decimal("0.8")
    assert "Bought so far" in page(client, f"/lead/{buyer.pk}/")
    assert "Sal has won Pilot already." in said(
        client, path, currency="EUR", period="once", starts_on="2026-01-31"
    )


def test_a_deal_is_lost_with_a_reason(client: Client, deal: Deal, buyer: Lead) -> None:
    path = f"/deal/{deal.pk}/lose/"
    assert "This field is required." in said(client, path, note="Too dear.")
    assert Deal.objects.get().is_open

    shown = said(client, path, reason=reason_called("Timing").pk, note="<b>Spring</b>")

    assert "Lost: Pilot. Bea stands at Nurture." in shown
    assert "&lt;b&gt;Spring&lt;/b&gt;" in shown
    again = said(client, f"/deal/{deal.pk}/reopening/", why="They called.")
    assert "Pilot is open again." in again
    assert stage_of(buyer) is Stage.OPPORTUNITY


def test_purchases_are_added_ended_and_withdrawn(client: Client, deal: Deal, sal: User) -> None:
    win(deal, by=sal, at=clock.now(), via=Via.WEB)
    path = f"/deal/{deal.pk}/purchases/"
    assert "Amount: This field is required." in said(client, path)
    said(client, path, amount="5", currency="JPY", period="year", starts_on="2026-01-01")
    one = Purchase.objects.get()

    assert "Last day: Enter a valid date." in said(
        client, f"/purchase/{one.pk}/ending/", last_day="x"
    )
    assert "before the beginning" in said(
        client, f"/purchase/{one.pk}/ending/", last_day="2020-01-01"
    )
    said(client, f"/purchase/{one.pk}/ending/", last_day="2027-01-01")
    assert "It no longer counts." in said(client, f"/purchase/{one.pk}/withdrawal/")
    assert "withdrawn" in page(client, f"/deal/{deal.pk}/")


def test_names_with_markup_are_shown_as_text(client: Client, buyer: Lead, sal: User) -> None:
    deal = deal_with(buyer, sal, name="<script>alert(1)</script>", at=clock.now())

    for path in ("/pipeline/", "/pipeline/deals/", f"/deal/{deal.pk}/", f"/lead/{buyer.pk}/"):
        shown = page(client, path)
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert" in shown


def test_the_pipeline_is_set_up_on_its_page(rita: User, deal: Deal) -> None:
    client, root = client_of(rita), "/settings/pipeline/"
    assert "Trial is a stage now." in said(client, f"{root}stages/", name="Trial", probability="40")
    trial = stage_called("Trial")
    stage = f"{root}stage/{trial.pk}/"
    assert "Saved." in said(client, stage, name="Test", probability="45")
    said(client, stage, act="earlier")
    assert list(PipelineStage.objects.order_by("place").values_list("name", flat=True))[3] == "Test"
    assert "Test is removed." in said(client, stage, act="remove")
    assert "a deal stands in it" in said(client, f"{root}stage/{deal.stage_id}/", act="remove")
    assert "Name: This field is required." in said(client, f"{root}stages/", probability="4")
    assert client.post(stage, {"act": "remove"}).status_code == 404


def test_reasons_are_set_up_on_the_same_page(rita: User) -> None:
    client, root = client_of(rita), "/settings/pipeline/"
    assert "how many days" in said(
        client, f"{root}reasons/", name="Merger", afterwards="recycle", wake_after=""
    )
    said(client, f"{root}reasons/", name="Merger", afterwards="recycle", wake_after="200")
    merger = reason_called("Merger")
    said(client, f"{root}reason/{merger.pk}/", name="Bought up", afterwards="nothing")
    assert "“Bought up” is removed." in said(client, f"{root}reason/{merger.pk}/", act="remove")
    assert LostReason.objects.get(pk=merger.pk).wake_after is None


def test_deals_are_exported_with_what_they_brought(buyer: Lead, sal: User, rita: User) -> None:
    won = deal_with(buyer, sal, name="=cmd|' /C calc'!A0")
    win(won, bought=bought(), by=sal, at=NOON, via=Via.WEB)
    lose(deal_with(buyer, sal), reason=reason_called("Price"), by=sal, at=NOON, via=Via.WEB)

    first, second = written(What.DEALS, Form.CSV, rita).decode("utf-8-sig").splitlines()[1:]

    assert "'=cmd|" in first
    assert '""period"":""month""' in first
    assert "Price" in second
    assert written(What.DEALS, Form.PARQUET, rita)
