"""What messages may say of leads, gathered for thousands at once."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from handraise.leads.models import Lead
from handraise.messaging.models import House
from handraise.messaging.values import values_for
from handraise.team.models import User
from tests.enablement.conftest import message
from tests.personas import NOON

pytestmark = pytest.mark.django_db


def test_a_message_reads_the_lead_its_owner_and_the_house(ada: Lead, mark: User, mia: User) -> None:
    Lead.objects.filter(pk=ada.pk).update(owner=mia)
    House.objects.create(name="Tideline", address="1 Quay Street\nHarbour\n")
    message(mark)

    told = values_for([ada.pk], at=NOON)[ada.pk]

    assert told["lead"]["first_name"] == "Ada"
    assert told["seller"] == {"name": "Mia", "email": "mia@team.example"}
    assert told["house"] == {"name": "Tideline", "address": "1 Quay Street, Harbour"}
    assert told["messages"] == {"speed-1": "Live in a day."}
    assert told["read"] == ["The buyer's guide"]


def test_what_is_not_known_is_not_there(ben: Lead) -> None:
    told = values_for([ben.pk], at=NOON)[ben.pk]

    assert told.get("house") == {}
    assert "seller" not in told or told["seller"] == {}
    assert "read" not in told


def test_an_owner_who_has_left_signs_nothing(ada: Lead, mia: User) -> None:
    mia.is_active = False
    mia.save()
    Lead.objects.filter(pk=ada.pk).update(owner=mia)

    assert values_for([ada.pk], at=NOON)[ada.pk]["seller"] == {}


def test_many_cost_as_many_statements_as_one(ada: Lead, ben: Lead, cleo: Lead) -> None:
    with CaptureQueriesContext(
        connection,
    ) as one:
        values_for([ada.pk], at=NOON)
    with CaptureQueriesContext(connection) as many:
        values_for([ada.pk, ben.pk, cleo.pk], at=NOON)

    assert len(many) == len(one) <= 7
