"""People move leads by the table, with a reason where it asks for one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from handraise.agreement.queries import Published, published
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.qualification.actions import Refused, move_by_hand
from handraise.qualification.models import Return
from handraise.qualification.queries import moves_open_to
from handraise.scoring.models import Score
from handraise.team.models import User
from tests.personas import NOON
from tests.world import in_force, mql, stage_of

pytestmark = pytest.mark.django_db
_S = Stage


@pytest.fixture
def agreed(mark: User, mia: User) -> Published:
    return in_force(mark, mia)


def standing_at(stage: Stage, *, sql: bool = True) -> Lead:
    found = mql("Ada", sql__when=sql)
    Lead.objects.filter(pk=found.pk).update(stage=stage)
    found.refresh_from_db()
    return found


def move(lead: Lead, to: Stage, by: User, reason: str = "", *, override: bool = False) -> None:
    move_by_hand(lead, to=to, reason=reason, override=override, by=by, at=NOON, via=Via.WEB)


def test_sql_asks_for_its_criteria(agreed: Published, sal: User) -> None:
    ada = standing_at(_S.SALES_ACCEPTED, sql=False)

    with pytest.raises(Refused, match="SQL criteria of the agreement are not met"):
        move(ada, _S.SALES_QUALIFIED, sal)

    Score.objects.filter(pk=ada.pk).update(truths={"sql.when": True})
    move(ada, _S.SALES_QUALIFIED, sal)
    assert stage_of(ada) is _S.SALES_QUALIFIED


def test_a_manager_overrides_with_a_reason_that_the_move_keeps(
    agreed: Published, rita: User, sal: User
) -> None:
    ada = standing_at(_S.SALES_ACCEPTED, sql=False)

    with pytest.raises(PermissionDenied):
        move(ada, _S.SALES_QUALIFIED, sal, "Trust me", override=True)
    with pytest.raises(Refused, match="say why"):
        move(ada, _S.SALES_QUALIFIED, rita, override=True)
    move(ada, _S.SALES_QUALIFIED, rita, "The board has decided", override=True)

    assert ada.moves.get().reason == "Override: The board has decided"


def test_the_agreement_says_who_makes_an_sql(agreed: Published, mia: User, sal: User) -> None:
    ada = standing_at(_S.SALES_ACCEPTED)

    with pytest.raises(Refused, match="leaves this to: account executive"):
        move(ada, _S.SALES_QUALIFIED, mia)


def test_in_a_small_team_one_person_is_both(agreed: Published, mia: User) -> None:
    ada = standing_at(_S.SALES_ACCEPTED)

    move(ada, _S.SALES_QUALIFIED, mia)

    assert stage_of(ada) is _S.SALES_QUALIFIED


@pytest.mark.parametrize(
    ("before", "to", "says"),
    [
        (_S.LEAD, _S.MARKETING_QUALIFIED, "not for your role"),
        (_S.LEAD, _S.CUSTOMER, "does not move from Lead to Customer"),
        (_S.MARKETING_QUALIFIED, _S.SALES_ACCEPTED, "when its handover is accepted"),
        (_S.LEAD, _S.LEAD, "does not move"),
    ],
)
def test_it_refuses_moves_that_are_not_in_the_table(
    agreed: Published, rita: User, before: Stage, to: Stage, says: str
) -> None:
    with pytest.raises(Refused, match=says):
        move(standing_at(before), to, rita, "Because")


@pytest.mark.parametrize("reason", ["", "   ", "x" * 4001, "a\x00b"])
def test_it_refuses_a_missing_or_impossible_reason(
    agreed: Published, mia: User, reason: str
) -> None:
    with pytest.raises(Refused):
        move(standing_at(_S.SALES_ACCEPTED), _S.DISQUALIFIED, mia, reason)


@pytest.mark.parametrize("name", ["mark", "vera"])
def test_roles_that_do_not_qualify_may_not_move(
    agreed: Published, name: str, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(PermissionDenied):
        move(standing_at(_S.LEAD), _S.NURTURE, request.getfixturevalue(name), "Not now")


def test_a_wake_up_lies_ahead(agreed: Published, mia: User) -> None:
    ada = standing_at(_S.SALES_ACCEPTED)

    with pytest.raises(Refused, match="must lie ahead"):
        move_by_hand(ada, to=_S.NURTURE, reason="Next quarter", wakes_at=NOON, by=mia, at=NOON,
                     via=Via.WEB)  # fmt: skip
    with pytest.raises(Refused, match="within ten years"):
        move_by_hand(ada, to=_S.NURTURE, reason="Never", wakes_at=NOON + timedelta(days=4000),
                     by=mia, at=NOON, via=Via.WEB)  # fmt: skip
    move_by_hand(ada, to=_S.NURTURE, reason="Next quarter", wakes_at=NOON + timedelta(days=90),
                 by=mia, at=NOON, via=Via.WEB)  # fmt: skip

    assert Return.objects.get().reason == "Next quarter"


def test_a_stale_page_moves_from_where_the_lead_is_now(agreed: Published, sal: User) -> None:
    stale = standing_at(_S.SALES_QUALIFIED)
    Lead.objects.filter(pk=stale.pk).update(stage=_S.DISQUALIFIED)

    with pytest.raises(Refused, match="does not move from Disqualified to Opportunity"):
        move(stale, _S.OPPORTUNITY, sal)


def test_the_page_offers_what_the_action_takes(agreed: Published, sal: User, vera: User) -> None:
    ada = standing_at(_S.SALES_ACCEPTED, sql=False)
    found = published()
    assert found is not None

    offered = moves_open_to(sal, ada, document=found.document, at=NOON)

    assert [(one.rule.after, one.needs_reason) for one in offered] == [
        (_S.SALES_QUALIFIED, False), (_S.NURTURE, True), (_S.DISQUALIFIED, True),
    ]  # fmt: skip
    assert offered[0].lacks == "The SQL criteria of the agreement are not met."
    assert moves_open_to(vera, ada, document=found.document, at=NOON) == []
