"""A draft to edit, begun from the shipped agreement, which is in force."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from handraise.agreement import shipped
from handraise.agreement.actions import draft_from, propose, sign
from handraise.agreement.models import Version
from handraise.leads.decide import Via
from handraise.team.models import User
from tests.personas import NOON


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """Suggestions are remembered for minutes; tests have leads of their own."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def in_force(mark: User, mia: User) -> Version:
    version = propose(shipped.text(), note="To begin with", by=mark, at=NOON, via=Via.WEB)
    sign(version, by=mark, at=NOON, via=Via.WEB)
    sign(version, by=mia, at=NOON, via=Via.WEB)
    version.refresh_from_db()
    return version


@pytest.fixture
def draft(in_force: Version, mark: User) -> Version:
    return draft_from(in_force, by=mark, at=NOON, via=Via.WEB)


def as_user(user: User) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(user)
    return client


def shown(user: User, path: str, status: int = 200) -> str:
    response = as_user(user).get(path)
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


def sent(user: User, path: str, **fields: str) -> Any:
    return as_user(user).post(path, fields)
