"""The agreement at work in every test of this step."""

from __future__ import annotations

import pytest
from django.test import Client

from handraise.agreement import shipped
from handraise.agreement.actions import propose, sign
from handraise.agreement.models import Version
from handraise.leads.decide import Via
from handraise.team.models import User
from tests.personas import NOON


@pytest.fixture
def proposed(mark: User) -> Version:
    return propose(shipped.text(), note="To begin with", by=mark, at=NOON, via=Via.WEB)


@pytest.fixture
def in_force(proposed: Version, mark: User, mia: User) -> Version:
    sign(proposed, by=mark, at=NOON, via=Via.WEB)
    sign(proposed, by=mia, at=NOON, via=Via.WEB)
    proposed.refresh_from_db()
    return proposed


def as_user(user: User) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(user)
    return client
