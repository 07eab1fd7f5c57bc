"""From what a browser sends to a stored row. What comes after, `taking.py` does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError, transaction

from handraise.forms import links
from handraise.forms.answering import Answers, agreed, read
from handraise.forms.decide import ADDRESS_WINDOW, State, asked, caught
from handraise.forms.document import Document, Field
from handraise.forms.known import Known, known_of
from handraise.forms.models import Form, FormVersion, Submission
from handraise.leads.bulk import as_json

NO_IDS = {"null", "undefined", "none", "0", "anonymous", "nil", "unknown", "-1"}
LONGEST_PAGE = 500
UTM = ("source", "medium", "campaign", "term", "content")


@dataclass(frozen=True, slots=True)
class Sent:
    """One post: answers by the question's name, and what came with them. `place` is the digest of
    where it came from, `robot` why its browser is none."""

    answers: Mapping[str, str]
    ticket: str = ""
    number: int | None = None
    honeypot: str = ""
    page: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)
    anonymous_id: str = ""
    place: str = ""
    robot: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """The form as one person sees it: its version, the questions and boxes, and for whom."""

    version: FormVersion
    document: Document
    questions: tuple[Field, ...]
    boxes: tuple[int, ...]
    known: Known | None = None
    shown_at: datetime | None = None
    nonce: str = ""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Nothing was stored: `faults` has a sentence by the question's name, `said` one for all."""

    shown: Shown
    faults: Mapping[str, str]
    said: str = ""


def shown_to(form: Form, personal: int | None, *, at: datetime) -> Shown:
    """What a visitor is asked: a stranger the first questions, the lead of a personal link what is
    not yet known of them."""
    version = form.published
    assert version is not None
    document = version.document
    known = known_of(personal, document, at=at)
    facts = None if known is None else known.facts
    boxes = tuple(
        place
        for place, box in enumerate(document.consents)
        if known is None or box.purpose not in known.purposes
    )
    return Shown(version, document, tuple(asked(document, known=facts)), boxes, known)


def submit(form: Form, sent: Sent, *, at: datetime) -> Submission | Unclear:
    """Store a submission, also one that is taken for a machine's; or say what is unclear.

    The row is there, and durable, when this returns. The same answers from the same page are the
    same submission.
    """
    shown = _shown_before(form, sent, at=at)
    if shown is None:
        said = "This page had been open for too long. Look at your answers and send them once more."
        return Unclear(shown_to(form, None, at=at), {}, said)
    answers = read(shown.questions, sent.answers)
    if answers.faults:
        return Unclear(shown, answers.faults)
    address = answers.address or (shown.known.address if shown.known else "")
    if not address:
        said = "We no longer know by which address to write to you. Load the page again, please."
        return Unclear(shown_to(form, None, at=at), {}, said)
    return _stored(_row(form, shown, sent, answers, address, at=at))


def _shown_before(form: Form, sent: Sent, *, at: datetime) -> Shown | None:
    """The form as it was when it was filled in. None for a ticket that is not ours or too old."""
    if not sent.ticket:
        return _copied(form, sent.number)
    ticket = links.read_ticket(sent.ticket, code=form.code, at=at)
    version = form.versions.filter(number=ticket.number).first() if ticket else None
    if ticket is None or version is None:
        return None
    document = version.document
    questions = tuple(field for field in document.fields if field.name in ticket.questions)
    known = known_of(ticket.personal, document, at=at) if ticket.personal else None
    return Shown(
        version, document, questions, ticket.boxes, known, ticket.shown_at, ticket.nonce
    )  # fmt: skip


def _copied(form: Form, number: int | None) -> Shown:
    """The form as its HTML was copied to another site: without a ticket, by its version if it
    says which. It puts what strangers are asked first; whatever else it asks is taken too."""
    version = form.versions.filter(number=number).first() if number else None
    version = version or form.published
    assert version is not None
    document = version.document
    first = {field.name for field in asked(document, known=None)}
    questions = tuple(
        field if field.name in first else field.model_copy(update={"is_needed": False})
        for field in document.fields
    )
    return Shown(version, document, questions, tuple(range(len(document.consents))))


def _row(
    form: Form, shown: Shown, sent: Sent, answers: Answers, address: str, *, at: datetime
) -> Submission:
    since = at - ADDRESS_WINDOW
    earlier = form.submissions.filter(address=address, at__gt=since).exclude(state=State.SPAM)
    why = caught(
        honeypot=sent.honeypot, shown_at=shown.shown_at, at=at, document=shown.document,
        robot=sent.robot, earlier=earlier.count(),
    )  # fmt: skip
    told = agreed(shown.document, shown.boxes, sent.answers)
    # A copied form has no number of its own: there the minute stands for it.
    nonce = shown.nonce or f"{sent.place} {at:%Y-%m-%dT%H:%M}"
    digest = sha256(as_json([nonce, answers.said, told]).encode()).hexdigest()
    return Submission(
        form=form, version=shown.version, once=digest, at=at, answers=dict(answers.said),
        facts=dict(answers.facts), agreed=told, address=address,
        anonymous_id=_anonymous(sent.anonymous_id),
        personal_id=shown.known.lead_id if shown.known and not answers.address else None,
        page=sent.page, utm=dict(sent.utm),
        state=State.SPAM if why else State.WAITING, caught=why or "",
        why=why.label if why else "",
    )  # fmt: skip


def _anonymous(given: str) -> str:
    plain = given.strip()
    is_none = plain.lower() in NO_IDS or len(plain) > 255 or not plain.isprintable()
    return "" if is_none else plain


def _stored(row: Submission) -> Submission:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return Submission.objects.get(form=row.form, once=row.once)
    return row


__all__ = ["LONGEST_PAGE", "UTM", "Sent", "Shown", "Unclear", "shown_to", "submit"]
