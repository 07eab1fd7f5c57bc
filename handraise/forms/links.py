"""What is signed: the ticket of a shown form, personal links, links to content. Nothing of them is
kept; the installation's secret key tells ours from others'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from handraise.forms.decide import PERSONAL_LASTS, THANKS_LASTS, TICKET_LASTS

_TICKET, _PERSONAL, _CONTENT, _THANKS = (
    f"handraise.forms.{use}" for use in ("ticket", "personal", "content", "thanks")
)


class Expired(ValueError):
    """It is ours, and too old."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What one showing of a form put: the version, the questions, the boxes (by place), to whom."""

    code: str
    number: int
    questions: tuple[str, ...]
    boxes: tuple[int, ...]
    shown_at: datetime
    nonce: str
    personal: int = 0


def ticket(
    code: str, number: int, questions: Sequence[str], boxes: Sequence[int], *, at: datetime,
    personal: int = 0,
) -> str:  # fmt: skip
    """A new one, to be sent back with the answers."""
    told = [code, number, list(questions), list(boxes), at.timestamp(), token_urlsafe(9), personal]
    return Signer(salt=_TICKET).sign_object(told)


def read_ticket(text: str, *, code: str, at: datetime) -> Ticket | None:
    """The ticket of this form; None for what is not ours, or too old."""
    told = _read(text, _TICKET)
    if told is None or told[0] != code:
        return None
    shown_at = datetime.fromtimestamp(told[4], UTC)
    if at - shown_at > TICKET_LASTS:
        return None
    return Ticket(code, told[1], tuple(told[2]), tuple(told[3]), shown_at, told[5], told[6])


def personal_token(lead_id: int, *, at: datetime) -> str:
    """What makes a form know whom it asks. Only ever handed to that lead, as in a mail."""
    return Signer(salt=_PERSONAL).sign_object([lead_id, _until(at + PERSONAL_LASTS)])


def personal_url(code: str, lead_id: int, *, at: datetime) -> str:
    """The form as this lead sees it: what is known is not asked again."""
    query = urlencode({"for": personal_token(lead_id, at=at)})
    return f"{settings.ADDRESS}{reverse('hosted_form', args=[code])}?{query}"


def read_personal(token: str, *, at: datetime) -> int | None:
    """The id of the lead a personal link was made for; None for what is not ours, or too old."""
    told = _read(token, _PERSONAL)
    return None if told is None or at.timestamp() > told[1] else told[0]


def content_token(submission_id: int, *, days: int, at: datetime) -> str:
    return Signer(salt=_CONTENT).sign_object([submission_id, _until(at + timedelta(days=days))])


def content_url(submission_id: int, *, days: int, at: datetime) -> str:
    """Where the content of a submission is taken from, for so many days."""
    path = reverse("content", args=[content_token(submission_id, days=days, at=at)])
    return f"{settings.ADDRESS}{path}"


def read_content(token: str, *, at: datetime) -> int | None:
    """The submission of a link to content; None for what is not ours. Raises Expired."""
    told = _read(token, _CONTENT)
    if told is None:
        return None
    if at.timestamp() > told[1]:
        raise Expired
    return int(told[0])


def thanks_token(submission_id: int, *, at: datetime) -> str:
    """So that only who sent a submission sees, on the page that thanks, what it gives."""
    return Signer(salt=_THANKS).sign_object([submission_id, _until(at + THANKS_LASTS)])


def read_thanks(token: str, *, at: datetime) -> int | None:
    told = _read(token, _THANKS)
    return None if told is None or at.timestamp() > told[1] else told[0]


def _until(at: datetime) -> int:
    return int(at.timestamp())


def _read(text: str, salt: str) -> Any:
    if not text or len(text) > 8000 or "\0" in text:
        return None
    try:
        return Signer(salt=salt).unsign_object(text)
    except (BadSignature, ValueError):
        return None
