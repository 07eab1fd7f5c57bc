"""A message with three links that was sent, and what is asked for of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

import pytest
from django.test import Client

from handraise.leads.models import Lead
from handraise.messaging.models import MessageVersion
from handraise.responses.decide import SETTLED
from handraise.responses.judging import judge_due
from handraise.responses.models import Hit
from handraise.sends.models import Links, Send
from handraise.team.models import User
from tests.personas import NOON
from tests.sends.conftest import message, send
from tests.world import lead

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
URLS = {place: f"https://handraise.example/{place}" for place in ("1", "2", "3")}
LATER = NOON + timedelta(hours=2)
SECOND = timedelta(seconds=1)
_people = count(1)


@pytest.fixture
def version(mark: User) -> MessageVersion:
    """The message, whose three links lead where they usually do."""
    made = message(mark)
    Links.objects.create(version=made, digest="usual", urls=URLS, is_usual=True)
    return made


def sent(version: MessageVersion, to: Lead | None = None, *, at: datetime = NOON) -> Send:
    """A send of the message that left at that instant."""
    who = to or lead(f"Person{next(_people)}", at=at)
    made = send(version, who)
    Send.objects.filter(pk=made.pk).update(
        state="sent", sent_at=at, address=who.email, claimed_at=at
    )
    made.refresh_from_db()
    return made


def hit(
    of: Send, place: int = 1, *, at: datetime = LATER, deed: str = "click", origin: str = "desk",
    agent: str = FIREFOX, is_head: bool = False,
) -> Hit:  # fmt: skip
    """A request that was written down."""
    return Hit.objects.create(
        send=of, deed=deed, place=place, at=at, origin=origin, agent=agent, is_head=is_head
    )


def judged(*hits: Hit, at: datetime | None = None) -> list[Hit]:
    """These, after the worker's round."""
    judge_due(at=at or max(one.at for one in hits) + SETTLED)
    for one in hits:
        one.refresh_from_db()
    return list(hits)


@pytest.fixture
def mail(version: MessageVersion) -> Send:
    """One send, that left at noon."""
    return sent(version)


@pytest.fixture
def stranger() -> Client:
    """Somebody's browser, with no session."""
    return Client(headers={"user-agent": FIREFOX})
