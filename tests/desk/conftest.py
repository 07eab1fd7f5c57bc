"""What tests of the pages share: an agreement in force, and Ada offered to Mia just now."""

from __future__ import annotations

import pytest
from django.test import Client

from handraise.agreement.queries import Published
from handraise.flow.advance import advance
from handraise.handover.models import Handover
from handraise.kit import clock
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.personas import NOON
from tests.world import in_force, lead


def client_of(user: User) -> Client:
    """A browser in which this person has signed in."""
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def agreed(mark: User, mia: User) -> Published:
    """The small agreement, in force; Mia takes the leads."""
    return in_force(mark, mia, at=NOON)


def offered(name: str, **traits: object) -> Handover:
    """A lead of this name who asked for a demo a moment ago and was offered to somebody."""
    at = clock.now()
    told = {"title": "Head of Operations", "company": f"{name} Works", **traits}
    made = lead(name, "Demo Requested", "Content Downloaded", at=at, **told)
    advance([made.pk], at=at)
    return Handover.objects.get(lead=made)


@pytest.fixture
def handover(agreed: Published) -> Handover:
    """Ada, offered to Mia, open."""
    return offered("Ada")


@pytest.fixture
def ada(handover: Handover) -> Lead:
    return handover.lead


def filled(handover: Handover) -> None:
    """Write into its brief one of everything that only some briefs have."""
    at = "2026-03-04T12:00:00Z"
    handover.brief |= {
        "best_time": "Mostly active on Friday (their time).",
        "pages": [{"path": "/pricing", "what": "<b>Prices", "count": 3, "latest": at}],
        "mails": [{"name": "Email Opened", "what": "News", "count": 2, "latest": at}],
        "suggested": {
            "playbook": {"id": 1, "name": "All"}, "questions": ["Who decides?"],
            "scripts": [{"id": 1, "name": "Opening", "text": "Hi ⟨lead.x is not known⟩ <i>"}],
        },
        "found_out": {
            "framework": "BANT", "touches": [{"name": "Called", "by": "Mia", "occurred_at": at}],
            "answers": [{"question": "Need", "state": "favourable", "value": "Clear", "text": "",
                         "by": "Mia",
                         "at": at, "quote": "It <u>hurts"}],
        },
    }  # fmt: skip
    handover.save()
