"""What is due leaves once, over a real mail server, and what becomes of it is known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.messaging.models import MessageVersion
from handraise.sends.actions import want
from handraise.sends.decide import State
from handraise.sends.models import Courier, Send
from handraise.sends.sending import send_due
from tests.personas import NOON
from tests.post.conftest import Mailbox, mailbox
from tests.sends.conftest import people, wanted
from tests.world import said

pytestmark = pytest.mark.django_db
__all__ = ["mailbox"]
MINUTE = timedelta(minutes=1)


def now_(row: Send) -> Send:
    row.refresh_from_db()
    return row


def test_what_is_due_arrives_once(mailbox: Mailbox, asked: MessageVersion) -> None:
    leads = people(12)
    want(wanted(asked, leads), at=NOON)

    assert send_due(at=NOON) == 12
    assert send_due(at=NOON) == 0

    assert sorted(one.to[0] for one in mailbox.arrived) == sorted(lead.email for lead in leads)
    assert set(Send.objects.values_list("state", flat=True)) == {State.SENT}
    assert said(leads[0], "sends.sent") == [f"“The guide” was sent to {leads[0].email}."]
    assert Courier.objects.get().over_at is not None
