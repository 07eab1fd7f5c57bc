"""Every address of the product, asked by every role. A new address must be entered here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from handraise.capture.keys import create_key
from handraise.deals.actions import win
from handraise.handover.models import Handover
from handraise.kit import clock
from handraise.leads import attention
from handraise.leads.actions import merge_leads
from handraise.leads.decide import Via
from handraise.leads.models import Activity, ParkedLead
from handraise.team.models import User
from tests.deals.conftest import at_stage, bought, deal_with, reason_called, stage_called
from tests.desk.conftest import client_of
from tests.world import lead

EVERYBODY = "mark mia sal rita vera"
WORKING = "mark mia sal rita"
SELLING = "mia sal rita"
REVENUE_OPERATIONS = "rita"


@dataclass(frozen=True)
class Address:
    """An address, the thing it is about, who may, and what they then get."""

    name: str
    may: str
    about: str = ""
    method: str = "get"
    status: int = 200


def post(name: str, may: str, about: str = "", status: int = 302) -> Address:
    return Address(name, may, about, "post", status)


ADDRESSES = [
    Address("today", EVERYBODY),
    Address("inbox", EVERYBODY),
    Address("queue", EVERYBODY),
    Address("inbox_brief", EVERYBODY, "handover"),
    Address("handover", EVERYBODY, "handover"),
    post("opening", EVERYBODY, "handover", 204),
    post("acceptance", SELLING, "handover"),
    post("rejection", SELLING, "handover"),
    Address("leads", EVERYBODY),
    Address("new_lead", WORKING),
    Address("lead", EVERYBODY, "lead"),
    Address("missing", EVERYBODY, "lead"),
    Address("timeline", EVERYBODY, "lead"),
    Address("edit_lead", WORKING, "lead"),
    post("tags", WORKING, "lead"),
    post("activities", WORKING, "lead"),
    post("owner", WORKING, "lead"),
    post("moves", SELLING, "lead"),
    post("consents", WORKING, "lead"),
    Address("merges", WORKING, "lead"),
    post("undoing", WORKING, "merge"),
    post("judgement", WORKING, "activity"),
    post("clearing", REVENUE_OPERATIONS, "parked"),
    Address("companies", EVERYBODY),
    Address("company", EVERYBODY, "company"),
    post("rating", SELLING, "handover"),
    post("company_owner", WORKING, "company"),
    Address("edit_company", WORKING, "company"),
    Address("journal", REVENUE_OPERATIONS),
    Address("people", REVENUE_OPERATIONS),
    Address("new_person", REVENUE_OPERATIONS),
    Address("person", REVENUE_OPERATIONS, "person"),
    post("deactivation", REVENUE_OPERATIONS, "person"),
    post("password", REVENUE_OPERATIONS, "person"),
    post("team", REVENUE_OPERATIONS),
    Address("keys", REVENUE_OPERATIONS),
    post("revocation", REVENUE_OPERATIONS, "key"),
    Address("profile", EVERYBODY),
    Address("pipeline", EVERYBODY),
    Address("deals", EVERYBODY),
    Address("new_deal", SELLING),
    Address("deal", EVERYBODY, "deal"),
    Address("edit_deal", SELLING, "deal"),
    post("deal_stage", SELLING, "deal"),
    Address("win_deal", SELLING, "deal"),
    Address("lose_deal", SELLING, "deal"),
    post("deal_reopening", SELLING, "deal"),
    post("deal_purchases", SELLING, "deal"),
    post("purchase_ending", SELLING, "purchase"),
    post("purchase_withdrawal", SELLING, "purchase"),
    Address("pipeline_settings", REVENUE_OPERATIONS),
    post("pipeline_stages", REVENUE_OPERATIONS),
    post("pipeline_stage", REVENUE_OPERATIONS, "stage"),
    post("lost_reasons", REVENUE_OPERATIONS),
    post("lost_reason", REVENUE_OPERATIONS, "reason"),
    Address("patterns", EVERYBODY),
    Address("account_change_password", EVERYBODY),
]
# Open to everybody, signed in or not, or looked at in the tests of their own step.
ELSEWHERE = {
    "account_login", "account_logout", "account_inactive", "account_reauthenticate",
    "account_signup",
}  # fmt: skip
OTHER_STEPS = (
    "agreement", "draft", "rehearsal", "import", "drop", "new_import", "feedback", "export",
)  # fmt: skip


def names(resolver: URLResolver | None = None) -> Iterator[str]:
    """The name of every address that the product answers to."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry)
        elif isinstance(entry, URLPattern):
            yield str(entry.name)


def test_every_address_is_in_the_table() -> None:
    listed = {address.name for address in ADDRESSES} | ELSEWHERE

    missing = {name for name in names() if name not in listed and not name.startswith(OTHER_STEPS)}

    assert not missing, f"Say in ADDRESSES who may open {sorted(missing)}."


@pytest.fixture
def things(handover: Handover, rita: User, vera: User) -> dict[str, int]:
    """One of everything that an address can be about."""
    ada, at = handover.lead, clock.now()
    twin = lead("Gus", "page", at=at)
    merge = merge_leads(ada, twin, why="Same person.", by=rita, at=at, via=Via.WEB)
    attention.park(ada.pk, error="It broke.", at=at)
    deals = things_of_deals(rita)
    key, _ = create_key(name="Website", by=rita, at=at)
    assert ada.company_id is not None
    return {
        "handover": handover.pk,
        "lead": ada.pk,
        "merge": merge.pk,
        "activity": Activity.objects.filter(identity__lead=ada).latest("pk").pk,
        "parked": ParkedLead.objects.get().pk,
        "company": ada.company_id,
        "person": vera.pk,
        "key": key.pk,
        **deals,
    }


def things_of_deals(by: User) -> dict[str, int]:
    """An open deal, and what a won one brought."""
    buyer = at_stage("Buyer")
    won = deal_with(buyer, by)
    win(won, bought=bought(), by=by, at=clock.now(), via=Via.WEB)
    return {
        "deal": deal_with(buyer, by).pk,
        "purchase": won.purchases.get().pk,
        "stage": stage_called("Proposal").pk,
        "reason": reason_called("Price").pk,
    }


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_only_who_may_gets_in(
    address: Address,
    things: dict[str, int],
    mark: User,
    mia: User,
    sal: User,
    rita: User,
    vera: User,
) -> None:
    url = reverse(address.name, args=[things[address.about]] if address.about else [])
    people = {"vera": vera, "mark": mark, "mia": mia, "sal": sal, "rita": rita}

    stranger = ask(Client(), address, url)
    got = {name: ask(client_of(user), address, url).status_code for name, user in people.items()}

    if address.name != "today":
        assert stranger.status_code == 302
        assert stranger.headers["Location"].startswith("/account/login/")
    allowed = address.may.split()
    assert got == {name: address.status if name in allowed else 403 for name in people}


def ask(client: Client, address: Address, url: str) -> Any:
    return client.post(url) if address.method == "post" else client.get(url)


@pytest.mark.parametrize(
    "address", [one for one in ADDRESSES if one.method == "post"], ids=lambda address: address.name
)
def test_what_changes_something_cannot_be_reached_by_a_link(
    address: Address, things: dict[str, int], rita: User
) -> None:
    url = reverse(address.name, args=[things[address.about]] if address.about else [])

    assert client_of(rita).get(url).status_code == 405


@pytest.mark.parametrize("name", sorted({one.name for one in ADDRESSES if one.about}))
def test_what_does_not_exist_is_not_found(name: str, rita: User, db: None) -> None:
    address = next(one for one in ADDRESSES if one.name == name)

    assert ask(client_of(rita), address, reverse(name, args=[987654321])).status_code == 404
