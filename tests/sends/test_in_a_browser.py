"""The page of sends in a real browser: in both themes, at every width."""

from __future__ import annotations

import pytest

from handraise.messaging.models import MessageVersion
from handraise.sends.decide import State
from handraise.team.models import User
from tests.browser import Visit
from tests.personas import NOON
from tests.sends.conftest import people, send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_sends_read_well_everywhere(visit: Visit, asked: MessageVersion, mark: User) -> None:
    for lead, state in zip(people(len(State)), State, strict=True):
        row = send(asked, lead)
        row.state, row.why, row.address = state, "It is the address of a role.", lead.email
        row.sent_at = NOON if state is State.SENT else None
        row.save()
    visit.sign_in(mark)

    found = visit.troubles(["/sends/", "/sends/?state=failed", f"/lead/{lead.pk}/background/"])

    assert not found, "\n".join(found)
