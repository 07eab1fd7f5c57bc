"""One lead is walked through a journey with the clock moved by hand, by the engine's own steps."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.nurture import publishing
from handraise.nurture.decide import Ending
from handraise.nurture.models import Enrolment
from handraise.nurture.reading import read
from handraise.nurture.walking import walk
from handraise.sends.models import Send
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.nurture.world import DAY, HOUR, does, is_, journey, message, run
from tests.personas import NOON
from tests.world import in_force, lead

pytestmark = pytest.mark.django_db

YEAR = """
name: A long year
enter: {on: {event: Content Downloaded}}
steps:
  - {id: month, wait: {for: 30 days, at: "09:30"}}
  - {id: first, send: {message: welcome}}
  - id: size
    branch:
      - {name: Big, when: {size: {at_least: 100}}, steps: [{id: big, wait: {for: 300 days}}]}
      - {name: Others, steps: [{id: gone, leave: }]}
  - {id: answer, wait: {until: {event: Email Clicked}, at_most: 70 days}}
  - {id: last, send: {message: welcome}}
"""


@pytest.fixture
def ada(mark: User, mia: User) -> Lead:
    in_force(mark, mia)
    message("welcome", mark)
    found = lead("Ada", at=NOON - DAY)
    is_(found, NOON, size=300, timezone="Europe/Berlin")
    return found


def test_a_walk_of_four_hundred_days_writes_nothing(ada: Lead) -> None:
    passed = walk(read(YEAR), ada.pk, at=NOON)
    assert [one.node.id for one in passed] == [
        "enter", "month", "first", "size", "big", "answer", "last",
    ]  # fmt: skip
    assert passed[-1].ending is Ending.FINISHED
    assert [one.way for one in passed][3:6] == ["Big", "next", "time passed"]
    assert passed[-1].came_at - NOON > 400 * DAY
    assert not Enrolment.objects.exists()
    assert not Send.objects.exists()


def test_the_engine_goes_the_same_way_at_the_same_instants(ada: Lead, mark: User) -> None:
    journey(YEAR, mark)
    does(ada, "Content Downloaded", NOON + HOUR)
    walked = walk(read(YEAR), ada.pk, at=NOON + HOUR)
    came = []
    for one in walked:
        run(one.came_at - timedelta(seconds=1))
        before = Send.objects.count()
        run(one.came_at)
        came.append(Send.objects.count() - before)
    assert came == [0, 0, 1, 0, 0, 0, 1]
    assert Enrolment.objects.get().ended_at == walked[-1].came_at


def test_choices_say_what_nobody_knows(ada: Lead) -> None:
    quick = walk(read(YEAR), ada.pk, at=NOON, choices={"answer": "happened"})
    slow = walk(read(YEAR), ada.pk, at=NOON)
    assert slow[-1].came_at - quick[-1].came_at == 70 * DAY
    gone = walk(read(YEAR), ada.pk, at=NOON, choices={"size": "Others"})
    assert (gone[-1].node.id, gone[-1].ending) == ("gone", Ending.LEFT)


def test_where_it_waits_for_ever_or_cannot_go_on_the_walk_ends(ada: Lead) -> None:
    ever = YEAR.replace(", at_most: 70 days", "")
    assert walk(read(ever), ada.pk, at=NOON)[-1].went_at is None
    team = YEAR.replace("{for: 300 days}", "{until: working time, of: Nobody}")
    assert "no team “Nobody”" in walk(read(team), ada.pk, at=NOON)[-1].fault


@pytest.mark.parametrize("told", ["0001-01-01T00:00", "9999-12-31T23:59", "2000-01-01T00:00", "x"])
def test_no_walk_begins_where_time_ends(ada: Lead, mark: User, told: str) -> None:
    made = publishing.create("A long year", YEAR, by=mark, at=NOON, via=Via.WEB)
    page = reverse("journey_walk", args=[made.code])

    answer = client_of(mark).get(page, {"lead": str(ada.pk), "at": told})

    assert answer.status_code == 200
    assert f'value="{clock.now():%Y-}' in answer.content.decode()
