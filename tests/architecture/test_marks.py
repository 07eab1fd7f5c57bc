"""What asks the database is marked by itself: CI runs that part on a second server."""

from __future__ import annotations

import pytest

from handraise.team.models import User


def is_marked(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("database") is not None


def test_by_a_fixture_that_needs_it(mark: User, request: pytest.FixtureRequest) -> None:
    assert is_marked(request)


@pytest.mark.django_db
def test_by_the_mark_of_django(request: pytest.FixtureRequest) -> None:
    assert is_marked(request)


def test_and_nothing_else(request: pytest.FixtureRequest) -> None:
    assert not is_marked(request)
