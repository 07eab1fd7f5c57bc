"""Short ways to have a journey with leads in it."""

from __future__ import annotations

from datetime import datetime, timedelta

from handraise.flow.advance import advance
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.leads.record import record
from handraise.messaging.models import Message, MessageVersion
from handraise.nurture import publishing
from handraise.nurture.advancing import advance_due
from handraise.nurture.models import Enrolment, Journey
from handraise.sends.models import Send
from handraise.team.models import User
from tests.leads.said import did, facts
from tests.personas import NOON

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

GUIDE = """
name: Welcome
enter: {on: {event: Content Downloaded}}
steps:
  - {id: settle, wait: {for: 1 day}}
  - {id: greet, send: {message: welcome}}
"""


def message(code: str, by: User, *, purpose: str = "", at: datetime = NOON) -> Message:
    """A message that is published."""
    made = Message.objects.create(
        code=code, name=code.capitalize(), purpose=purpose, created_at=at, changed_at=at,
        changed_by=by,
    )  # fmt: skip
    made.published = MessageVersion.objects.create(
        message=made, number=1, subject="Hello", mjml="<mjml></mjml>", at=at, by=by, published_at=at
    )
    made.save()
    return made


def journey(text: str, by: User, *, at: datetime = NOON, name: str = "Welcome") -> Journey:
    """A journey that runs by this text."""
    made = publishing.create(name, text, by=by, at=at, via=Via.WEB)
    publishing.publish(made, moves_those_inside=False, by=by, at=at, via=Via.WEB)
    return publishing.start(made, by=by, at=at, via=Via.WEB)


def does(lead: Lead, event: str, at: datetime, **properties: object) -> None:
    """The lead does something, and somebody looks at it."""
    address = lead.email or f"{lead.name.lower()}@acme.example"
    record([did(event, email=address, at=at, properties=properties)], at=at)
    advance([lead.canonical_id], at=at)


def is_(lead: Lead, at: datetime, **traits: object) -> None:
    """Something is said of the lead, and somebody looks at it."""
    record([facts(traits, email=lead.email, at=at)], at=at)
    advance([lead.canonical_id], at=at)


def run(at: datetime) -> int:
    """Whoever is due at this instant goes on, in as many rounds as it takes."""
    total = 0
    while found := advance_due(at=at):
        total += found
    return total


def where(lead: Lead) -> list[str]:
    """Where this lead stands, or how it ended, oldest enrolment first."""
    found = Enrolment.objects.filter(lead=lead).order_by("pk")
    return [one.ending or one.place for one in found]


def sent(lead: Lead) -> list[str]:
    """The codes of the messages that were wanted for this lead, in order."""
    rows = Send.objects.filter(lead=lead).order_by("pk")
    return list(rows.values_list("version__message__code", flat=True))
