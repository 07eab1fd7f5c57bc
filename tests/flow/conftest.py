"""What tests of the flow share."""

from __future__ import annotations

import pytest

from handraise.agreement.queries import Published
from handraise.team.models import User
from tests.world import in_force


@pytest.fixture
def agreed(mark: User, mia: User) -> Published:
    return in_force(mark, mia)
