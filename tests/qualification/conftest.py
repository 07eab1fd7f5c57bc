"""What tests of answers share: an agreement that asks for them, and Ada, accepted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from handraise.agreement.queries import Published
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.qualification.answering import Said, answer
from handraise.qualification.models import Answer
from handraise.team.models import User
from tests.personas import NOON
from tests.world import AGREEMENT, in_force, mql

ASKING = (
    AGREEMENT.replace(
        "sql: {when: {budget: {is_known: true}}}",
        "sql: {when: {budget: {is_known: true}},"
        " answers: {framework: BANT, needs: [need, authority]}}",
    )
    + """
recycle_plans:
  - {name: Budget next quarter, wakes: next quarter}
  - {name: Needs the board, wake_after: 45 days}
  - {name: Contract runs, wakes: on a date}
"""
)


@pytest.fixture
def asking(mark: User, mia: User) -> Published:
    return in_force(mark, mia, ASKING)


def accepted(name: str = "Ada", **truths: bool) -> Lead:
    """A lead that sales development took."""
    found = mql(name, **truths)
    Lead.objects.filter(pk=found.pk).update(stage=Stage.SALES_ACCEPTED)
    found.refresh_from_db()
    return found


@pytest.fixture
def ada(asking: Published) -> Lead:
    return accepted()


def answered(
    lead: Lead, question: str, value: str, by: User, *, at: datetime = NOON, **rest: Any
) -> Answer:
    """One answer with a note."""
    said = Said(value=value, quote="They said so on the phone.", **rest)
    return answer(lead, framework="BANT", question=question, said=said, by=by, at=at, via=Via.WEB)
