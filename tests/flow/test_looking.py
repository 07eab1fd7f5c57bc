"""Looking at leads: safe twice, late and for everybody; one bad lead spoils no batch."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import OperationalError, connection

from handraise.agreement.queries import Published
from handraise.flow import look as looking
from handraise.flow.advance import advance
from handraise.flow.look import look
from handraise.handover.models import Handover
from handraise.leads import cards
from handraise.leads.attention import unpark
from handraise.leads.decide import Stage, Via
from handraise.leads.models import (
    Attention,
    JournalLine,
    Lead,
    LeadSearch,
    ParkedLead,
    StageMove,
)
from handraise.leads.record import WhenCards, record
from handraise.scoring.models import Score
from handraise.team.models import User
from tests.leads.said import facts, group, lead_of
from tests.personas import NOON
from tests.world import lead, stage_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def keen(name: str) -> Lead:
    return lead(name, "Demo Requested", title="Head of Sales")


def looks(at: object = NOON) -> None:
    while look(at=at):  # type: ignore[arg-type]
        pass


def test_whoever_is_due_is_looked_at_once(agreed: Published) -> None:
    keen("Ada")

    looks()

    assert not Attention.objects.filter(look_at__lte=NOON).exists()
    assert look(at=NOON) == 0


def test_advancing_again_late_and_for_everybody_changes_nothing(agreed: Published) -> None:
    leads = [keen("Ada"), keen("Eve"), lead("Ben")]
    everybody = [one.pk for one in leads]
    looks()
    before = (StageMove.objects.count(), Handover.objects.count(), JournalLine.objects.count())

    for hours in (0, 1, 2):  # a warning is due at the third
        advance(everybody, at=NOON + hours * HOUR)

    after = (StageMove.objects.count(), Handover.objects.count(), JournalLine.objects.count())
    assert after == before


def test_before_an_agreement_nothing_means_anything(db: None) -> None:
    ada = keen("Ada")

    looks()

    assert stage_of(ada) is Stage.LEAD
    assert not Score.objects.exists()


def test_a_lead_at_fault_is_parked_and_the_others_move(agreed: Published) -> None:
    leads = [keen(f"Lead{number}") for number in range(9)]
    bad = leads[4]
    _break(bad)

    looks()

    parked = ParkedLead.objects.get()
    assert parked.lead == bad
    assert "boom" in parked.error
    others = Lead.objects.exclude(pk=bad.pk)
    assert {one.stage for one in others} == {Stage.MARKETING_QUALIFIED}
    assert stage_of(bad) is Stage.LEAD


def test_a_parked_lead_moves_on_when_it_is_cleared(agreed: Published, rita: User) -> None:
    ada = keen("Ada")
    _break(ada)
    looks()
    _mend()

    unpark(ParkedLead.objects.get(), by=rita, at=NOON, via=Via.WEB)
    looks()

    assert stage_of(ada) is Stage.MARKETING_QUALIFIED


def _told(title: str, *, at: datetime = NOON) -> Lead:
    """Ada, of whom something is heard as the digest hears it."""
    entry = facts({"name": "Ada", "title": title}, email="ada@acme.example", at=at)
    record([entry], at=at, when_cards=WhenCards.BEFORE_THE_LOOK)
    return lead_of("email", "ada@acme.example")


def test_what_people_are_called_stands_on_their_card_once_looked_at(agreed: Published) -> None:
    before = _told("Planner")
    _told("Head of Sales")

    looks()

    ada = Lead.objects.select_related("search").get(pk=before.pk)
    assert (before.name, ada.name, ada.title, ada.email) == (
        "", "Ada", "Head of Sales", "ada@acme.example",
    )  # fmt: skip
    assert "head of sales" in ada.search.text


def test_a_parked_lead_gets_its_card_all_the_same(agreed: Published) -> None:
    ada = keen("Ada")
    _break(ada)
    looks()

    _told("Chief of Staff", at=NOON + HOUR)
    looks(at=NOON + HOUR)

    ada.refresh_from_db()
    assert ada.title == "Chief of Staff"
    assert ParkedLead.objects.filter(cleared_at=None).exists()


def test_a_company_that_is_called_otherwise_is_so_on_every_card_and_nobody_is_looked_at(
    agreed: Published,
) -> None:
    for name in ("ada", "eve"):
        record([group({"name": "Acme"}, group_id="acme", user_id=name)], at=NOON)
    looks()
    ada = lead_of("user_id", "ada")

    told = group({"name": "Zenith"}, group_id="acme", user_id="eve", at=NOON + HOUR)
    record([told], at=NOON + HOUR, when_cards=WhenCards.BEFORE_THE_LOOK)
    looks(at=NOON + HOUR)

    assert "zenith" in LeadSearch.objects.get(lead=ada).text
    assert Score.objects.get(lead=ada).scored_at == NOON
    assert Score.objects.get(lead=lead_of("user_id", "eve")).scored_at == NOON + HOUR


def test_who_is_merged_before_a_first_look_keeps_a_name_of_their_own(agreed: Published) -> None:
    told = facts({"name": "Ada"}, anonymous_id="a")
    record([told], at=NOON, when_cards=WhenCards.BEFORE_THE_LOOK)
    merged = Lead.objects.get()
    keen("Eve")

    signing_in = facts(anonymous_id="a", email="eve@acme.example", at=NOON + HOUR)
    record([signing_in], at=NOON + HOUR, when_cards=WhenCards.BEFORE_THE_LOOK)
    looks(at=NOON + HOUR)

    merged.refresh_from_db()
    assert (merged.name, str(merged.canonical)) == ("Ada", "Eve")


def test_a_card_that_cannot_be_made_parks_its_lead_and_no_other(
    agreed: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = _told("Planner")
    told = facts({"name": "Eve"}, email="eve@acme.example")
    record([told], at=NOON, when_cards=WhenCards.BEFORE_THE_LOOK)
    made = cards.refresh_cards

    def fail(leads: list[int]) -> None:
        if bad.pk in leads:
            raise ValueError("boom")
        made(leads)

    monkeypatch.setattr(cards, "refresh_cards", fail)
    looks()

    assert lead_of("email", "eve@acme.example").name == "Eve"
    assert ParkedLead.objects.get().lead == bad


def test_an_absent_database_is_nobodys_fault(
    agreed: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    keen("Ada")

    def gone(*_: object, **__: object) -> None:
        raise OperationalError("the connection is lost")

    monkeypatch.setattr(looking, "advance", gone)
    with pytest.raises(OperationalError):
        look(at=NOON)

    assert not ParkedLead.objects.exists()
    assert Attention.objects.filter(look_at__lte=NOON).exists()


def test_a_clock_that_runs_out_is_seen_without_a_message(
    agreed: Published, mia: User, nils: User
) -> None:
    ada = keen("Ada")
    looks()
    first = Handover.objects.get(lead=ada)

    looks(first.due_at)

    assert Handover.objects.get(lead=ada, ended_at=None).assignee != first.assignee


def _break(bad: Lead) -> None:
    """The database itself refuses anything written of this lead's score."""
    with connection.cursor() as cursor:
        cursor.execute(
            "create or replace function boom() returns trigger language plpgsql as"
            " $$ begin raise exception 'boom'; end $$"
        )
        cursor.execute(
            "create or replace trigger boom before insert or update on scoring_score for each row"
            f" when (new.lead_id = {bad.pk}) execute function boom()"
        )


def _mend() -> None:
    with connection.cursor() as cursor:
        cursor.execute("drop trigger boom on scoring_score")
