"""A world in which a new version makes some cross the bar, up and down."""

from __future__ import annotations

from datetime import datetime

import pytest

from handraise.agreement.actions import propose
from handraise.agreement.models import Version
from handraise.agreement.queries import Published
from handraise.feedback.preview.actions import ask
from handraise.feedback.preview.models import Preview, PreviewedLead
from handraise.feedback.preview.running import run
from handraise.flow.look import look
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.personas import NOON
from tests.world import AGREEMENT, in_force

STRICTER = AGREEMENT.replace("{intent: {at_least: 20}}", "{intent: {at_least: 70}}")
LOOSER = AGREEMENT.replace("{fit: {at_least: 30}}", "{fit: {at_least: 0}}")


@pytest.fixture
def agreed(mark: User, mia: User) -> Published:
    return in_force(mark, mia)


def settled(at: datetime = NOON) -> None:
    """Look at everybody who is due."""
    while look(at=at):
        pass


def proposed(text: str, by: User, at: datetime = NOON) -> Version:
    return propose(text, note="", by=by, at=at, via=Via.WEB)


def preview(version: Version, by: User, at: datetime = NOON) -> Preview:
    """Asked for and made, as the worker makes it."""
    asked = ask(version, by=by, at=at, via=Via.WEB)
    return run(asked.pk, at=at)


def row(made: Preview, lead: Lead) -> PreviewedLead:
    return PreviewedLead.objects.get(preview=made, lead=lead)
