"""A world made once is whole for every test of its file, whatever another did to it."""

from __future__ import annotations

import pytest

from handraise.team.decide import Role
from handraise.team.models import User
from tests.personas import person

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def vera(once: None) -> User:
    return person("Vera", Role.VIEWER)


@pytest.mark.parametrize("time", ["first", "second"])
def test_what_a_test_does_to_it_is_undone(vera: User, time: str) -> None:
    assert list(User.objects.values_list("name", flat=True)) == ["Vera"]

    person(time, Role.VIEWER)
    User.objects.filter(pk=vera.pk).update(name=time)
