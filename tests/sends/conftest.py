"""A message that was published, and sends of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from handraise.leads.models import Lead
from handraise.leads.record import record
from handraise.messaging.models import Message, MessageVersion
from handraise.sends import ways
from handraise.sends.actions import want
from handraise.sends.decide import Wanted
from handraise.sends.models import Send
from handraise.team.models import User
from tests.leads.said import facts, lead_of
from tests.personas import NOON

MJML = """<mjml><mj-body><mj-section><mj-column>
<mj-text>Good morning {{ first_name | default: "there" }}, read <a href="https://handraise.example/guide">the guide</a>.</mj-text>
</mj-column></mj-section></mj-body></mjml>"""  # noqa: E501


def message(by: User, code: str = "guide", **told: Any) -> MessageVersion:
    """A published message of one wording."""
    written = {"name": "The guide", "purpose": "newsletter", **told}
    made = Message.objects.create(
        code=code, created_at=NOON, changed_at=NOON, changed_by=by, **written
    )
    version = MessageVersion.objects.create(
        message=made, number=1, subject="Your guide", mjml=MJML, at=NOON, by=by, published_at=NOON
    )
    Message.objects.filter(pk=made.pk).update(published=version)
    return version


@pytest.fixture(autouse=True)
def shelf(settings: Any, tmp_path: Path) -> Path:
    """Couriers keep their books in a data directory of the test's own."""
    settings.DATA = tmp_path
    return tmp_path / "couriers"


@pytest.fixture(autouse=True)
def no_line_is_kept() -> Iterator[None]:
    """Servers of tests come and go, and so do their ports."""
    yield
    ways.forget()


@pytest.fixture
def version(mark: User) -> MessageVersion:
    return message(mark)


def people(count: int, *, at: datetime = NOON) -> list[Lead]:
    """Leads of that many people, each known by an address of their own."""
    addresses = [f"person-{place}@acme-{place % 7}.example" for place in range(count)]
    said = [facts({"name": f"Person {one}"}, email=one, at=at) for one in addresses]
    record(said, at=at)
    return [lead_of("email", one) for one in addresses]


def wanted(version: MessageVersion, leads: Iterable[Lead], **told: Any) -> list[Wanted]:
    """One send of this version to each."""
    said = {
        "about": "test",
        "purpose": version.message.purpose,
        "topic": "",
        "due_at": NOON,
        **told,
    }
    return [
        Wanted(lead_id=lead.pk, version_id=version.pk, once=f"test:{version.pk}/{lead.pk}", **said)
        for lead in leads
    ]


def send(version: MessageVersion, lead: Lead, **told: Any) -> Send:
    """One send that is due."""
    want(wanted(version, [lead], **told), at=NOON)
    return Send.objects.get(version=version, lead=lead)


@pytest.fixture
def asked(mark: User) -> MessageVersion:
    """A message that is part of what somebody asked for: no consent, caps or quiet hours."""
    return message(mark, purpose="")
