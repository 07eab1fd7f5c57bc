"""Whoever wants a send says so once, however often they say it."""

from __future__ import annotations

import pytest

from handraise.messaging.models import MessageVersion
from handraise.sends.actions import want
from handraise.sends.decide import State
from handraise.sends.models import Links, Send
from handraise.sends.queries import target
from tests.personas import NOON
from tests.sends.conftest import people, send, wanted

pytestmark = pytest.mark.django_db


def test_what_is_wanted_waits_until_it_is_due(version: MessageVersion) -> None:
    (lead,) = people(1)

    assert want(wanted(version, [lead], topic="guides"), at=NOON) == 1

    made = Send.objects.get()
    assert (made.lead, made.version, made.state) == (lead, version, State.WAITING)
    assert (made.purpose, made.topic, made.due_at) == ("newsletter", "guides", NOON)


def test_what_is_wanted_twice_is_made_once(version: MessageVersion) -> None:
    leads = people(3)

    assert want(wanted(version, leads[:2]), at=NOON) == 2
    assert want(wanted(version, leads), at=NOON) == 1
    assert want([*wanted(version, leads), *wanted(version, leads)], at=NOON) == 0
    assert Send.objects.count() == 3
    assert len(set(Send.objects.values_list("message_id", flat=True))) == 3


def test_nothing_is_wanted(version: MessageVersion) -> None:
    assert want([], at=NOON) == 0


def test_a_link_leads_where_it_did_in_the_mail(version: MessageVersion) -> None:
    made = send(version, *people(1))
    assert target(made, 1) is None

    usual = {"1": "https://handraise.example/guide"}
    Links.objects.create(version=version, digest="a", urls=usual, is_usual=True)
    assert target(made, 1) == "https://handraise.example/guide"
    assert target(made, 2) is None

    own = {"1": "https://handraise.example/guide?who=person"}
    made.links = Links.objects.create(version=version, digest="b", urls=own)
    assert target(made, 1) == "https://handraise.example/guide?who=person"
