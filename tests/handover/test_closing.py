"""Clocks that run out, offers that make no sense any more, leads that cool."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.agreement.queries import Published
from handraise.handover.actions import close_moot, expire, mark_cooling, offer
from handraise.handover.models import Expiry, Handover, Rejection, Withdrawal
from handraise.leads.decide import Stage
from handraise.leads.models import Lead
from handraise.scoring.standing import Standing
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.personas import NOON, person
from tests.world import AGREEMENT, in_force, kinds, mql, said

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DUE = NOON + timedelta(hours=4)


@pytest.fixture
def ada(agreed: Published) -> Lead:
    return mql("Ada")


@pytest.fixture
def handover(ada: Lead, agreed: Published) -> Handover:
    offer([ada.pk], published=agreed, at=NOON)
    return Handover.objects.get(lead=ada)


def test_before_its_clock_runs_out_nothing_expires(
    handover: Handover, ada: Lead, agreed: Published
) -> None:
    expire([ada.pk], published=agreed, at=DUE - timedelta(seconds=1))

    assert not Expiry.objects.exists()


def test_a_late_handover_is_escalated_and_passed_on_with_a_new_clock(
    handover: Handover, ada: Lead, agreed: Published, nils: User
) -> None:
    expire([ada.pk], published=agreed, at=DUE)

    handover.refresh_from_db()
    fresh = Handover.objects.get(ended_at=None)
    assert (handover.ended_at, handover.overdue_at) == (DUE, DUE)
    assert fresh.assignee == nils
    assert fresh.due_at > DUE
    assert kinds(ada)[-3:] == ["handover.escalated", "handover.expired", "handover.offered"]
    assert fresh.brief["earlier_handovers"][0]["how"] == "expiry"


def test_with_nobody_else_it_stays_visibly_late_and_is_escalated_once(
    handover: Handover, ada: Lead, agreed: Published, nils: User
) -> None:
    User.objects.filter(pk=nils.pk).update(away_until=DUE + timedelta(days=9))

    for hours in (0, 1, 2):
        expire([ada.pk], published=agreed, at=DUE + timedelta(hours=hours))

    handover.refresh_from_db()
    assert (handover.ended_at, handover.overdue_at) == (None, DUE)
    assert len(said(ada, "handover.escalated")) == 1


def test_it_is_not_passed_to_who_rejected_it(
    handover: Handover, ada: Lead, agreed: Published, nils: User
) -> None:
    earlier = Handover.objects.create(
        lead=ada, team=handover.team, assignee=nils, version=1, priority=1, offered_at=NOON,
        due_at=NOON, ended_at=NOON,
    )  # fmt: skip
    Rejection.objects.create(
        handover=earlier, at=NOON, by=nils, reason="Not ours", consequence="other team"
    )

    expire([ada.pk], published=agreed, at=DUE)

    handover.refresh_from_db()
    assert handover.ended_at is None


def test_what_finds_no_room_elsewhere_stays_visibly_late(
    agreed: Published, mia: User, nils: User
) -> None:
    User.objects.filter(pk=nils.pk).update(away_until=NOON + HOUR)
    leads = [mql(f"L{number}", priority=90 - number) for number in range(4)]
    offer([one.pk for one in leads], published=agreed, at=NOON)
    User.objects.filter(pk=nils.pk).update(capacity=1)

    expire([one.pk for one in leads], published=agreed, at=DUE)

    open_ones = Handover.objects.filter(ended_at=None).order_by("-priority")
    assert [one.assignee for one in open_ones] == [nils, mia, mia, mia]
    assert [one.overdue_at for one in open_ones] == [None, DUE, DUE, DUE]
    assert Expiry.objects.count() == 1


def test_where_nobody_else_can_it_goes_to_the_manager(
    handover: Handover, ada: Lead, agreed: Published, nils: User, sales_team: Team
) -> None:
    olga = person("Olga", Role.REVENUE_OPERATIONS, team=sales_team, is_manager=True)
    User.objects.filter(pk=nils.pk).update(away_until=DUE + HOUR)
    User.objects.filter(pk=handover.assignee_id).update(is_active=False)

    expire([ada.pk], published=agreed, at=DUE)

    assert Handover.objects.get(ended_at=None).assignee == olga


def test_an_owner_who_did_not_answer_is_asked_once(
    agreed: Published, nils: User, sales_team: Team
) -> None:
    person("Otto", Role.SALES_DEVELOPMENT, team=sales_team)
    User.objects.update(hours={})
    ada = mql("Ada")
    Lead.objects.filter(pk=ada.pk).update(owner=nils)
    offer([ada.pk], published=agreed, at=NOON)

    for turn in range(1, 4):
        expire([ada.pk], published=agreed, at=NOON + turn * 5 * HOUR)

    asked = [one.assignee.name for one in Handover.objects.order_by("offered_at")]
    assert asked[:3] == ["Nils", "Mia", "Otto"]
    assert len(asked) == 4


def test_an_agreement_may_keep_it_where_it_is(mark: User, mia: User, nils: User) -> None:
    keeping = in_force(mark, mia, AGREEMENT.replace("then: reassign", "then: keep"))
    ada = mql("Ada")
    offer([ada.pk], published=keeping, at=NOON)

    expire([ada.pk], published=keeping, at=DUE)

    handover = Handover.objects.get()
    assert (handover.ended_at, handover.overdue_at) == (None, DUE)


@pytest.mark.parametrize("stage", [Stage.DISQUALIFIED, Stage.CUSTOMER, Stage.NURTURE])
def test_an_offer_is_withdrawn_when_its_lead_has_moved_on(
    handover: Handover, ada: Lead, stage: Stage
) -> None:
    Lead.objects.filter(pk=ada.pk).update(stage=stage)

    close_moot([ada.pk], at=DUE)

    assert Withdrawal.objects.get().note == f"The lead is now {stage.label}."
    assert close_moot([ada.pk], at=DUE) == []


def test_of_two_offers_of_merged_leads_the_older_stays(
    handover: Handover, ada: Lead, agreed: Published
) -> None:
    gus = mql("Gus")
    offer([gus.pk], published=agreed, at=NOON + timedelta(minutes=1))
    Lead.objects.filter(pk=gus.pk).update(canonical=ada)

    close_moot([ada.pk], at=DUE)

    handover.refresh_from_db()
    assert handover.ended_at is None
    assert Withdrawal.objects.get().handover.lead == gus


def test_a_lead_below_the_bar_cools_and_may_warm_again(handover: Handover, ada: Lead) -> None:
    for meets in (False, False, True):
        mark_cooling([_standing(ada, meets=meets)], at=DUE)
        handover.refresh_from_db()
        assert handover.is_cooling is not meets

    assert len(said(ada, "handover.cooled")) == 1


def _standing(lead: Lead, *, meets: bool) -> Standing:
    return Standing(lead.pk, DUE, 10, 0, 0, 5, "", {"mql.when": meets, "mql.needs": True})
