"""Closed lists and rules of forms, in plain Python: what may be asked, who is taken for a machine,
what a form asks of whom."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from handraise.forms.document import Document, Field, FieldKind
from handraise.team.decide import Refused as Refused

LONGEST_NAME = 120
CODE = re.compile(r"[a-z][a-z0-9-]{1,59}")
RESERVED = {"new", "content", "manage", "submission"}  # parts of addresses of our own

WINDOW = timedelta(minutes=10)
MOST_A_WINDOW = 30  # posts from one place: an office shares an address
MOST_OF_ADDRESS = 5  # submissions of one e-mail address to one form within an hour
ADDRESS_WINDOW = timedelta(hours=1)
TICKET_LASTS = timedelta(days=7)
PERSONAL_LASTS = timedelta(days=180)
THANKS_LASTS = timedelta(days=1)
DOWNLOAD_COUNTS_EVERY = timedelta(minutes=10)
ATTEMPTS = 5  # to record a submission, before people are asked to look
CONFIRMED_WITHIN = timedelta(days=30)


class State(StrEnum):
    """Where a submission stands. `waiting`: stored, and not yet recorded."""

    WAITING = "waiting"
    TAKEN = "taken"
    SPAM = "spam"
    FAILED = "failed"


class Caught(StrEnum):
    """Why a submission was taken for a machine's."""

    HONEYPOT = "honeypot"
    TOO_QUICK = "too_quick"
    NO_TICKET = "no_ticket"
    ROBOT = "robot"
    TOO_MANY = "too_many"

    @property
    def label(self) -> str:
        return _CAUGHT[self]


_CAUGHT = {
    Caught.HONEYPOT: "The field that people cannot see was filled in.",
    Caught.TOO_QUICK: "It was sent faster than anybody can type.",
    Caught.NO_TICKET: "It did not come from the page of the form.",
    Caught.ROBOT: "A program that says it is one sent it.",
    Caught.TOO_MANY: f"The same e-mail address came more than {MOST_OF_ADDRESS} times in an hour.",
}


class Content(StrEnum):
    """What became of the content that was asked for by mail. `awaited`: it waits until the
    address is confirmed."""

    NONE = "none"
    AWAITED = "awaited"
    MAILED = "mailed"
    WITHHELD = "withheld"


def caught(
    *, honeypot: str, shown_at: datetime | None, at: datetime, document: Document, robot: str,
    earlier: int,
) -> Caught | None:  # fmt: skip
    """Why a submission is taken for a machine's; None for a person's. `shown_at`: when its page
    was made, None when it came without one; `earlier`: how often its address came lately."""
    if honeypot:
        return Caught.HONEYPOT
    if robot:
        return Caught.ROBOT
    if shown_at is None and not document.takes_plain_html:
        return Caught.NO_TICKET
    if shown_at is not None and at - shown_at < timedelta(seconds=document.minimum_seconds):
        return Caught.TOO_QUICK
    return Caught.TOO_MANY if earlier >= MOST_OF_ADDRESS else None


def asked(document: Document, *, known: Collection[str] | None) -> list[Field]:
    """The questions put to one person. `known`: the facts known of whom a personal link is for;
    None for a stranger, who sees the first ones, whatever address they may type later."""
    told = () if known is None else known
    open_ = [
        field
        for field in document.fields
        if not (field.fact and field.fact in told)
        and not (known is not None and field.kind is FieldKind.EMAIL)
    ]
    most = document.asked_at_once or len(open_)
    queued = [field.name for field in open_ if field.is_queued][:most]
    return [field for field in open_ if not field.is_queued or field.name in queued]


def window_of(at: datetime, length: timedelta) -> datetime:
    """The beginning of the span of this length that the instant lies in."""
    seconds = int(length.total_seconds())
    return datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, at.tzinfo)
