"""Sends over an encrypted connection, which is spoken over without waiting for it, too."""

from __future__ import annotations

from typing import Any

import pytest

from handraise.messaging.models import MessageVersion
from handraise.sends import ways
from handraise.sends.actions import want
from handraise.sends.decide import State
from handraise.sends.models import Send
from handraise.sends.sending import send_due
from tests.personas import NOON
from tests.post.conftest import Mailbox
from tests.post.test_talking_to_servers import guarded
from tests.sends.conftest import people, wanted

pytestmark = pytest.mark.django_db
__all__ = ["guarded"]


def test_they_arrive_once(
    guarded: tuple[Mailbox, str],
    asked: MessageVersion,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mailbox, cert = guarded
    monkeypatch.setenv("SSL_CERT_FILE", cert)  # this machine trusts it
    settings.SMTP_URL = f"smtp://mia:s@127.0.0.1:{mailbox.port}?starttls=yes"
    settings.MAIL_FROM, settings.MAIL_CONNECTIONS = "sales@handraise.example", 2
    leads = people(7)
    want(wanted(asked, leads), at=NOON)

    assert send_due(at=NOON) == 7
    ways.forget()

    assert sorted(one.to[0] for one in mailbox.arrived) == sorted(lead.email for lead in leads)
    assert not Send.objects.exclude(state=State.SENT).exists()
