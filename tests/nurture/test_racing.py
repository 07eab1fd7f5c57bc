"""Workers side by side, people and workers at once, and a worker that dies: each step once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from handraise.flow.advance import advance
from handraise.leads.decide import Via
from handraise.leads.models import Activity, Lead
from handraise.leads.record import record
from handraise.nurture import publishing
from handraise.nurture.actions import leave
from handraise.nurture.advancing import advance_due
from handraise.nurture.models import Enrolment, Journey, StepCount
from handraise.sends.models import Send
from handraise.team.models import User
from tests.leads.said import did
from tests.nurture.world import HOUR, journey, message
from tests.personas import NOON
from tests.world import in_force

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = """
name: Welcome
enter: {on: {event: Content Downloaded}}
steps:
  - {id: greet, send: {message: welcome}}
  - {id: signal, ready_for_sales: {}}
  - {id: rest, wait: {for: 1 day}}
"""


def together(*deeds: Callable[[], object]) -> list[object]:
    gate = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> object:
        gate.wait()
        try:
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


@pytest.fixture
def leads(mark: User, mia: User) -> list[Lead]:
    """Forty leads at the entrance of a journey."""
    in_force(mark, mia)
    message("welcome", mark)
    journey(TEXT, mark)
    addresses = [f"lead{number}@acme.example" for number in range(40)]
    at = NOON + HOUR
    record([did("Content Downloaded", email=one, at=at) for one in addresses], at=at)
    made = list(Lead.objects.order_by("pk"))
    advance([one.pk for one in made], at=at)
    return made


def until_nothing(limit: int) -> int:
    done = 0
    while found := advance_due(at=NOON + HOUR, limit=limit):
        done += found
    return done


def test_workers_side_by_side_take_each_step_once(leads: list[Lead]) -> None:
    together(*[lambda: until_nothing(7)] * 4)
    until_nothing(100)  # whom all of them left to another
    assert Send.objects.count() == 40
    assert Activity.objects.filter(name="Ready for Sales").count() == 40
    assert StepCount.objects.get(place="greet").count == 40
    assert set(Enrolment.objects.values_list("place", flat=True)) == {"rest"}


def test_a_worker_beside_looks_at_the_same_leads(leads: list[Lead]) -> None:
    ids = [one.pk for one in leads]
    together(
        lambda: [advance(ids, at=NOON + HOUR) for _ in range(3)],
        lambda: until_nothing(5),
        lambda: until_nothing(5),
    )
    until_nothing(100)
    assert Send.objects.count() == 40
    assert Enrolment.objects.count() == 40


def test_a_worker_that_dies_has_done_nothing(leads: list[Lead]) -> None:
    class Killed(BaseException):
        """Nothing catches this, as nothing catches the end of a process."""

    def dies() -> None:
        with transaction.atomic():
            assert advance_due(at=NOON + HOUR, limit=15) == 15
            raise Killed

    with pytest.raises(Killed):
        dies()
    assert not Send.objects.exists()
    assert not StepCount.objects.filter(place="greet").exists()
    assert until_nothing(15) == 40
    assert Send.objects.count() == 40


def test_pausing_beside_workers_stops_them(leads: list[Lead], mark: User) -> None:
    made = Journey.objects.get()

    def pause() -> int:
        publishing.pause(made, by=mark, at=NOON + HOUR, via=Via.WEB)
        return Send.objects.count()

    counted = together(pause, lambda: until_nothing(3), lambda: until_nothing(3))[0]
    assert Send.objects.count() == counted


def test_taking_out_by_hand_beside_a_worker(leads: list[Lead], mia: User) -> None:
    inside = list(Enrolment.objects.order_by("pk")[:10])

    def take_out() -> None:
        for one in inside:
            leave(one, by=mia, at=NOON + HOUR, via=Via.WEB)

    together(take_out, lambda: until_nothing(4))
    until_nothing(100)
    assert set(Enrolment.objects.filter(pk__in=[one.pk for one in inside])
               .values_list("ending", flat=True)) == {"by hand"}  # fmt: skip
    assert Send.objects.exclude(lead__enrolments__in=inside).count() == 30
