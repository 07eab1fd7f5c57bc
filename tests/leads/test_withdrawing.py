"""An import undone: nothing is deleted, everything is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.leads import actions, attention, cards
from handraise.leads.decide import SourceKind, Stage, Via
from handraise.leads.models import Activity, Attention, Company, Lead, LeadSearch, Source
from handraise.leads.queries import company_of, counting, facts_of
from handraise.leads.record import record
from handraise.leads.withdrawing import Withdrawn
from handraise.team.models import User
from tests.leads.said import a_source, alias, did, facts, lead_of
from tests.personas import NOON, _move

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


@pytest.fixture
def file(db: None) -> Source:
    return a_source("fair.csv", SourceKind.IMPORT)


def import_two(file: Source) -> tuple[Lead, Lead]:
    rows = [
        facts({"title": "VP", "company": "Acme"}, source=file, email=f"{name}@acme.example")
        for name in ("ida", "jon")
    ]
    record([*rows, did("Came by", source=file, email="ida@acme.example")], at=NOON)
    return lead_of("email", "ida@acme.example"), lead_of("email", "jon@acme.example")


def withdraw(file: Source, by: User | None = None) -> Withdrawn:
    return actions.withdraw_source(file, by=by, at=LATER, via=Via.WEB)


def test_leads_that_only_the_import_told_of_are_taken_back(file: Source) -> None:
    ida, jon = import_two(file)
    Attention.objects.all().delete()

    withdrawn = withdraw(file)

    assert (withdrawn.activities, withdrawn.leads, withdrawn.kept) == (1, 2, [])
    assert not Lead.objects.filter(is_current=True).exists()
    assert facts_of(ida) == []
    assert not counting(Activity.objects.all()).exists()
    assert attention.claim(at=LATER, limit=9).leads == [ida.pk, jon.pk]


def test_what_was_known_before_can_still_be_told(file: Source) -> None:
    ida, _ = import_two(file)

    withdraw(file)

    assert {fact.name for fact in facts_of(ida, at=NOON)} == {"email", "email_domain", "title"}
    assert counting(Activity.objects.all(), at=NOON).count() == 1
    assert company_of(ida, at=NOON) == Company.objects.get()
    assert company_of(ida, at=LATER) is None


def test_a_lead_on_whom_people_acted_stays_and_is_listed(file: Source, mia: User) -> None:
    ida, _ = import_two(file)
    actions.edit_lead(ida, facts={"phone": "+1"}, by=mia, at=NOON, via=Via.WEB)

    withdrawn = withdraw(file, mia)

    assert withdrawn.kept == [ida]
    assert {fact.name for fact in facts_of(ida)} == {"phone"}


def test_a_lead_known_from_elsewhere_stays_with_what_was_said_there(
    file: Source, website: Source
) -> None:
    record([facts({"title": "CEO"}, source=website, email="ida@acme.example")], at=NOON)
    ida, _ = import_two(file)
    assert ida.title == "VP"

    withdrawn = withdraw(file)

    ida.refresh_from_db()
    assert (withdrawn.leads, ida.title, ida.is_current) == (1, "CEO", True)
    assert ida.search.text == "ida@acme.example acme ceo"


def test_one_of_whom_nothing_is_known_any_more_is_found_by_nothing(
    file: Source, website: Source
) -> None:
    record([did(source=website, user_id="ida")], at=NOON)
    record([facts({"title": "VP"}, source=file, user_id="ida")], at=NOON)
    assert LeadSearch.objects.get().text == "vp"

    withdraw(file)

    assert not LeadSearch.objects.exists()


def test_one_who_comes_back_is_back(file: Source, website: Source) -> None:
    import_two(file)
    withdraw(file)

    back = record([did(source=website, email="ida@acme.example", at=LATER)], at=LATER)
    cards.look_when_seen(back.lead_ids)

    ida = lead_of("email", "ida@acme.example")
    assert (ida.is_current, ida.last_seen_at, ida.title) == (True, LATER, "")
    assert [fact.value for fact in facts_of(ida)] == ["ida@acme.example", "acme.example"]


def test_outcomes_are_taken_back_unless_something_followed(
    file: Source, ada: Lead, ben: Lead, crm: Source
) -> None:
    for lead in (ada, ben):
        _move(lead, file, (Stage.MARKETING_QUALIFIED, 9), (Stage.SALES_ACCEPTED, 8))
    _move(ben, crm, (Stage.SALES_QUALIFIED, 1))

    withdrawn = withdraw(file)

    ada.refresh_from_db()
    ben.refresh_from_db()
    assert withdrawn.moves == 4
    assert (ada.stage, ben.stage) == (Stage.LEAD, Stage.SALES_QUALIFIED)


def test_merges_that_the_import_made_are_undone(file: Source, ada: Lead, gus: Lead) -> None:
    told = alias(source=file, user_id="ada", previous_id="gus.ada.lovelace")
    record([told], at=NOON)

    withdrawn = withdraw(file)

    gus.refresh_from_db()
    assert (withdrawn.merges, gus.canonical) == (1, gus)


def test_a_second_time_changes_nothing(file: Source) -> None:
    import_two(file)
    withdraw(file)

    assert withdraw(file) == Withdrawn(0, 0, 0, 0, 0, 0, 0, [])
