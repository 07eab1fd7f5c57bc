"""What anybody may say who reads a website's key: it fills gaps, and outweighs nobody's word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from handraise.leads import actions
from handraise.leads.decide import OURS, SourceKind, Via
from handraise.leads.entry import Entry
from handraise.leads.models import Fact, JournalLine, Lead, Source
from handraise.leads.queries import company_of, facts_of
from handraise.leads.record import record
from handraise.team.models import User
from tests.leads.said import a_source, alias, did, facts, group, lead_of
from tests.personas import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def website(db: None) -> Source:
    return a_source("Our pages", SourceKind.WEBSITE)


def said(website: Source, how: Any, *args: Any, **rest: Any) -> Entry:
    made: Entry = how(*args, source=website, at=rest.pop("at", LATER), is_public=True, **rest)
    return made


def known_of(lead: Lead) -> dict[str, object]:
    return {fact.name: fact.value for fact in facts_of(lead)}


def ada() -> Lead:
    return lead_of("user_id", "ada")


@pytest.fixture
def known(db: None) -> None:
    told = {"title": "CTO", "company": {"name": "Acme", "domain": "acme.example"}}
    record([facts(told, user_id="ada", email="ada@acme.example")], at=NOON)


def test_it_fills_gaps_and_replaces_what_a_website_said(known: None, website: Source) -> None:
    record([said(website, facts, {"plan": "free"}, user_id="ada")], at=LATER)
    record([said(website, facts, {"plan": "team"}, user_id="ada")], at=LATER)

    assert known_of(ada())["plan"] == "team"


@pytest.mark.parametrize("value", ["Intern", "", None])
def test_it_outweighs_nobody(known: None, website: Source, value: str | None) -> None:
    record([said(website, facts, {"title": value}, user_id="ada")], at=LATER)

    assert known_of(ada())["title"] == "CTO"
    assert ada().title == "CTO"


def test_it_outweighs_no_person(website: Source, rita: User) -> None:
    record([said(website, facts, {"title": "Intern"}, user_id="ada", at=NOON)], at=NOON)
    actions.edit_lead(ada(), facts={"title": "CTO"}, by=rita, at=NOON, via=Via.WEB)

    record([said(website, facts, {"title": "Intern"}, user_id="ada")], at=LATER)

    assert ada().title == "CTO"


@pytest.mark.parametrize("name", sorted(OURS))
def test_facts_that_decide_what_we_do_are_not_heard(
    known: None, website: Source, name: str
) -> None:
    before = Fact.objects.filter(name=name).count()

    record([
        said(website, facts, {name: "true", "company": {name: "true"}}, user_id="ada"),
        said(website, group, {name: "true"}, user_id="ada", group_id="acme"),
    ], at=LATER)  # fmt: skip

    assert Fact.objects.filter(name=name).count() == before


def test_whoever_has_an_address_gets_no_other(known: None, website: Source) -> None:
    record([
        said(website, facts, {"email": "eve@evil.example"}, user_id="ada",
             email="eve@evil.example"),
        said(website, alias, user_id="ada", previous_id="mal@evil.example"),
        said(website, did, "page", user_id="ada", email="eve@evil.example"),
    ], at=LATER)  # fmt: skip

    assert ada().email == "ada@acme.example"
    assert (known_of(ada())["email"], known_of(ada())["email_domain"]) == (
        "ada@acme.example", "acme.example",
    )  # fmt: skip
    refused = JournalLine.objects.filter(kind="leads.merge_refused")
    assert [line.said for line in refused] == [
        "E-mail eve@evil.example came with user id ada, who has another address. It was a website "
        "that said so, as which anybody may speak: a server's word is needed."
    ]


def test_of_two_own_addresses_it_does_not_choose(website: Source) -> None:
    record([said(website, facts, user_id="bob", email="bob@acme.example", at=NOON)], at=NOON)
    record([alias(user_id="bob", previous_id="bob@old.example")], at=NOON)

    record([said(website, facts, user_id="bob", email="bob@old.example")], at=LATER)

    assert lead_of("email", "bob@old.example").email == "bob@acme.example"


def test_a_first_address_is_heard(website: Source) -> None:
    record([said(website, facts, user_id="bob", email="bob@acme.example")], at=LATER)

    bob = lead_of("email", "bob@acme.example")
    assert (bob, bob.email) == (lead_of("user_id", "bob"), "bob@acme.example")
    assert bob.company is not None


def test_it_joins_no_two_who_are_known(known: None, website: Source) -> None:
    record([facts(user_id="bob")], at=NOON)

    record([
        said(website, alias, user_id="ada", previous_id="bob"),
        said(website, facts, {"title": "Hers"}, user_id="bob", email="ada@acme.example"),
    ], at=LATER)  # fmt: skip

    bob = lead_of("user_id", "bob")
    assert bob != ada()
    assert (bob.email, bob.title) == ("", "Hers")


def test_it_moves_nobody_to_another_company(known: None, website: Source) -> None:
    record([
        said(website, group, {"name": "Evil", "domain": "evil.example"}, user_id="ada",
             group_id="evil"),
        said(website, facts, {"company": {"domain": "evil.example"}}, user_id="ada"),
    ], at=LATER)  # fmt: skip

    acme = company_of(ada(), at=LATER)
    assert acme is not None
    assert acme.domain == "acme.example"


def test_it_renames_no_company_that_somebody_else_named(known: None, website: Source) -> None:
    told = {"name": "Evil", "domain": "acme.example", "employees": 3}
    record([said(website, group, told, user_id="mal", group_id="g1")], at=LATER)

    acme = ada().company
    assert acme is not None
    acme.refresh_from_db()
    assert (acme.name, acme.employees) == ("Acme", 3)


@pytest.mark.parametrize("by", ["user_id", "email"])
def test_nor_does_what_it_said_of_a_visitor_before_they_are_known(
    known: None, website: Source, by: str
) -> None:
    told = {"title": "Intern", "hobby": "chess", "company": {"domain": "evil.example"}}
    record([said(website, facts, told, anonymous_id="a1")], at=LATER)
    who = {"user_id": "ada", "email": "ada@acme.example"}[by]

    record([did("page", anonymous_id="a1", at=LATER, **{by: who})], at=LATER)

    assert lead_of("anonymous_id", "a1") == ada()
    assert (known_of(ada())["title"], known_of(ada())["hobby"]) == ("CTO", "chess")
    acme = company_of(ada(), at=LATER)
    assert acme is not None
    assert (acme.domain, ada().title, ada().company) == ("acme.example", "CTO", acme)
