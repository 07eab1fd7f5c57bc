"""Contests: marketing holds a rejection to be wrong, a third person rules, once each."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from handraise.agreement.queries import Published
from handraise.flow.look import look
from handraise.handover.actions import Refused, accept, offer, reject
from handraise.handover.contesting import contest, rule
from handraise.handover.contests import evidence_of, rulers_of
from handraise.handover.models import Contest, Handover, Rejection
from handraise.leads.actions import merge_leads
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Activity, Lead
from handraise.leads.record import record
from handraise.qualification.actions import move_by_hand
from handraise.qualification.decide import MOST_RETURNS
from handraise.qualification.models import Return
from handraise.qualification.queries import histories
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.leads.said import did
from tests.personas import NOON, person
from tests.world import AGREEMENT, in_force, mql, said, stage_of

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = NOON + DAY


@pytest.fixture
def ada(agreed: Published) -> Lead:
    return mql("Ada")


@pytest.fixture
def handover(ada: Lead, agreed: Published) -> Handover:
    """Ada, offered to Mia at noon."""
    offer([ada.pk], published=agreed, at=NOON)
    return Handover.objects.get(lead=ada)


@pytest.fixture
def rejected(handover: Handover, mia: User) -> Rejection:
    return no(handover, mia)


def no(handover: Handover, by: User, reason: str = "Not now", at: datetime = NOON) -> Rejection:
    return reject(handover, reason=reason, note="Because.", by=by, at=at, via=Via.WEB)


def contested(rejection: Rejection, by: User, at: datetime = NOON + HOUR) -> Contest:
    return contest(rejection, said="She asked twice.", by=by, at=at, via=Via.WEB)


def ruled(one: Contest, by: User, at: datetime = LATER, *, is_upheld: bool = False) -> Contest:
    return rule(one, is_upheld=is_upheld, ruling="As agreed.", by=by, at=at, via=Via.WEB)


def test_what_is_upheld_stands(rejected: Rejection, ada: Lead, mark: User, rita: User) -> None:
    ruled(contested(rejected, mark), rita, is_upheld=True)

    assert stage_of(ada) is Stage.NURTURE
    assert said(ada, "handover.upheld") == ["Rita ruled: The rejection stands. As agreed."]
    assert Return.objects.get().undone_at is None


@pytest.mark.parametrize("reason", ["Not now", "No need yet", "No fit", "Wrong data"])
def test_what_is_overturned_is_offered_to_somebody_else(
    handover: Handover, ada: Lead, mia: User, nils: User, mark: User, rita: User, reason: str
) -> None:
    one = ruled(contested(no(handover, mia, reason), mark), rita)

    assert stage_of(ada) is Stage.MARKETING_QUALIFIED
    fresh = Handover.objects.get(ended_at=None)
    assert fresh.assignee == nils
    assert one.came_of == "The lead is MQL again and was offered to Nils."
    assert fresh.brief["earlier_handovers"][0]["reason"] == f"{reason} (overturned)"


def test_the_move_says_that_a_ruling_made_it(
    rejected: Rejection, ada: Lead, mark: User, rita: User
) -> None:
    ruled(contested(rejected, mark), rita)

    move = ada.moves.get(after=Stage.MARKETING_QUALIFIED, before=Stage.NURTURE)
    assert move.by == rita
    assert move.reason == "Rita overturned the rejection “Not now”: As agreed."


def test_an_overturned_return_counts_and_holds_no_more(
    rejected: Rejection, ada: Lead, agreed: Published, mark: User, rita: User
) -> None:
    for _ in range(MOST_RETURNS - 1):
        Return.objects.create(lead=ada, at=NOON - DAY, consequence="recycle", reason="Before")
    ruled(contested(rejected, mark), rita)

    known = histories({ada.pk: Stage.MARKETING_QUALIFIED}, document=agreed.document)[ada.pk]
    assert known.returns == MOST_RETURNS - 1
    assert known.last_return is not None
    assert known.last_return.at == NOON - DAY


def test_it_stays_with_whom_it_was_offered_to_when_looked_at(
    rejected: Rejection, ada: Lead, mark: User, rita: User
) -> None:
    ruled(contested(rejected, mark), rita)
    fresh = Handover.objects.get(ended_at=None)

    while look(at=LATER + HOUR):
        pass

    assert Handover.objects.get(ended_at=None) == fresh


def test_where_only_the_rejecter_is_there_it_waits(
    rejected: Rejection, ada: Lead, nils: User, mark: User, rita: User
) -> None:
    User.objects.filter(pk=nils.pk).update(is_active=False)

    one = ruled(contested(rejected, mark), rita)

    assert one.came_of == "The lead is MQL again and waits for a person."
    assert not Handover.objects.filter(ended_at=None).exists()
    assert stage_of(ada) is Stage.MARKETING_QUALIFIED


def test_a_lead_that_has_moved_on_stays(
    rejected: Rejection, ada: Lead, mia: User, mark: User, rita: User
) -> None:
    move_by_hand(ada, to=Stage.DISQUALIFIED, reason="Spam.", by=mia, at=LATER, via=Via.WEB)

    one = ruled(contested(rejected, mark), rita)

    assert one.came_of.startswith("The lead has moved on since: it is Disqualified.")
    assert stage_of(ada) is Stage.DISQUALIFIED
    assert Return.objects.get().undone_at == LATER


def test_a_merged_lead_stays(rejected: Rejection, ada: Lead, mark: User, rita: User) -> None:
    kept = mql("Adah")
    merge_leads(kept, ada, why="The same.", by=mark, at=LATER, via=Via.WEB)

    one = ruled(contested(rejected, mark), rita)

    assert one.came_of == "It was merged with Adah since, so only the ruling is noted."


def test_what_was_passed_to_another_team_stays_there(
    handover: Handover, mia: User, nils: User, mark: User, rita: User
) -> None:
    one = ruled(contested(no(handover, mia, "Not ours"), mark), rita)

    assert one.came_of == "The lead was passed on at once, so only the ruling is noted."
    assert Handover.objects.get(ended_at=None).assignee == nils


def test_only_marketing_contests(rejected: Rejection, mia: User, vera: User) -> None:
    with pytest.raises(Refused, match="Marketing contests"):
        contested(rejected, mia)
    with pytest.raises(PermissionDenied):
        contested(rejected, vera)


def test_it_is_contested_once(rejected: Rejection, mark: User, rita: User) -> None:
    contested(rejected, mark)

    with pytest.raises(Refused, match="Mark has already contested"):
        contested(rejected, rita)


def test_the_time_to_contest_runs_in_the_working_time_of_who_contests(
    rejected: Rejection, mark: User
) -> None:
    five_days = NOON + 7 * DAY  # Wednesday noon to Wednesday noon, a weekend between

    with pytest.raises(Refused, match="was over on 11 March 2026"):
        contested(rejected, mark, five_days + HOUR / 60)
    assert contested(rejected, mark, five_days)


def test_an_agreement_may_say_never(mark: User, mia: User, nils: User) -> None:
    terms = AGREEMENT.replace("then: reassign", "contest_within: never, then: reassign")
    offer([mql("Ada").pk], published=in_force(mark, mia, terms), at=NOON)

    with pytest.raises(Refused, match="lets no rejection be contested"):
        contested(no(Handover.objects.get(), mia), mark)


def test_a_third_person_rules(
    rejected: Rejection, mia: User, mark: User, rita: User, sales_team: Team
) -> None:
    elsewhere = Team.objects.create(name="Enterprise", created_at=NOON)
    olga = person("Olga", Role.SALES, team=elsewhere, is_manager=True)
    own = person("Sandra", Role.SALES, team=sales_team, is_manager=True)
    mara = person("Mara", Role.MARKETING, is_manager=True)
    one = contested(rejected, mark)

    for side in (own, mara):
        with pytest.raises(Refused, match="one of the two sides"):
            ruled(one, side)
    with pytest.raises(PermissionDenied):
        ruled(one, mia)
    assert rulers_of(one) == [olga, rita]
    assert ruled(one, olga).ruled_by == olga


def test_who_contested_does_not_rule_though_revenue_operations(
    rejected: Rejection, ada: Lead, rita: User
) -> None:
    one = contested(rejected, rita)

    assert said(ada, "handover.contested")[0].endswith("Nobody here may rule yet.")
    with pytest.raises(Refused, match="A third person"):
        ruled(one, rita)


def test_the_second_ruling_is_told_of_the_first(
    rejected: Rejection, mark: User, rita: User
) -> None:
    ruled(contested(rejected, mark), rita)
    rosa = person("Rosa", Role.REVENUE_OPERATIONS)

    with pytest.raises(Refused, match="Rita has already ruled: the rejection is overturned"):
        ruled(Contest.objects.get(), rosa, is_upheld=True)


def test_evidence_is_of_the_leads_own_activities(
    rejected: Rejection, ada: Lead, mark: User
) -> None:
    did_it = _demo("ada")
    stranger = _demo("zoe")
    with pytest.raises(Refused, match="Evidence"):
        contest(rejected, said="See.", evidence=[stranger.pk], by=mark, at=NOON, via=Via.WEB)

    one = contest(rejected, said="See.", evidence=[did_it.pk], by=mark, at=NOON, via=Via.WEB)

    assert evidence_of(one) == [did_it]


def _demo(who: str) -> Activity:
    record([did("Demo Requested", email=f"{who}@acme.example", at=NOON)], at=NOON)
    return Activity.objects.latest("pk")


@pytest.mark.parametrize("text", [" ", "x" * 4001, "a\x00b"])
def test_what_is_no_text_is_refused(rejected: Rejection, mark: User, rita: User, text: str) -> None:
    with pytest.raises(Refused, match="A contest"):
        contest(rejected, said=text, by=mark, at=NOON, via=Via.WEB)
    one = contested(rejected, mark)
    with pytest.raises(Refused, match="A ruling"):
        rule(one, is_upheld=True, ruling=text, by=rita, at=NOON, via=Via.WEB)


def test_a_lead_overturned_and_rejected_again_can_be_contested_again(
    rejected: Rejection, ada: Lead, nils: User, mark: User, rita: User
) -> None:
    ruled(contested(rejected, mark), rita)
    again = no(Handover.objects.get(ended_at=None), nils, at=LATER + HOUR)

    contested(again, mark, LATER + 2 * HOUR)

    assert Contest.objects.count() == 2
    assert stage_of(ada) is Stage.NURTURE


def test_an_overturned_lead_can_be_accepted(
    rejected: Rejection, ada: Lead, nils: User, mark: User, rita: User
) -> None:
    ruled(contested(rejected, mark), rita)

    accept(Handover.objects.get(ended_at=None), by=nils, at=LATER, via=Via.WEB)

    assert stage_of(ada) is Stage.SALES_ACCEPTED
