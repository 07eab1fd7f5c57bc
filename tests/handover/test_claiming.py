"""A team's queue: leads wait for whoever claims them; and offers are handed on to colleagues."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.agreement.queries import Published
from handraise.handover.actions import Refused, accept, claim, expire, hand_on, offer, reject
from handraise.handover.models import Expiry, Handover
from handraise.handover.queries import inbox
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.personas import NOON, person
from tests.world import AGREEMENT, in_force, mql, said

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
BY_HAND = AGREEMENT.replace("team: Sales development}", "team: Sales development, by: hand}")


@pytest.fixture
def agreed(mark: User, mia: User, nils: User) -> Published:
    return in_force(mark, mia, BY_HAND)


@pytest.fixture
def ada(agreed: Published) -> Lead:
    found = mql("Ada")
    offer([found.pk], published=agreed, at=NOON)
    return found


def _open() -> Handover:
    return Handover.objects.select_related("lead").get(ended_at=None)


def test_it_waits_in_the_inbox_of_everybody_of_the_team_on_the_teams_clock(
    ada: Lead, mia: User, nils: User, sal: User, sales_team: Team
) -> None:
    waiting = _open()

    assert (waiting.assignee, waiting.route["person"]) == (None, "whoever of Sales development")
    assert waiting.due_at == NOON + timedelta(hours=4)
    assert list(inbox(mia, at=NOON)) == list(inbox(nils, at=NOON)) == [waiting]
    assert list(inbox(sal, at=NOON)) == []


def test_the_clock_is_that_of_the_team(agreed: Published, sales_team: Team) -> None:
    Team.objects.filter(pk=sales_team.pk).update(zone="America/New_York")
    offer([mql("Ada").pk], published=agreed, at=NOON)

    assert _open().due_at == NOON + timedelta(hours=6)  # 7 in New York; the day begins at 9


def test_who_claims_it_has_it_and_the_next_is_told(ada: Lead, mia: User, nils: User) -> None:
    claim(_open(), by=mia, at=LATER, via=Via.WEB)

    assert (_open().assignee, _open().claimed_at) == (mia, LATER)
    with pytest.raises(Refused, match="Ada is already with Mia"):
        claim(_open(), by=nils, at=LATER, via=Via.WEB)
    assert list(inbox(nils, at=LATER)) == []
    assert said(ada)[-1] == "Mia claimed the lead."


def test_to_accept_it_is_to_claim_it(ada: Lead, nils: User) -> None:
    accept(_open(), by=nils, at=LATER, via=Via.WEB)

    ada.refresh_from_db()
    assert ada.owner == nils
    assert Handover.objects.get().assignee == nils


def test_nobody_claims_more_than_they_may_have(ada: Lead, mia: User) -> None:
    User.objects.filter(pk=mia.pk).update(capacity=0)
    mia.refresh_from_db()

    for verb in (claim, accept):
        with pytest.raises(Refused, match="0 of 0 leads in hand"):
            verb(_open(), by=mia, at=LATER, via=Via.WEB)  # type: ignore[operator]
    assert _open().assignee is None


def test_another_team_does_not_claim_it(ada: Lead) -> None:
    eva = person("Eva", Role.SALES, team=Team.objects.create(name="Closing", created_at=NOON))

    with pytest.raises(Refused, match="you are of another team"):
        claim(_open(), by=eva, at=LATER, via=Via.WEB)


def test_unclaimed_it_is_given_to_somebody(ada: Lead, agreed: Published) -> None:
    due = _open().due_at
    expire([ada.pk], published=agreed, at=due)

    assert _open().assignee is not None
    assert Expiry.objects.get().note == "Nobody of Sales development claimed it in time."


def test_while_everybody_is_away_the_manager_has_it(
    agreed: Published, mia: User, nils: User, sales_team: Team
) -> None:
    tove = person("Tove", Role.MARKETING, team=sales_team, is_manager=True)
    User.objects.filter(pk=tove.pk).update(role=Role.SALES, weight=0)
    User.objects.filter(pk__in=[mia.pk, nils.pk]).update(away_until=NOON + timedelta(days=9))
    offer([mql("Ada").pk], published=agreed, at=NOON)

    assert _open().assignee == tove


def test_rejected_unclaimed_it_is_not_offered_to_who_rejected(
    ada: Lead, mia: User, agreed: Published
) -> None:
    reject(_open(), reason="Not now", by=mia, at=LATER, via=Via.WEB)

    assert Handover.objects.get().rejection.by == mia


def test_handed_on_it_is_a_new_offer_with_a_clock_of_its_own(
    ada: Lead, mia: User, nils: User
) -> None:
    claim(_open(), by=mia, at=LATER, via=Via.WEB)
    made = hand_on(_open(), to=nils, why="He knows them", by=mia, at=LATER, via=Via.WEB)

    assert (made.assignee, made.due_at) == (nils, LATER + timedelta(hours=4))
    assert made.brief["why_you"] == "Handed on by Mia: He knows them."
    assert Handover.objects.exclude(pk=made.pk).get().withdrawal.note == "Handed on to Nils."


def test_it_is_not_handed_to_who_has_no_room_or_takes_none(
    ada: Lead, mia: User, nils: User, mark: User
) -> None:
    claim(_open(), by=mia, at=LATER, via=Via.WEB)
    User.objects.filter(pk=nils.pk).update(capacity=0)

    for to, why in ((nils, "leads in hand already"), (mark, "does not take"), (mia, "with Mia")):
        with pytest.raises(Refused, match=why):
            hand_on(_open(), to=to, by=mia, at=LATER, via=Via.WEB)
    assert _open().assignee == mia


def test_a_colleague_does_not_hand_on_what_is_not_theirs(ada: Lead, mia: User, nils: User) -> None:
    claim(_open(), by=mia, at=LATER, via=Via.WEB)

    with pytest.raises(Refused, match="offered to Mia"):
        hand_on(_open(), to=nils, by=nils, at=LATER, via=Via.WEB)


def test_what_waits_to_be_claimed_is_claimed_not_handed_on(
    ada: Lead, mia: User, nils: User
) -> None:
    with pytest.raises(Refused, match="only a manager may step in"):
        hand_on(_open(), to=mia, by=mia, at=LATER, via=Via.WEB)


def test_what_was_late_stays_late_when_it_is_handed_on(ada: Lead, mia: User, nils: User) -> None:
    claim(_open(), by=mia, at=LATER, via=Via.WEB)
    late = _open()
    hand_on(late, to=nils, by=mia, at=late.due_at + timedelta(minutes=1), via=Via.WEB)

    assert Expiry.objects.get().handover == late
    assert _open().assignee == nils


def test_a_manager_who_takes_no_leads_by_turns_can_be_handed_one(
    ada: Lead, mia: User, sales_team: Team
) -> None:
    tess = person("Tess", Role.REVENUE_OPERATIONS, team=sales_team, is_manager=True)
    claim(_open(), by=mia, at=LATER, via=Via.WEB)

    assert hand_on(_open(), to=tess, by=mia, at=LATER, via=Via.WEB).assignee == tess
