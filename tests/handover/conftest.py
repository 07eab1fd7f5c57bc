"""What tests of handovers share."""

from __future__ import annotations

import pytest

from handraise.agreement.queries import Published
from handraise.team.models import User
from tests.world import in_force


@pytest.fixture
def agreed(mark: User, mia: User, nils: User) -> Published:
    """The small agreement, in force; Mia and Nils take leads."""
    return in_force(mark, mia)
