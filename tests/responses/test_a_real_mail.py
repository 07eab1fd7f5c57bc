"""From a mail that arrived at a real server to the activity of whoever clicked in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from handraise.kit import clock
from handraise.leads.models import Activity, Judgement
from handraise.messaging.models import MessageVersion
from handraise.responses.decide import SETTLED
from handraise.responses.judging import judge_due
from handraise.responses.models import Hit
from handraise.sends.sending import send_due
from tests.personas import NOON
from tests.post.conftest import Mailbox, mailbox
from tests.sends.conftest import asked, message, no_line_is_kept, people, send, shelf

pytestmark = pytest.mark.django_db
__all__ = ["asked", "mailbox", "message", "no_line_is_kept", "shelf"]


def paths_in(sheet: str, address: str) -> list[str]:
    """Every tracked link of the mail, in its order."""
    return [urlsplit(part.split('"')[0]).path for part in sheet.split(f'href="{address}')[1:]
            if part.startswith("/c/")]  # fmt: skip


def test_what_is_clicked_in_a_mail_is_known_to_be_a_persons_or_a_filters(
    mailbox: Mailbox, asked: MessageVersion, stranger: Client, settings: Any
) -> None:
    row = send(asked, *people(1))
    send_due(at=NOON)
    sheet = str(list(mailbox.one().message.iter_parts())[1].get_content())
    paths = paths_in(sheet, settings.ADDRESS)

    answers = [stranger.get(path) for path in paths]

    assert sorted(answer.status_code for answer in answers) == [302, 404]
    target = next(answer for answer in answers if answer.status_code == 302)
    assert target["Location"].startswith("https://handraise.example/guide")
    assert judge_due(at=clock.now() + SETTLED + timedelta(seconds=1)) == 2
    assert Activity.objects.get(name="Email Clicked").properties["send"] == row.pk
    assert Judgement.objects.get().counts is False
    assert Hit.objects.get(deed="click").reasons == ["decoy"]
