"""What leaves arrives at a mail server that others run: Debian's Postfix."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from handraise.consent.models import Suppression
from handraise.leads.models import Lead
from handraise.leads.record import record
from handraise.messaging.models import MessageVersion
from handraise.sends.decide import State
from handraise.sends.models import Send
from handraise.sends.sending import send_due
from tests.leads.said import facts, lead_of
from tests.personas import NOON
from tests.sends import postfix
from tests.sends.conftest import send

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(not postfix.is_here(), reason="Needs root and Debian's postfix."),
]


def _lead(address: str) -> Lead:
    record([facts({"name": "Ada Bell"}, email=address, at=NOON)], at=NOON)
    return lead_of("email", address)


def test_postfix_takes_it_for_whom_it_knows_and_refuses_the_others(
    asked: MessageVersion, settings: Any
) -> None:
    known = send(asked, _lead("ada@arrives.example"))
    unknown = send(asked, _lead("gone@arrives.example"))
    settings.MAIL_FROM = "News <news@handraise.example>"
    with (
        TemporaryDirectory(prefix="handraise-postfix-") as folder,
        postfix.postfix(Path(folder), ["ada"]) as server,
    ):
        settings.SMTP_URL = f"smtp://127.0.0.1:{server.port}"
        assert send_due(at=NOON) == 2
        deadline = time.monotonic() + 30  # Postfix delivers when it likes
        while not (found := server.arrived("ada")) and time.monotonic() < deadline:
            time.sleep(0.05)

    mail = found[0]
    plain, sheet = mail.iter_parts()
    assert len(found) == 1
    assert mail["Message-ID"] == known.message_id
    assert "Good morning" in plain.get_content()
    assert "Good morning" in sheet.get_content()
    assert not mail.defects
    assert Send.objects.get(pk=known.pk).state == State.SENT
    refused = Send.objects.get(pk=unknown.pk)
    assert refused.state == State.FAILED
    assert "unknown in virtual mailbox table" in refused.why
    assert Suppression.objects.filter(value="gone@arrives.example").exists()
