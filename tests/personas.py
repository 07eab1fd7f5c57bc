"""The people of every test: the team here, and the eight leads of STYLE (Ada to Hana) below."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from handraise.team.decide import Role
from handraise.team.models import Team, User

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
PASSWORD = "correct horse battery staple"


def person(
    name: str, role: Role, *, team: Team | None = None, is_manager: bool = False, weight: int = 1
) -> User:
    """A user of this role who works 9 to 17 UTC, Monday to Friday."""
    user = User(
        email=f"{name.lower()}@team.example", name=name, role=role, team=team,
        is_manager=is_manager, weight=weight, created_at=NOON,
        hours={str(day): [["09:00", "17:00"]] for day in range(5)},
    )  # fmt: skip
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def sales_team(db: None) -> Team:
    return Team.objects.create(name="Sales development", created_at=NOON)


@pytest.fixture
def mia(sales_team: Team) -> User:
    return person("Mia", Role.SALES_DEVELOPMENT, team=sales_team)


@pytest.fixture
def nils(sales_team: Team) -> User:
    return person("Nils", Role.SALES_DEVELOPMENT, team=sales_team)


@pytest.fixture
def mark(db: None) -> User:
    return person("Mark", Role.MARKETING)


@pytest.fixture
def sal(db: None) -> User:
    return person("Sal", Role.SALES)


@pytest.fixture
def rita(db: None) -> User:
    return person("Rita", Role.REVENUE_OPERATIONS, is_manager=True)


@pytest.fixture
def vera(db: None) -> User:
    return person("Vera", Role.VIEWER)
