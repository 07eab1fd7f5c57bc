"""Rejecting: with a reason of the agreement, and what its consequence makes of the lead."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.agreement.queries import Published
from handraise.handover.actions import Refused, accept, offer, reject
from handraise.handover.models import Handover, Rejection
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Attention, Lead, StageMove
from handraise.qualification.models import Return
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.personas import NOON, person
from tests.world import AGREEMENT, in_force, mql, said, stage_of

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def ada(agreed: Published) -> Lead:
    return mql("Ada")


@pytest.fixture
def handover(ada: Lead, agreed: Published) -> Handover:
    offer([ada.pk], published=agreed, at=NOON)
    return Handover.objects.get(lead=ada)


def no(handover: Handover, by: User, reason: str, note: str = "") -> None:
    reject(handover, reason=reason, note=note, by=by, at=LATER, via=Via.WEB)


def test_a_recycled_lead_is_nurtured_until_it_wakes(
    handover: Handover, ada: Lead, mia: User
) -> None:
    no(handover, mia, "No need yet", "Call again in summer.")

    assert stage_of(ada) is Stage.NURTURE
    assert Return.objects.get().wakes_at == LATER + 90 * DAY
    assert Attention.objects.filter(lead=ada, look_at=LATER + 90 * DAY).exists()
    assert said(ada, "handover.rejected") == [
        "Mia rejected the lead: No need yet. Call again in summer."
    ]


def test_a_disqualified_lead_needs_the_note_that_the_agreement_asks_for(
    handover: Handover, ada: Lead, mia: User
) -> None:
    with pytest.raises(Refused, match="needs a note"):
        no(handover, mia, "No fit", "  ")
    assert stage_of(ada) is Stage.MARKETING_QUALIFIED

    no(handover, mia, "No fit", "A school project.")

    assert stage_of(ada) is Stage.DISQUALIFIED


@pytest.mark.parametrize("before", [Stage.LEAD, Stage.NURTURE])
def test_wrong_data_sends_it_back_to_where_it_came_from(
    handover: Handover, ada: Lead, mia: User, before: Stage
) -> None:
    StageMove.objects.create(
        lead=ada, before=before, after="MARKETING_QUALIFIED", at=NOON, known_at=NOON, version=1,
        reason="Met",
    )  # fmt: skip

    no(handover, mia, "Wrong data")

    assert stage_of(ada) is before


def test_another_team_gets_it_at_once(handover: Handover, ada: Lead, mia: User, nils: User) -> None:
    team = Team.objects.create(name="Enterprise", created_at=NOON)
    olga = person("Olga", Role.SALES_DEVELOPMENT, team=team)

    no(handover, mia, "Not ours")

    assert stage_of(ada) is Stage.MARKETING_QUALIFIED
    assert Handover.objects.get(ended_at=None).assignee == olga


def test_without_another_team_somebody_else_gets_it(
    handover: Handover, mia: User, nils: User
) -> None:
    no(handover, mia, "Not ours")

    fresh = Handover.objects.get(ended_at=None)
    assert fresh.assignee == nils
    assert "Mia has rejected this lead" in fresh.route["sentence"]
    assert fresh.brief["earlier_handovers"][0]["reason"] == "Not ours"


@pytest.mark.parametrize("reason", ["", "Because", "no need yet"])
def test_the_reason_is_one_of_the_agreements(handover: Handover, mia: User, reason: str) -> None:
    with pytest.raises(Refused, match="one of the agreement’s reasons"):
        no(handover, mia, reason)

    assert not Rejection.objects.exists()


def test_the_reasons_are_those_of_the_version_it_was_offered_under(
    handover: Handover, mark: User, mia: User
) -> None:
    in_force(mark, mia, AGREEMENT.replace("Not now", "Later"))

    no(handover, mia, "Not now")

    assert Rejection.objects.get().reason == "Not now"


@pytest.mark.parametrize("note", ["x" * 4001, "a\x00b"])
def test_a_note_that_cannot_be_kept_is_refused(handover: Handover, mia: User, note: str) -> None:
    with pytest.raises(Refused, match="note"):
        no(handover, mia, "Not now", note)


def test_what_was_accepted_is_not_rejected(handover: Handover, mia: User) -> None:
    accept(handover, by=mia, at=LATER, via=Via.WEB)

    with pytest.raises(Refused, match="already accepted"):
        no(handover, mia, "Not now")
