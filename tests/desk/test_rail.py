"""The rail leads only to pages that exist, and only those who may open them."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.urls import reverse

from handraise.desk.figures import figures_of
from handraise.desk.rail import PARTS, parts
from handraise.handover.models import Handover
from handraise.team.models import User
from tests.desk.conftest import client_of

PLACES = [place for _, places in PARTS for place in places]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.address)
def test_every_place_exists(place: object) -> None:
    assert reverse(place.address)  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_nobody_is_led_to_a_closed_door(
    mark: User, mia: User, sal: User, rita: User, vera: User
) -> None:
    for user in (mark, mia, sal, rita, vera):
        client = client_of(user)
        links = [link for part in parts(user, "/", figures_of(user)) for link in part.links]
        assert [client.get(link.url).status_code for link in links] == [200] * len(links)


@pytest.mark.django_db
def test_it_marks_where_one_is_and_counts_what_waits(handover: Handover, mia: User) -> None:
    cache.clear()  # the number of leads is kept for a minute
    shown = parts(mia, f"/lead/{handover.lead_id}/", figures_of(mia))
    links = {link.name: link for part in shown for link in part.links}

    assert [name for name, link in links.items() if link.is_here] == ["Leads"]
    assert (links["Inbox"].count, links["Leads"].count, links["Agreement"].count) == (
        "1",
        "1",
        "v1",
    )


@pytest.mark.django_db
def test_what_nurtures_stands_together(mark: User) -> None:
    named = {
        part.name: [link.name for link in part.links] for part in parts(mark, "/", figures_of(mark))
    }
    assert named["Nurture"] == ["Journeys", "Messages", "Forms", "Sends"]
