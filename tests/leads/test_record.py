"""Entries become leads, identities, activities, facts, memberships."""

from __future__ import annotations

import pytest

from handraise.leads.models import Activity, Company, Fact, Identity, Lead
from handraise.leads.record import record
from tests.leads.said import did, facts, group, lead_of
from tests.personas import NOON

pytestmark = pytest.mark.django_db


def test_a_visitor_becomes_a_lead_with_an_activity() -> None:
    entry = did("page", anonymous_id="a1", properties={"path": "/Pricing", "seconds": 3})

    recorded = record([entry], at=NOON)

    activity = Activity.objects.get()
    assert recorded.lead_ids == [lead_of("anonymous_id", "a1").pk]
    assert activity.match == {"path": "/pricing", "path~": " pricing ", "seconds": 3}
    assert activity.properties == {"path": "/Pricing", "seconds": 3}


def test_an_identify_fills_the_card_and_finds_the_company() -> None:
    traits = {"firstName": "Ada", "lastName": "Lovelace", "title": "VP Sales", "company": "Acme"}

    record([facts(traits, user_id="u1", email="ada@acme.example")], at=NOON)

    ada = Lead.objects.get()
    assert (ada.name, ada.email, ada.title) == ("Ada Lovelace", "ada@acme.example", "VP Sales")
    assert ada.company is not None
    assert (ada.company.domain, ada.company.name) == ("acme.example", "Acme")
    assert ada.search.text == "ada lovelace ada@acme.example acme vp sales"


def test_a_visitor_who_signs_in_stays_the_same_lead() -> None:
    record([did(anonymous_id="a1")], at=NOON)

    record([facts(anonymous_id="a1", user_id="u1")], at=NOON)

    assert Lead.objects.count() == 1
    assert Identity.objects.count() == 2


def test_a_visitor_merges_into_the_known_person_met_later() -> None:
    record([did(anonymous_id="a1"), facts(user_id="u1")], at=NOON)

    recorded = record([did(anonymous_id="a1", user_id="u1")], at=NOON)

    assert recorded.merges == 1
    assert lead_of("anonymous_id", "a1") == lead_of("user_id", "u1")


def test_a_fact_that_says_nothing_new_is_not_written_again() -> None:
    record([facts({"title": "VP"}, user_id="u1")], at=NOON)

    again = record([facts({"title": "VP"}, user_id="u1")], at=NOON)

    assert again.facts == 0
    assert Fact.objects.filter(name="title").count() == 1


def test_a_group_names_the_company_and_its_facts() -> None:
    traits = {
        "name": "Acme",
        "employees": 250,
        "industry": "Software",
        "website": "www.acme.example",
    }

    record([group(traits, user_id="u1", group_id="g1")], at=NOON)

    acme = Company.objects.get()
    assert (acme.group_id, acme.domain, acme.name) == ("g1", "acme.example", "Acme")
    assert (acme.employees, acme.industry) == (250, "Software")
    assert Lead.objects.get().company == acme
