"""The page on which a draft is played: asked for, waited for, read."""

from __future__ import annotations

import pytest
from django.test import Client

from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.nurture import publishing
from handraise.nurture.models import Journey, Simulation
from handraise.nurture.simulating.making import fail, run
from handraise.team.models import User
from tests.nurture.world import GUIDE, message
from tests.world import in_force, lead

pytestmark = pytest.mark.django_db
PAGE = "/journeys/welcome/simulation/"


@pytest.fixture
def welcome(mark: User, mia: User) -> Journey:
    in_force(mark, mia)
    message("welcome", mark)
    return publishing.create("Welcome", GUIDE, by=mark, at=clock.now(), via=Via.WEB)


def _page(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.get(PAGE).content.decode()


def test_it_is_asked_for_waited_for_and_read(welcome: Journey, mark: User) -> None:
    lead("Ada", "Content Downloaded", at=clock.now())
    assert "Not played yet" in _page(mark)
    client = Client()
    client.force_login(mark)

    assert client.post(PAGE).status_code == 302
    made = Simulation.objects.get()
    assert "Waiting for the worker" in _page(mark)
    assert "HX-Refresh" not in client.get(f"{PAGE}progress/")
    run(made.pk, at=clock.now())

    assert client.get(f"{PAGE}progress/")["HX-Refresh"] == "true"
    page = _page(mark)
    assert "Would have entered" in page
    assert "Inside at the end" in page


def test_what_went_wrong_is_told(welcome: Journey, mark: User) -> None:
    client = Client()
    client.force_login(mark)
    client.post(PAGE)

    fail(Simulation.objects.get().pk, "There is no team <b>Blue</b>.", at=clock.now())

    assert "There is no team &lt;b&gt;Blue&lt;/b&gt;." in _page(mark)


def test_a_changed_draft_is_told(welcome: Journey, mark: User) -> None:
    client = Client()
    client.force_login(mark)
    client.post(PAGE)
    run(Simulation.objects.get().pk, at=clock.now())

    Journey.objects.update(draft=GUIDE.replace("1 day", "2 days"))

    assert "The journey was changed since" in _page(mark)


def test_a_draft_that_cannot_be_read_is_not_played(welcome: Journey, mark: User) -> None:
    Journey.objects.update(draft="name: [")
    client = Client()
    client.force_login(mark)

    page = client.post(PAGE, follow=True).content.decode()

    assert "The draft cannot be played" in page
    assert not Simulation.objects.exists()


def test_who_may_only_look_has_nothing_played(welcome: Journey, vera: User) -> None:
    client = Client()
    client.force_login(vera)
    assert client.post(PAGE).status_code == 403
    assert "Play" not in _page(vera).split("<main", 1)[1].split("Not played yet")[0]
