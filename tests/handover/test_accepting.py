"""Accepting: once, by whom it was offered to, and the lead moves on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from handraise.agreement.queries import Published
from handraise.handover.actions import Refused, accept, offer, record_opening, withdraw
from handraise.handover.models import Acceptance, Handover, Opening
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.scoring.models import Score
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.personas import NOON, person
from tests.world import AGREEMENT, in_force, kinds, mql, said, stage_of

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def ada(agreed: Published) -> Lead:
    return mql("Ada")


@pytest.fixture
def handover(ada: Lead, agreed: Published) -> Handover:
    offer([ada.pk], published=agreed, at=NOON)
    return Handover.objects.get(lead=ada)


def test_an_accepted_lead_is_sal_and_belongs_to_who_took_it(
    handover: Handover, ada: Lead, mia: User, agreed: Published
) -> None:
    accept(handover, by=mia, at=LATER, via=Via.WEB)

    ada.refresh_from_db()
    assert (ada.stage, ada.owner) == (Stage.SALES_ACCEPTED, mia)
    move = ada.moves.get(after=Stage.SALES_ACCEPTED)
    assert (move.version, move.by, move.reason) == (agreed.number, mia, "Accepted by Mia.")
    assert "handover.accepted" in kinds(ada)
    handover.refresh_from_db()
    assert handover.ended_at == LATER


def test_it_refuses_a_second_acceptance(handover: Handover, mia: User, rita: User) -> None:
    accept(handover, by=mia, at=LATER, via=Via.WEB)

    with pytest.raises(Refused, match="Mia has already accepted Ada"):
        accept(handover, by=rita, at=LATER, via=Via.WEB)

    assert Acceptance.objects.count() == 1


def test_it_refuses_what_was_offered_to_somebody_else(handover: Handover, nils: User) -> None:
    with pytest.raises(Refused, match="offered to Mia"):
        accept(handover, by=nils, at=LATER, via=Via.WEB)


def test_who_may_override_accepts_for_the_person_asked(
    handover: Handover, ada: Lead, mia: User, rita: User
) -> None:
    accept(handover, by=rita, at=LATER, via=Via.WEB)

    ada.refresh_from_db()
    assert ada.owner == mia
    assert Acceptance.objects.get().by == rita


def test_a_manager_steps_in_for_the_own_team_only(
    handover: Handover, sales_team: Team, mia: User
) -> None:
    elsewhere = Team.objects.create(name="Elsewhere", created_at=LATER)
    stranger = person("Sten", Role.SALES_DEVELOPMENT, team=elsewhere, is_manager=True)
    manager = person("Tove", Role.SALES_DEVELOPMENT, team=sales_team, is_manager=True)

    with pytest.raises(Refused, match="offered to Mia"):
        accept(handover, by=stranger, at=LATER, via=Via.WEB)
    with pytest.raises(PermissionDenied):
        withdraw(handover, why="Mine now.", by=stranger, at=LATER, via=Via.WEB)
    accept(handover, by=manager, at=LATER, via=Via.WEB)

    assert Acceptance.objects.get().by == manager


@pytest.mark.parametrize("name", ["mark", "vera"])
def test_roles_that_take_no_leads_may_not(
    handover: Handover, name: str, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(PermissionDenied):
        accept(handover, by=request.getfixturevalue(name), at=LATER, via=Via.WEB)


def test_it_refuses_what_was_withdrawn_a_second_ago(
    handover: Handover, mia: User, rita: User
) -> None:
    withdraw(handover, why="Talks to our partner already.", by=rita, at=LATER, via=Via.WEB)

    with pytest.raises(Refused, match="withdrawn: Talks to our partner"):
        accept(handover, by=mia, at=LATER, via=Via.WEB)


def test_it_refuses_a_lead_that_has_moved_meanwhile(
    handover: Handover, ada: Lead, mia: User
) -> None:
    Lead.objects.filter(pk=ada.pk).update(stage=Stage.DISQUALIFIED)

    with pytest.raises(Refused, match="is now Disqualified"):
        accept(handover, by=mia, at=LATER, via=Via.WEB)


@pytest.mark.parametrize(
    ("truth", "stage"), [(True, Stage.SALES_QUALIFIED), (False, Stage.MARKETING_QUALIFIED)]
)
def test_where_sal_is_skipped_an_acceptance_leads_to_sql_when_its_criteria_hold(
    mark: User, mia: User, truth: bool, stage: Stage
) -> None:
    skipping = in_force(mark, mia, AGREEMENT.replace("sal: {", "sal: {required: false, "))
    ada = mql("Ada", sql__when=truth)
    offer([ada.pk], published=skipping, at=NOON)

    accept(Handover.objects.get(), by=mia, at=LATER, via=Via.WEB)

    assert stage_of(ada) is stage
    assert offer([ada.pk], published=skipping, at=LATER) == []


def test_opening_leaves_one_receipt_a_person(
    handover: Handover, ada: Lead, mia: User, rita: User
) -> None:
    for by in (mia, rita, mia):
        record_opening(handover, by=by, at=LATER)

    assert [opening.by for opening in Opening.objects.order_by("pk")] == [mia, rita]
    assert said(ada, "handover.opened") == ["Mia opened the brief."]


def test_the_move_keeps_the_scores_of_the_moment(handover: Handover, ada: Lead, mia: User) -> None:
    Score.objects.filter(pk=ada.pk).update(intent=33)

    accept(handover, by=mia, at=LATER, via=Via.WEB)

    assert ada.moves.get(after=Stage.SALES_ACCEPTED).scores["intent"] == 33
