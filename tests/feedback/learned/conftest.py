"""An agreement in force, a history, and the learned score of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from handraise.agreement.queries import Published
from handraise.feedback.learned.actions import ask
from handraise.feedback.learned.making import run
from handraise.feedback.learned.models import Learning
from handraise.feedback.rehearsal.decide import Name, Outcome
from handraise.leads.decide import Via
from handraise.team.models import User
from tests.feedback.learned.histories import NOW, History
from tests.personas import NOON
from tests.world import in_force

Learn = Callable[..., Learning]


@pytest.fixture
def published(mark: User, mia: User) -> Published:
    return in_force(mark, mia, at=NOON)


@pytest.fixture
def learn(published: Published, mark: User) -> Learn:
    """Have it learned from what is in the database."""

    return lambda: learned_by(mark)


def learned_by(user: User) -> Learning:
    """Asked for by them, and learned from what is in the database."""
    asked = ask(Outcome.SALES_QUALIFIED, by=user, at=NOW, via=Via.WEB)
    return run(asked.pk, at=NOW, engine=Name.POSTGRES)


@pytest.fixture
def learned(learn: Learn) -> Learning:
    """A history of 900 people, learned."""
    History(1).write(900)
    return learn()
