"""What tests of forms share: a form as Mark published it, and strangers who fill it in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from handraise.forms import links
from handraise.forms.actions import begin, publish
from handraise.forms.decide import asked
from handraise.forms.document import ConsentBox, Document, Field, FieldKind, begun
from handraise.forms.models import Form, Submission
from handraise.forms.submitting import Sent, Unclear, submit
from handraise.forms.taking import take
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.leads.said import lead_of
from tests.personas import NOON

HOW: dict[str, Any] = {"at": NOON, "via": Via.WEB}
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
MINUTE = timedelta(minutes=1)
ADA = {"first-name": "Ada", "last-name": "Lovelace", "e-mail": "Ada@engines.example"}
QUEUE = (
    Field(name="size", label="How many are you?", kind=FieldKind.NUMBER, fact="company.employees",
          is_queued=True),
    Field(name="role", label="What do you do?", fact="title", is_queued=True),
    Field(name="when", label="When do you decide?", kind=FieldKind.CHOICE, fact="timeline",
          is_queued=True, choices=("This quarter", "This year")),
    Field(name="message", label="Anything else?", kind=FieldKind.LONG_TEXT),
)  # fmt: skip
NEWS = ConsentBox(purpose="newsletter", wording="Send me the newsletter.")


def document(**changes: Any) -> Document:
    """Who they are, a queue of which one is put at once, and a message."""
    told = begun("The guide")
    told = told.model_copy(update={"fields": (*told.fields, *QUEUE), "asked_at_once": 1})
    return told.model_copy(update=changes)


def form(by: User, told: Document | None = None, code: str = "guide") -> Form:
    """A published form."""
    made = begin(name="Guide", code=code, by=by, **HOW)
    publish(made, told or document(), name="Guide", seen=1, by=by, **HOW)
    made.refresh_from_db()
    return made


@pytest.fixture
def guide(mark: User) -> Form:
    return form(mark)


def sent(made: Form, answers: dict[str, str], at: datetime = NOON, **more: Any) -> Sent:
    """Answers on a page that was shown a minute before."""
    assert made.published is not None
    told = made.published.document
    questions = [field.name for field in asked(told, known=None)]
    boxes = range(len(told.consents))
    ticket = links.ticket(made.code, made.published.number, questions, list(boxes), at=at - MINUTE)
    return Sent(answers, ticket=ticket, **{"place": "here", **more})


def submitted(made: Form, at: datetime = NOON, **answers: str) -> Submission:
    """What a stranger sent, stored and taken; names with underscores for dashes."""
    given = {**ADA, **{name.replace("_", "-"): value for name, value in answers.items()}}
    found = submit(made, sent(made, given, at), at=at)
    assert isinstance(found, Submission), found.faults if isinstance(found, Unclear) else ""
    return take(found, at=at)


def ada() -> Lead:
    return lead_of("email", "ada@engines.example")


def stranger() -> Client:
    """A browser without a cookie."""
    return Client(headers={"user-agent": BROWSER}, enforce_csrf_checks=True)


def things_of_forms(by: User) -> dict[str, int]:
    """A form, and what a machine sent."""
    made = form(by)
    held_back = submit(made, sent(made, ADA, honeypot="x"), at=NOON)
    assert isinstance(held_back, Submission)
    return {"form": made.pk, "submission": held_back.pk}
