"""The page of a lead shows its journeys; people take it out and put it in there."""

from __future__ import annotations

import pytest
from django.urls import reverse

from handraise.kit import clock
from handraise.leads.models import Lead
from handraise.nurture.models import Enrolment
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.nurture.world import DAY, GUIDE, journey, message, where
from tests.personas import NOON
from tests.world import in_force, lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(mark: User, mia: User) -> Lead:
    in_force(mark, mia)
    message("welcome", mark)
    journey(GUIDE, mark, name="Welcome <b>")
    return lead("Ada", at=NOON - DAY)


def post(user: User, ada: Lead, **told: object) -> int:
    return client_of(user).post(reverse("lead_journeys", args=[ada.pk]), told).status_code


def test_put_in_seen_and_taken_out(ada: Lead, mark: User, mia: User) -> None:
    page = reverse("background", args=[ada.pk])
    assert "Put into a journey" in client_of(mark).get(page).content.decode()
    assert post(mark, ada, enter="welcome-b") == 302
    assert where(ada) == ["enter"]

    shown = client_of(mia).get(page).content.decode()
    assert "Take out of Welcome" in shown
    assert "At the entrance" in shown
    assert "then: Wait 1 day" in shown

    assert post(mia, ada, leave=Enrolment.objects.get().pk) == 302
    assert where(ada) == ["by hand"]
    assert Enrolment.objects.get().ended_at <= clock.now()


def test_who_may_not_and_what_is_not_there(ada: Lead, mark: User, mia: User, vera: User) -> None:
    assert post(mia, ada, enter="welcome-b") == 403
    assert post(vera, ada, enter="welcome-b") == 403
    assert post(mark, ada, enter="none\x00such") == 404
    assert post(mark, ada, leave="4711") == 404
    assert post(mark, ada, leave="x", enter="") == 302
    assert where(ada) == []
