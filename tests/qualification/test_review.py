"""The criteria move leads: once, with version, reason and scores, and again only with news."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from handraise.agreement.queries import Published
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Attention, Lead
from handraise.leads.record import record
from handraise.qualification.actions import Refused, move_by_hand, review
from handraise.qualification.decide import Decision
from handraise.qualification.models import Return
from handraise.scoring.actions import rescore
from handraise.team.models import User
from tests.leads.said import did, facts
from tests.personas import NOON
from tests.world import in_force, kinds, lead, stage_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
_S = Stage


@pytest.fixture
def agreed(mark: User, mia: User) -> Published:
    return in_force(mark, mia)


def looked(
    one: Lead, agreed: Published, at: datetime = NOON, *, held: bool = False
) -> list[Decision]:
    standings = rescore([one.pk], published=agreed, at=at)
    return review(standings, published=agreed, at=at, held={one.pk} if held else ())


def keen(name: str = "Ada", at: datetime = NOON) -> Lead:
    return lead(name, "Demo Requested", at=at, title="Head of Sales")


def test_ada_fits_and_is_keen_and_becomes_mql(agreed: Published) -> None:
    ada = keen()

    looked(ada, agreed)

    move = ada.moves.get()
    assert (move.before, move.after, move.version) == (_S.LEAD, _S.MARKETING_QUALIFIED, 1)
    assert (move.scores["fit"], move.scores["intent"]) == (40, 60)
    assert kinds(ada)[-1] == "qualification.moved"


def test_ben_fits_but_is_silent_and_stays(agreed: Published) -> None:
    ben = lead("Ben", title="Director")

    assert looked(ben, agreed) == []


def test_dan_the_competitor_never_qualifies(agreed: Published) -> None:
    dan = lead("Dan", "Demo Requested", title="Head of Sales", is_competitor=True)

    assert looked(dan, agreed) == []


def test_without_what_is_needed_nobody_qualifies(agreed: Published) -> None:
    record(
        [
            facts({"title": "Head of Sales"}, anonymous_id="a1"),
            did("Demo Requested", anonymous_id="a1"),
        ],
        at=NOON,
    )
    visitor = Lead.objects.get()

    assert looked(visitor, agreed) == []


def test_looking_twice_moves_once(agreed: Published) -> None:
    ada = keen()

    for _ in range(2):
        looked(ada, agreed)

    assert ada.moves.count() == 1


def test_an_mql_that_fades_before_it_is_offered_goes_back(agreed: Published) -> None:
    ada = keen()
    looked(ada, agreed)

    looked(ada, agreed, NOON + 60 * DAY)

    assert stage_of(ada) is _S.LEAD
    assert "No longer meets" in ada.moves.order_by("-pk")[0].reason


def test_an_mql_that_fades_in_the_hands_of_sales_stays(agreed: Published) -> None:
    ada = keen()
    looked(ada, agreed)

    looked(ada, agreed, NOON + 60 * DAY, held=True)

    assert stage_of(ada) is _S.MARKETING_QUALIFIED


def finn_put_aside(by: User, agreed: Published, wakes_at: datetime | None = None) -> Lead:
    """Finn qualified, and a person put him aside at noon."""
    finn = keen("Finn", NOON - DAY)
    looked(finn, agreed, NOON - DAY)
    finn.refresh_from_db()
    move_by_hand(
        finn, to=_S.NURTURE, reason="Not now", wakes_at=wakes_at, by=by, at=NOON, via=Via.WEB
    )
    return finn


def test_finn_does_not_come_back_for_nothing(agreed: Published, mia: User) -> None:
    finn = finn_put_aside(mia, agreed)

    (decision,) = looked(finn, agreed, NOON + DAY)

    assert not decision.is_move
    assert "Nothing new" in decision.reasons[0]


def test_finn_comes_back_at_once_with_new_intent(agreed: Published, mia: User) -> None:
    finn = finn_put_aside(mia, agreed)
    record([did("Demo Requested", email="finn@acme.example", at=NOON + DAY)], at=NOON + DAY)

    looked(finn, agreed, NOON + DAY)

    assert stage_of(finn) is _S.MARKETING_QUALIFIED
    assert "with new intent" in finn.moves.order_by("-pk")[0].reason


def test_finn_rests_with_a_changed_fact_and_is_looked_at_when_rested(
    agreed: Published, mia: User
) -> None:
    finn = finn_put_aside(mia, agreed)
    email = "finn@acme.example"
    record([facts({"title": "Director"}, email=email, at=NOON + DAY)], at=NOON + DAY)

    for hours in (0, 1):
        looked(finn, agreed, NOON + DAY + timedelta(hours=hours))

    assert stage_of(finn) is _S.NURTURE
    wakes = Attention.objects.filter(lead=finn, why="qualification.wakes")
    assert [one.look_at for one in wakes] == [NOON + 30 * DAY]


def test_a_fact_that_the_agreement_does_not_read_is_no_news(agreed: Published, mia: User) -> None:
    finn = finn_put_aside(mia, agreed)
    record(
        [facts({"shoe_size": 44}, email="finn@acme.example", at=NOON + 5 * DAY)], at=NOON + 5 * DAY
    )

    (decision,) = looked(finn, agreed, NOON + 5 * DAY)

    assert "Nothing new" in decision.reasons[0]


def test_a_wake_up_date_holds_longer_than_the_usual_rest(agreed: Published, mia: User) -> None:
    finn = finn_put_aside(mia, agreed, wakes_at=NOON + 14 * DAY)
    email = "finn@acme.example"
    record([facts({"title": "Director"}, email=email, at=NOON + DAY)], at=NOON + DAY)

    looked(finn, agreed, NOON + 13 * DAY)
    asleep = stage_of(finn)
    looked(finn, agreed, NOON + 14 * DAY)

    assert (asleep, stage_of(finn)) == (_S.NURTURE, _S.MARKETING_QUALIFIED)


def test_given_back_three_times_it_waits_for_a_person_who_reopens_it(
    agreed: Published, mia: User
) -> None:
    finn = finn_put_aside(mia, agreed)
    for _ in range(2):
        Return.objects.create(lead=finn, at=NOON, consequence="recycle", reason="Not now")
    email = "finn@acme.example"
    record([did("Demo Requested", email=email, at=NOON + DAY)], at=NOON + DAY)

    (decision,) = looked(finn, agreed, NOON + DAY)
    assert "waits for a person" in decision.reasons[0]

    finn.refresh_from_db()
    move_by_hand(finn, to=_S.LEAD, reason="Met at a fair", by=mia, at=NOON + DAY, via=Via.WEB)
    looked(finn, agreed, NOON + 2 * DAY)

    assert stage_of(finn) is _S.MARKETING_QUALIFIED


def test_without_an_agreement_nothing_moves_by_hand(mia: User) -> None:
    ada = keen()

    with pytest.raises(Refused, match="No agreement is in force"):
        move_by_hand(ada, to=_S.NURTURE, reason="x", by=mia, at=NOON, via=Via.WEB)
