"""Two people race, on real transactions: one wins, the other is told by whom they were beaten."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from handraise.flow.look import look
from handraise.handover.actions import Refused, accept, offer, reject
from handraise.handover.models import Acceptance, Expiry, Handover, Rejection, Turn
from handraise.leads import attention
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.personas import NOON
from tests.world import in_force, mql, stage_of

pytestmark = pytest.mark.django_db(transaction=True)


def together(*deeds: Callable[[], object]) -> list[object]:
    """Do all at the same moment, each on a connection of its own; results or what was raised."""
    gate = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> object:
        gate.wait()
        try:
            return deed()
        except Exception as fault:
            return fault
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


@pytest.fixture
def handover(mark: User, mia: User, nils: User) -> Handover:
    agreed = in_force(mark, mia)
    ada = mql("Ada")
    offer([ada.pk], published=agreed, at=NOON)
    return Handover.objects.select_related("lead").get()


def test_of_two_who_accept_at_once_one_wins(handover: Handover, mia: User, rita: User) -> None:
    results = together(
        lambda: accept(handover, by=mia, at=NOON, via=Via.WEB),
        lambda: accept(handover, by=rita, at=NOON, via=Via.WEB),
    )

    assert Acceptance.objects.count() == 1
    refused = [one for one in results if isinstance(one, Refused)]
    assert len(refused) == 1
    assert "has already accepted Ada" in str(refused[0])


def test_accepting_and_rejecting_at_once_end_it_once(
    handover: Handover, mia: User, rita: User
) -> None:
    results = together(
        lambda: accept(handover, by=mia, at=NOON, via=Via.WEB),
        lambda: reject(handover, reason="Not now", by=rita, at=NOON, via=Via.WEB),
    )

    assert Acceptance.objects.count() + Rejection.objects.count() == 1
    assert sum(isinstance(one, Refused) for one in results) == 1
    taken = Acceptance.objects.exists()
    assert stage_of(handover.lead) is (Stage.SALES_ACCEPTED if taken else Stage.NURTURE)


def test_an_acceptance_races_the_clock(handover: Handover, mia: User) -> None:
    late = NOON + timedelta(hours=4)

    together(
        lambda: accept(handover, by=mia, at=late, via=Via.WEB),
        lambda: look(at=late),
    )

    assert Acceptance.objects.count() + Expiry.objects.count() == 1
    open_ones = Handover.objects.filter(ended_at=None).count()
    assert open_ones == Expiry.objects.count()


def test_workers_that_offer_at_once_take_turns(mark: User, mia: User, nils: User) -> None:
    agreed = in_force(mark, mia)
    leads = [mql(f"Lead{number}").pk for number in range(24)]

    results = together(
        *(lambda part=part: offer(leads[part::4], published=agreed, at=NOON) for part in range(4))
    )

    assert not [one for one in results if isinstance(one, Exception)]
    assert Handover.objects.count() == 24
    assert Handover.objects.filter(assignee=mia).count() == 12
    assert sum(Turn.objects.values_list("credit", flat=True)) == 0


def test_workers_that_look_at_once_make_one_move_and_one_offer(
    mark: User, mia: User, nils: User
) -> None:
    in_force(mark, mia)
    leads = [mql(f"Lead{number}").pk for number in range(12)]
    Lead.objects.filter(pk__in=leads).update(stage=Stage.MARKETING_QUALIFIED)
    for _ in range(3):
        attention.wake(leads, look_at=NOON, why="test")

    results = together(*(lambda: look(at=NOON, limit=5) for _ in range(4)))

    assert not [one for one in results if isinstance(one, Exception)]
    while look(at=NOON):
        pass
    assert all(Handover.objects.filter(lead=lead).count() <= 1 for lead in leads)
