"""What the examination finds in a database that was damaged from outside."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from config.doctor import Level, examine
from handraise.leads.models import Activity, Lead
from handraise.post.actions import post_mail
from tests.personas import NOON

pytestmark = pytest.mark.django_db


def ledgers() -> tuple[Level, str]:
    (found,) = [found for found in examine(at=NOON) if found.subject == "ledgers"]
    return found.level, found.said


def test_it_finds_activities_of_nobody(ada: Lead) -> None:
    before = ledgers()

    newest = Activity.objects.order_by("-pk")[:1].values("pk")
    Activity.objects.filter(pk__in=list(newest.values_list("pk", flat=True))).update(
        identity_id=10**9
    )

    assert before == (Level.OK, "every row is somebody's")
    assert ledgers() == (Level.FAIL, "leads_activity has rows of nobody: their identity is gone")


def mail() -> tuple[Level, str]:
    (found,) = [found for found in examine(at=NOON) if found.subject == "mail"]
    return found.level, found.said


def test_it_says_that_mails_wait_for_a_server(settings: Any) -> None:
    settings.SMTP_URL = ""
    then = NOON - timedelta(hours=1)
    post_mail(to=["a@b.example"], subject="Hi", text="Hi", sender=None, about="test", at=then)

    level, said = mail()

    assert level is Level.WARN
    assert said.startswith("No mail server is set up yet")
    assert said.endswith("1 wait")


def test_it_says_that_mail_is_well(settings: Any) -> None:
    settings.SMTP_URL, settings.MAIL_FROM = "smtp://mail.example", "us@mail.example"

    assert mail() == (Level.OK, "a server is named, and nothing waits")
