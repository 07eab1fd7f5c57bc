"""The brief: everything known at the offer, and never changed afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from handraise.agreement.queries import Published
from handraise.handover.actions import offer
from handraise.handover.brief import briefs
from handraise.handover.models import Handover
from handraise.leads.bulk import FEW, as_json
from handraise.leads.decide import Stage
from handraise.leads.entry import Entry
from handraise.leads.models import Activity, Fact, Judgement, Lead
from handraise.leads.record import record
from handraise.scoring.models import Score
from handraise.team.models import User
from tests.leads.said import did, facts
from tests.personas import NOON
from tests.world import ids, mql

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
EMAIL = "ada@acme.example"


@pytest.fixture
def ada(agreed: Published) -> Lead:
    found = mql("Ada")
    record(
        [
            facts({"title": "Head of Sales", "company.name": "Acme"}, email=EMAIL, at=NOON - DAY),
            did(
                "Content Downloaded", email=EMAIL, at=NOON - 2 * DAY, properties={"title": "Guide"}
            ),
            did("Content Downloaded", email=EMAIL, at=NOON - DAY, properties={"title": "Guide"}),
            did("page", email=EMAIL, at=NOON - DAY, properties={"path": "/pricing"}),
            did("Clicked", email=EMAIL, at=NOON - DAY, bot="scanner"),
            facts({"name": "Ben"}, email="ben@acme.example", at=NOON - DAY),
        ],
        at=NOON,
    )
    found.refresh_from_db()
    return found


@pytest.fixture
def brief(ada: Lead, agreed: Published) -> dict[str, object]:
    offer([ada.pk], published=agreed, at=NOON)
    return Handover.objects.get(lead=ada).brief


def test_it_says_who_and_why_now_and_why_you(brief: dict) -> None:
    assert brief["lead"]["name"] == "Ada"
    assert brief["lead"]["company"]["name"] == "Acme"
    assert brief["why_now"] == ("Asked for a demo, last on 4 March (+60), and fits: Decides (+40).")
    assert "Mia’s turn" in brief["why_you"]
    assert brief["version"] == 1


def test_facts_have_their_source(brief: dict) -> None:
    title = next(fact for fact in brief["facts"] if fact["name"] == "title")

    assert (title["value"], title["source"]) == ("Head of Sales", "Website")


def test_every_signal_is_there_with_its_points(brief: dict) -> None:
    intent = brief["contributions"]["intent"]

    assert [(row["name"], row["points"]) for row in intent] == [
        ("Asked for a demo", 60), ("Studied prices", 0),
    ]  # fmt: skip
    assert intent[0]["latest"].startswith("2026-03-04T12:00")


def test_what_colleagues_did_is_told_apart(ada: Lead, agreed: Published) -> None:
    Score.objects.filter(pk=ada.pk).update(company_intent=7.5)

    offer([ada.pk], published=agreed, at=NOON)

    intent = Handover.objects.get(lead=ada).brief["contributions"]["intent"]
    assert [(row["name"], row["points"]) for row in intent][1] == ("What colleagues did", 7.5)


def test_it_shows_what_they_engaged_with_and_leaves_out_bots(brief: dict) -> None:
    assert [row["name"] for row in brief["activities"]] == ["page", *["Content Downloaded"] * 2]
    assert {(row["what"], row["count"]) for row in brief["content"]} == {
        ("Guide", 2), ("/pricing", 1),
    }  # fmt: skip


def test_it_names_colleagues_and_what_is_unknown(brief: dict) -> None:
    assert [one["name"] for one in brief["colleagues"]] == ["Ben"]
    assert brief["unknown"] == ["budget", "is_competitor", "company.employees", "country"]


def test_it_never_changes(ada: Lead, brief: dict, agreed: Published) -> None:
    before = Handover.objects.get(lead=ada).brief

    record([facts({"title": "Chief"}, email=EMAIL), did("Demo Requested", email=EMAIL)], at=NOON)
    Lead.objects.filter(pk=ada.pk).update(name="Someone else", stage=Stage.CUSTOMER)
    Score.objects.filter(pk=ada.pk).update(intent=0)
    Judgement.objects.create(
        activity=Activity.objects.first(), doubt="bot", counts=False, known_at=NOON
    )
    offer([ada.pk], published=agreed, at=NOON + DAY)

    assert Handover.objects.get(lead=ada).brief == before


def test_a_long_text_is_cut_and_html_is_kept_as_it_came(agreed: Published) -> None:
    gus = mql("Gus")
    long = "<b>" + "x" * 9000
    record([facts({"note": long}, email="gus@acme.example", at=NOON - DAY)], at=NOON)

    offer([gus.pk], published=agreed, at=NOON)

    fact = next(f for f in Handover.objects.get(lead=gus).brief["facts"] if f["name"] == "note")
    assert fact["value"] == long[:500]
    assert Fact.objects.filter(name="note").exists()


def _did_at(day: int, hour: int) -> Entry:
    return did("Viewed", email=EMAIL, at=NOON.replace(hour=hour) - day * DAY)


def _brief_of(lead: Lead, agreed: Published) -> dict[str, Any]:
    offer([lead.pk], published=agreed, at=NOON)
    return Handover.objects.get(lead=lead).brief


def test_pages_that_show_intent_are_those_of_the_agreement(ada: Lead, agreed: Published) -> None:
    record(
        [
            did("page", email=EMAIL, at=NOON - 2 * DAY, properties={"path": "/blog"}),
            did("page", email=EMAIL, at=NOON - 3 * DAY, properties={"path": "/Pricing"}),
            did("page", email=EMAIL, at=NOON - 4 * DAY, properties={"path": "/pricing"}),
            did("page", email=EMAIL, at=NOON - 99 * DAY, properties={"path": "/pricing/old"}),
            did("Demo Requested", email=EMAIL, at=NOON - 5 * DAY,
                properties={"path": "/demo", "title": "Ask for a demo"}),
        ],
        at=NOON,
    )  # fmt: skip

    pages = _brief_of(ada, agreed)["pages"]

    assert [(row["path"], row["what"], row["count"]) for row in pages] == [
        ("/pricing", None, 2), ("/Pricing", None, 1), ("/demo", "Ask for a demo", 1),
    ]  # fmt: skip
    assert pages[0]["latest"].startswith("2026-03-03T12:00")


def test_mails_they_did_something_with(ada: Lead, agreed: Published) -> None:
    mail = {"email_subject": "News of March"}
    record(
        [
            did("Email Opened", email=EMAIL, at=NOON - 3 * DAY, properties=mail),
            did("Email Opened", email=EMAIL, at=NOON - 2 * DAY, properties=mail),
            did("Email Link Clicked", email=EMAIL, at=NOON - DAY, properties=mail),
            did("Email Opened", email=EMAIL, at=NOON - DAY, properties=mail, bot="scanner"),
            did("Email Delivered", email=EMAIL, at=NOON - DAY, properties=mail),
        ],
        at=NOON,
    )

    mails = _brief_of(ada, agreed)["mails"]

    assert [(row["name"], row["what"], row["count"]) for row in mails] == [
        ("Email Link Clicked", "News of March", 1), ("Email Opened", "News of March", 2),
    ]  # fmt: skip


def test_the_best_time_is_by_their_clock_if_they_told_it(agreed: Published) -> None:
    ada = mql("Ada")
    record([_did_at(day, 23) for day in (1, 8, 15, 22, 29, 36, 43, 50)], at=NOON)
    record([facts({"timezone": "Asia/Tokyo"}, email=EMAIL, at=NOON - DAY)], at=NOON)

    # Tuesdays at 23:00 in UTC.
    said = _brief_of(ada, agreed)["best_time"]

    assert said == "Mostly active on Wednesday, 8 to 9 (their time)."


@pytest.mark.parametrize("told", ["Mars/Olympus", "'; drop table leads_lead", 7])
def test_else_by_the_clock_of_who_is_asked(told: object, agreed: Published) -> None:
    User.objects.update(zone="Europe/Berlin")
    ada = mql("Ada")
    record([_did_at(day, 9) for day in (1, 8, 15, 22, 29, 36, 43, 50)], at=NOON)
    record([facts({"timezone": told}, email=EMAIL, at=NOON - DAY)], at=NOON)

    said = _brief_of(ada, agreed)["best_time"]

    assert said == "Mostly active on Tuesday, 10 to 11 (Berlin time)."


def test_a_brief_alone_is_word_for_word_that_of_a_batch(agreed: Published) -> None:
    """A few are asked for by statements whose plans are kept, many by others: they say the same."""
    many = [mql(f"Lead{number}") for number in range(FEW + 1)]
    for number, one in enumerate(many[:9]):
        email, name = one.email, "Email Opened" if number % 3 else "Content Downloaded"
        record(
            [
                facts({"title": f'Head "{number}"', "company.name": "Acme"}, email=email, at=NOON),
                *(did(name, email=email, at=NOON - n * DAY,
                      properties={"title": "x" * 300 * n, "email_subject": "Hi"})
                  for n in range(1, 4 + number)),
                did("page", email=email, at=NOON - DAY, bot="scanner" if number % 2 else ""),
            ],
            at=NOON,
        )  # fmt: skip
    zones = dict.fromkeys(ids(many), "Europe/Berlin")
    how: dict[str, Any] = {
        "document": agreed.document,
        "version": 1,
        "at": NOON,
        "zones": zones,
        "scores": {},
    }

    batch = briefs(ids(many), **how)

    assert batch.keys() == set(ids(many))
    for pk in ids(many):
        assert as_json(briefs([pk], **how)[pk]) == as_json(batch[pk])
