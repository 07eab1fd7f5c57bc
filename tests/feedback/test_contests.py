"""Contests and questions of a period: shares with their intervals, and typical times."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.feedback.contests import contests, questions
from handraise.feedback.decide import Share
from handraise.feedback.keeping.queries import kept, offers
from handraise.feedback.keeping.reasons import ratings, refusals
from handraise.handover.actions import offer, reject, withdraw
from handraise.handover.asking import answer, ask, take_back
from handraise.handover.contesting import contest, rule
from handraise.handover.models import Handover, Rating, Withdrawal
from handraise.leads.decide import Via
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.personas import NOON
from tests.world import in_force, mql

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
PERIOD = {"since": NOON - HOUR, "until": NOON + HOUR, "at": NOON + 24 * HOUR}


@pytest.fixture
def handovers(mark: User, mia: User) -> list[Handover]:
    """Twelve leads, all offered to Mia at noon."""
    agreed = in_force(mark, mia)
    offer([mql(f"Lead{number}").pk for number in range(12)], published=agreed, at=NOON)
    return list(Handover.objects.order_by("pk"))


def dispute(handover: Handover, mark: User, rita: User, *, is_upheld: bool) -> None:
    rejected = reject(handover, reason="Not now", by=handover.assignee, at=NOON, via=Via.WEB)
    one = contest(rejected, said="No.", by=mark, at=NOON, via=Via.WEB)
    rule(one, is_upheld=is_upheld, ruling="So.", by=rita, at=NOON, via=Via.WEB)


def test_overturned_is_a_share_of_what_was_ruled_on(
    handovers: list[Handover], mark: User, mia: User, rita: User
) -> None:
    for place, one in enumerate(handovers[:10]):
        dispute(one, mark, rita, is_upheld=place >= 4)
    waiting = reject(handovers[10], reason="Not now", by=mia, at=NOON, via=Via.WEB)
    contest(waiting, said="No.", by=mark, at=NOON, via=Via.WEB)
    reject(handovers[11], reason="Not now", by=mia, at=NOON, via=Via.WEB)

    (row,) = contests(**PERIOD)

    assert (row.reason, row.rejected, row.contested, row.waiting) == ("Not now", 12, 11, 1)
    assert row.overturned == Share(4, 10)
    assert row.is_enough
    assert row.versions == (1,)


def test_below_ten_rulings_there_is_not_enough_data(
    handovers: list[Handover], mark: User, rita: User
) -> None:
    dispute(handovers[0], mark, rita, is_upheld=True)

    assert not contests(**PERIOD)[0].is_enough
    page = client_of(mark).get("/feedback/?since=2026-03-01&until=2026-03-31").content.decode()
    assert "What marketing contested" in page
    assert "not enough data: 0 of 1" in page


def test_what_came_later_is_left_out(handovers: list[Handover], mark: User, rita: User) -> None:
    dispute(handovers[0], mark, rita, is_upheld=True)

    assert contests(**(PERIOD | {"at": NOON - HOUR})) == []


def test_the_time_to_an_answer_is_the_working_time_of_who_answered(
    handovers: list[Handover], mark: User, mia: User
) -> None:
    first, second, third, fourth = (
        ask(one, text="Who?", by=mia, at=NOON, via=Via.WEB) for one in handovers[:4]
    )
    answer(first, text="Ada.", by=mark, at=NOON + HOUR, via=Via.WEB)
    answer(second, text="Ben.", by=mark, at=NOON + 22 * HOUR, via=Via.WEB)  # five and one
    take_back(third, by=mia, at=NOON, via=Via.WEB)

    found = questions(**PERIOD)

    assert (found.count, found.answered) == (3, 2)
    assert found.typical == 3.5 * HOUR
    assert found.typical_words == "3 h 30 min"
    assert found.in_time == Share(2, 3)
    assert fourth.answered_at is None


def test_what_is_of_a_withdrawn_offer_counts_nowhere(
    handovers: list[Handover], mark: User, mia: User, rita: User
) -> None:
    for one in handovers[:2]:
        dispute(one, mark, rita, is_upheld=False)
        ask(handovers[5], text="Who?", by=mia, at=NOON, via=Via.WEB)
    Withdrawal.objects.create(handover=handovers[0], at=NOON, by=None)
    withdraw(handovers[5], why="Known already.", by=rita, at=NOON, via=Via.WEB)

    assert [row.contested for row in contests(**PERIOD)] == [1]
    assert [row.count for row in refusals(**PERIOD)] == [1]
    assert questions(**PERIOD).count == 0


def test_ratings_of_withdrawn_offers_count_nowhere(
    handovers: list[Handover], mia: User, rita: User
) -> None:
    for one in handovers[:2]:
        Rating.objects.create(handover=one, by=mia, at=NOON, stars=4, word="Good.")
    withdraw(handovers[0], why="Known already.", by=rita, at=NOON, via=Via.WEB)

    found = ratings(**PERIOD)

    assert (found.count, [one.handover for one in found.newest]) == (1, [handovers[1].pk])
    assert [one.ratings.count for one in kept(offers(**PERIOD))] == [1]
