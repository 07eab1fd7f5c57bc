"""Rounds: everybody catches up with a new version, and with time passing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from handraise.agreement.queries import Published
from handraise.flow import rounds
from handraise.flow.look import look
from handraise.handover import offering
from handraise.handover.actions import reject
from handraise.handover.models import Handover
from handraise.handover.offering import ROOM, WAITS, offer
from handraise.handover.queries import waiting_leads
from handraise.leads.decide import Via
from handraise.leads.models import Attention, ParkedLead
from handraise.scoring.models import Score
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.personas import NOON, person
from tests.world import AGREEMENT, in_force, lead, mql

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def three(agreed: Published) -> None:
    for name in ("Ada", "Ben", "Cleo"):
        lead(name, "Demo Requested")
    while look(at=NOON):
        pass


def test_with_all_up_to_date_nobody_is_woken(three: None) -> None:
    assert rounds.catch_up(at=NOON) == 0


def test_a_new_version_wakes_everybody_in_slices(
    three: None, mark: User, mia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "SLICE", 2)
    in_force(mark, mia, AGREEMENT.replace("points: 60", "points: 50"), at=NOON)

    woken = [rounds.catch_up(at=NOON), rounds.catch_up(at=NOON)]
    look(at=NOON)
    woken.append(rounds.catch_up(at=NOON))
    while look(at=NOON):
        pass

    assert woken == [2, None, 1]
    assert set(Score.objects.values_list("version", flat=True)) == {2}
    assert rounds.catch_up(at=NOON) == 0


def test_leads_from_before_the_first_agreement_are_scored_when_there_is_one(
    mark: User, mia: User
) -> None:
    lead("Ada", "Demo Requested")
    while look(at=NOON):
        pass
    in_force(mark, mia)

    assert rounds.catch_up(at=NOON) == 1


def test_scores_of_yesterday_are_looked_at_again(three: None) -> None:
    assert rounds.catch_up(at=NOON + DAY) == 0
    assert rounds.catch_up(at=NOON + DAY + timedelta(seconds=1)) == 3


def test_a_parked_lead_is_left_alone(three: None) -> None:
    ParkedLead.objects.create(lead=Score.objects.all()[0].lead, at=NOON, error="x")

    assert rounds.catch_up(at=NOON + 2 * DAY) == 2


def test_who_is_woken_already_is_not_woken_twice(three: None) -> None:
    rounds.catch_up(at=NOON + 2 * DAY)
    rounds.catch_up(at=NOON + 2 * DAY)

    assert Attention.objects.filter(why=rounds.CATCHES_UP).count() == 3


def test_a_worker_searches_everybody_at_intervals_and_after_a_new_version(
    three: None, mark: User, mia: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    mine = rounds.Rounds()
    assert mine.make(at=NOON) == 0

    with django_assert_num_queries(2):  # the version, and who waits for a person
        assert mine.make(at=NOON + timedelta(seconds=29)) == 0

    in_force(mark, mia, AGREEMENT.replace("points: 60", "points: 50"), at=NOON)
    assert mine.make(at=NOON + timedelta(seconds=29)) == 3


def test_who_waits_is_asked_for_again_once_somebody_has_room(
    agreed: Published, mia: User, nils: User
) -> None:
    User.objects.update(capacity=1)
    for name in ("Ada", "Ben", "Cleo"):
        lead(name, "Demo Requested", title="Head of Sales")
    while look(at=NOON):
        pass
    mine = rounds.Rounds()
    assert len(waiting_leads()) == 1
    assert woken_for_room(mine, at=NOON + SECOND) == 0

    theirs = Handover.objects.get(assignee=nils)
    reject(theirs, reason="Not now", by=nils, at=NOON + 2 * SECOND, via=Via.WEB)

    assert woken_for_room(mine, at=NOON + 2 * SECOND) == 0  # asked in vain a second ago
    assert woken_for_room(mine, at=NOON + 3 * SECOND) == 1
    assert woken_for_room(mine, at=NOON + 3 * SECOND) == 0
    while look(at=NOON + 3 * SECOND):
        pass
    assert waiting_leads() == []
    assert woken_for_room(mine, at=NOON + 9 * SECOND) == 0


def test_a_parked_lead_takes_no_room_of_those_who_wait(
    agreed: Published, mia: User, nils: User
) -> None:
    leads = [mql(f"L{number}", priority=90 - number) for number in range(4)]
    User.objects.update(capacity=1)
    offer([one.pk for one in leads], published=agreed, at=NOON)
    ParkedLead.objects.create(lead=leads[2], at=NOON, error="x")
    theirs = Handover.objects.get(assignee=nils)
    reject(theirs, reason="Not now", by=nils, at=NOON, via=Via.WEB)
    Attention.objects.exclude(why=WAITS).delete()

    rounds.Rounds().make(at=NOON + SECOND)

    assert list(Attention.objects.filter(why=ROOM).values_list("lead", flat=True)) == [leads[3].pk]


def test_a_full_team_does_not_stand_before_another(
    agreed: Published, mia: User, nils: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offering, "MOST_WOKEN", 2)
    eva = person("Eva", Role.SALES, team=Team.objects.create(name="Enterprise", created_at=NOON))
    User.objects.update(capacity=1)
    leads = [mql(f"L{number}", priority=90) for number in range(5)]
    greta = mql("Greta", priority=10, route__0=True)
    User.objects.filter(pk=eva.pk).update(away_until=NOON + SECOND)
    offer([one.pk for one in [*leads, greta]], published=agreed, at=NOON)
    Attention.objects.exclude(why=WAITS).delete()

    rounds.Rounds().make(at=NOON + 2 * SECOND)

    assert list(Attention.objects.filter(why=ROOM).values_list("lead", flat=True)) == [greta.pk]


def woken_for_room(mine: rounds.Rounds, *, at: datetime) -> int:
    before = Attention.objects.filter(why=ROOM).count()
    mine.make(at=at)
    return Attention.objects.filter(why=ROOM).count() - before
