"""What people do to leads by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.leads import actions, attention, cards, moves
from handraise.leads.decide import Doubt, Stage, Via
from handraise.leads.models import Attention, JournalLine, Lead, ParkedLead, StageMove
from handraise.leads.queries import consents_of, counting, facts_of, history_of_fact, timeline
from handraise.leads.record import record
from handraise.team.models import User
from tests.leads.said import did, lead_of
from tests.personas import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def told(lead: Lead) -> dict[str, object]:
    return {fact.name: fact.value for fact in facts_of(lead)}


def test_a_lead_is_created_with_card_company_and_line(mia: User) -> None:
    facts = {"name": "Ivo Stern", "email": "Ivo@Stern.example", "company": "Stern & Co"}

    ivo = actions.create_lead(facts=facts, by=mia, at=NOON, via=Via.WEB)

    assert (ivo.name, ivo.email, ivo.stage) == ("Ivo Stern", "ivo@stern.example", Stage.LEAD)
    assert str(ivo.company) == "Stern & Co"
    assert told(ivo)["email_domain"] == "stern.example"
    line = JournalLine.objects.get(lead=ivo)
    assert (line.kind, line.by, line.via) == ("leads.created", mia, "web")
    assert attention.claim(at=NOON, limit=5).leads == [ivo.pk]


@pytest.mark.parametrize("facts", [{}, {"name": ""}, {"name": None, "email": ""}])
def test_it_refuses_a_lead_of_whom_nothing_is_said(facts: dict[str, str], mia: User) -> None:
    with pytest.raises(actions.Refused, match="at least one thing"):
        actions.create_lead(facts=facts, by=mia, at=NOON, via=Via.WEB)


def test_it_refuses_an_address_that_belongs_to_another(ada: Lead, ben: Lead, mia: User) -> None:
    with pytest.raises(actions.Refused, match="belongs to Ada Lovelace already"):
        actions.edit_lead(ben, facts={"email": ada.email}, by=mia, at=NOON, via=Via.WEB)


@pytest.mark.parametrize("address", ["nobody", "a@b", "a b@c.example", 7, "x" * 250 + "@c.example"])
def test_it_refuses_what_is_no_address(address: object, mia: User) -> None:
    with pytest.raises(actions.Refused, match="not an e-mail address"):
        actions.create_lead(facts={"email": address}, by=mia, at=NOON, via=Via.WEB)  # type: ignore[dict-item]


def test_an_edit_writes_what_changed_and_who_said_it(ada: Lead, mia: User) -> None:
    facts = {"title": "Chief Sales Officer", "country": "United Kingdom", "phone": "+44 1"}

    edited = actions.edit_lead(ada, facts=facts, by=mia, at=LATER, via=Via.WEB)

    assert (edited.title, edited.phone) == ("Chief Sales Officer", "+44 1")
    assert JournalLine.objects.get(kind="leads.edited").said == "Changed phone, title."
    title = history_of_fact(ada, "title")
    assert [(fact.value, fact.by) for fact in title] == [
        ("Chief Sales Officer", mia), ("VP Sales", None)
    ]  # fmt: skip


def test_an_edit_that_changes_nothing_leaves_no_line(ada: Lead, mia: User) -> None:
    actions.edit_lead(ada, facts={"title": "VP Sales"}, by=mia, at=LATER, via=Via.WEB)

    assert not JournalLine.objects.filter(kind="leads.edited").exists()


def test_an_edit_can_say_that_there_is_none(ada: Lead, mia: User) -> None:
    edited = actions.edit_lead(ada, facts={"title": ""}, by=mia, at=LATER, via=Via.WEB)

    assert edited.title == ""
    assert told(ada)["title"] is None


def test_an_edit_of_a_merged_lead_reaches_the_one_it_is_now(
    ada: Lead, gus: Lead, mia: User
) -> None:
    actions.merge_leads(ada, gus, why="Same.", by=mia, at=NOON, via=Via.WEB)

    edited = actions.edit_lead(gus, facts={"city": "Turin"}, by=mia, at=LATER, via=Via.WEB)

    assert edited == ada
    assert told(ada)["city"] == "Turin"


def test_a_company_is_edited_and_its_leads_follow(ada: Lead, gus: Lead, mia: User) -> None:
    assert ada.company is not None
    Attention.objects.all().delete()

    engines = actions.edit_company(
        ada.company, facts={"name": "Engines Ltd", "employees": 300}, by=mia, at=LATER, via=Via.WEB
    )

    ada.refresh_from_db()
    assert (engines.name, engines.employees) == ("Engines Ltd", 300)
    assert "engines ltd" in ada.search.text
    assert attention.claim(at=LATER, limit=9).leads == sorted([ada.pk, gus.pk])


def test_tags_are_added_and_removed_once(ada: Lead, mia: User) -> None:
    actions.tag(ada, add=["fair", " fair ", "vip"], by=mia, at=NOON, via=Via.WEB)

    tagged = actions.tag(ada, add=["fair"], remove=["vip"], by=mia, at=NOON, via=Via.WEB)
    again = actions.tag(ada, add=["fair"], by=mia, at=NOON, via=Via.WEB)

    assert tagged.tags == again.tags == ["fair"]
    assert JournalLine.objects.filter(kind="leads.tagged").count() == 2


def test_it_refuses_an_owner_who_has_left(ada: Lead, mia: User) -> None:
    mia.is_active = False
    mia.save()

    with pytest.raises(actions.Refused, match="does not work here"):
        actions.set_owner(ada, owner=mia, by=None, at=NOON, via=Via.WEB)


def test_what_a_person_saw_counts_as_an_activity(ben: Lead, mia: User) -> None:
    called = actions.log_activity(
        ben, name="Called us", properties={"about": "Pricing"}, occurred_at=NOON, by=mia,
        at=LATER, via=Via.WEB,
    )  # fmt: skip

    ben.refresh_from_db()
    assert (called.by, called.known_at, called.match["about"]) == (mia, LATER, "pricing")
    assert ben.last_seen_at == NOON
    assert [item.row for item in timeline(ben)] == [called]


def test_it_refuses_what_has_not_happened(ben: Lead, mia: User) -> None:
    with pytest.raises(actions.Refused, match="not happened yet"):
        actions.log_activity(
            ben, name="Called", properties={}, occurred_at=LATER, by=mia, at=NOON, via=Via.WEB
        )


def test_a_verdict_takes_activities_out_and_another_brings_them_back(cleo: Lead) -> None:
    mine = counting(cleo.identities.get(kind="user_id").activities.all())
    first = list(mine.order_by("-occurred_at").values_list("pk", flat=True)[:1])
    seen = cleo.last_seen_at

    actions.judge(first, doubt=Doubt.BOT, counts=False, why="Scanner", by=None, at=LATER)
    cleo.refresh_from_db()
    without, seen_without = mine.count(), cleo.last_seen_at
    as_known_before = counting(mine.model.objects.filter(pk__in=first), at=NOON).count()
    actions.judge(first, doubt=Doubt.BOT, counts=True, why="A person", by=None, at=LATER)

    cleo.refresh_from_db()
    assert (without, mine.count(), as_known_before) == (24, 25, 1)
    assert seen_without is not None
    assert seen is not None
    assert seen_without < seen == cleo.last_seen_at


def test_a_bot_is_recorded_but_does_not_count() -> None:
    record([did(anonymous_id="a", bot="Googlebot")], at=NOON)

    crawler = lead_of("anonymous_id", "a")
    cards.look_when_seen([crawler.pk])
    crawler.refresh_from_db()
    item = timeline(crawler)[0]
    assert (item.counts, item.why_not, crawler.last_seen_at) == (False, "Googlebot", None)


def test_consent_is_a_ledger(ada: Lead) -> None:
    for is_given, at in ((True, NOON), (False, LATER)):
        actions.record_consent(
            ada, purpose="newsletter", is_given=is_given, wording="Monthly.", by=None, at=at,
            via=Via.WEB,
        )  # fmt: skip

    assert [consent.is_given for consent in consents_of(ada)] == [False]
    assert [consent.is_given for consent in consents_of(ada, at=NOON)] == [True]


def test_moves_are_rows_lines_and_wakes(ada: Lead, ben: Lead, mia: User) -> None:
    Attention.objects.all().delete()
    steps = [
        moves.Move(ada.pk, Stage.LEAD, Stage.MARKETING_QUALIFIED, 3, "Keen.", {"intent": 70.5}),
        moves.Move(ada.pk, Stage.MARKETING_QUALIFIED, Stage.SALES_ACCEPTED, 3, "Taken."),
        moves.Move(ben.pk, Stage.LEAD, Stage.DISQUALIFIED, 3, "Asked to be left alone."),
    ]

    ids = moves.write(steps, at=LATER, by=mia, via=Via.WEB)

    ada.refresh_from_db()
    assert (ada.stage, ada.stage_since) == (Stage.SALES_ACCEPTED, LATER)
    first = StageMove.objects.get(pk=ids[0])
    assert (first.version, first.scores, first.by) == (3, {"intent": 70.5}, mia)
    assert JournalLine.objects.filter(kind="qualification.moved").count() == 3
    assert attention.claim(at=LATER, limit=9).leads == sorted([ada.pk, ben.pk])


def test_a_parked_lead_waits_for_a_person(ada: Lead, rita: User) -> None:
    attention.park(ada.pk, error="Division by zero.", at=NOON)
    attention.park(ada.pk, error="Again.", at=NOON)
    attention.wake([ada.pk], look_at=NOON, why="test")
    while_parked = attention.claim(at=NOON, limit=9).leads
    parked = ParkedLead.objects.get(lead=ada)

    attention.unpark(parked, by=rita, at=LATER, via=Via.WEB)

    assert (while_parked, parked.error) == ([], "Again.")
    assert attention.claim(at=LATER, limit=9).leads == [ada.pk]
