"""The door for everything that leaves the house. Whoever wants something sent writes a row here,
in the transaction that wants it; the worker does the rest (`sending.py`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from handraise.leads.entry import Json
from handraise.post.composing import compose
from handraise.post.decide import (
    LONGEST_SUBJECT,
    MOST_RECIPIENTS,
    Kind,
    Refused,
    State,
    address,
    hook_url,
    named,
    one_line,
    spec_of,
)
from handraise.post.models import Outgoing
from handraise.team.models import Team, User

__all__ = ["Refused", "named", "post_hook", "post_mail", "send_again", "take_back"]

LARGEST_PAYLOAD = 256 * 1024


def post_mail(
    *,
    to: Sequence[str],
    subject: str,
    text: str,
    html: str = "",
    sender: User | None,
    about: str,
    hold: timedelta = timedelta(0),
    at: datetime,
    reply_to: str = "",
    calendar: bytes | None = None,
    method: str = "REQUEST",
    headers: Mapping[str, str] | None = None,
    pictures: Mapping[str, bytes] | None = None,
    once: str = "",
    team: Team | None = None,
) -> Outgoing:
    """Have a mail sent, after `hold`: one message to all of `to` (`a@b.c` or `Name <a@b.c>`).

    It leaves by the server of `team`, else of the sender's team, in the sender's name. `calendar`
    is an invitation, `method` its iTIP method; `pictures` are PNG that the HTML shows as `cid:`.
    With `once` a second mail of that name is not made, and the first one is given back. Raises
    Refused with a sentence for what cannot be sent.
    """
    if not 1 <= len(to) <= MOST_RECIPIENTS:
        raise Refused(f"A mail has one to {MOST_RECIPIENTS} recipients.")
    people = list({spec_of(one): one for one in map(address, to)}.values())
    leaving = team or (None if sender is None else sender.team)
    message_id = f"<{uuid4()}@{_domain(sender)}>"
    body = compose(
        to=people, subject=subject, text=text, html=html, message_id=message_id, at=at,
        reply_to=address(reply_to) if reply_to else None, calendar=calendar, method=method,
        headers=headers, pictures=pictures,
    )  # fmt: skip
    return _posted(
        Outgoing(
            kind=Kind.MAIL, about=_about(about), once=once or None, sender=sender,
            team=leaving,
            recipients=[spec_of(one) for one in people],
            subject=one_line(subject, "A subject", LONGEST_SUBJECT), body=body,
            message_id=message_id, created_at=at, due_at=at + hold,
        )
    )  # fmt: skip


def post_hook(
    *,
    url: str,
    payload: Mapping[str, Json],
    about: str,
    hold: timedelta = timedelta(0),
    at: datetime,
    headers: Mapping[str, str] | None = None,
    once: str = "",
) -> Outgoing:
    """Have another system called with this JSON, after `hold`. Raises Refused with a sentence."""
    try:
        body = json.dumps(payload, allow_nan=False).encode()
    except (TypeError, ValueError):
        raise Refused("What is sent to another system must be JSON.") from None
    if len(body) > LARGEST_PAYLOAD:
        raise Refused(f"A call of another system has at most {LARGEST_PAYLOAD // 1024} KB.")
    lines = {
        one_line(name, "The name of a header", 80): one_line(value, "A header", 2000)
        for name, value in (headers or {}).items()
    }
    return _posted(
        Outgoing(
            kind=Kind.HOOK, about=_about(about), once=once or None, url=hook_url(url),
            headers=lines, body=body, message_id=f"msg_{uuid4().hex}", created_at=at,
            due_at=at + hold,
        )
    )  # fmt: skip


def take_back(outgoing: Outgoing, *, by: User | None, at: datetime) -> bool:
    """Do not send it after all. True if it had not left; False if it had, or may have.

    The caller writes the journal line, with `by` and `at`: what it means to take back is theirs.
    """
    del by, at
    waiting = Outgoing.objects.filter(pk=outgoing.pk, state=State.WAITING)
    return waiting.update(state=State.TAKEN_BACK) == 1


@transaction.atomic
def send_again(outgoing: Outgoing, *, by: User, at: datetime) -> Outgoing:
    """A person has what failed, or may not have arrived, sent once more, as the same message.

    Raises Refused when it waits, is on its way, or did arrive.
    """
    del by
    held = Outgoing.objects.select_for_update().get(pk=outgoing.pk)
    if held.state not in {State.FAILED, State.UNCLEAR}:
        raise Refused("Only what failed or is unclear can be sent again.")
    held.state, held.due_at, held.attempts, held.last_error = State.WAITING, at, 0, ""
    held.refused = {}
    held.save(update_fields=["state", "due_at", "attempts", "last_error", "refused"])
    return held


def _posted(row: Outgoing) -> Outgoing:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        first = Outgoing.objects.filter(once=row.once).first() if row.once else None
        if first is None:
            raise
        return first
    return row


def _domain(sender: User | None) -> str:
    """Whose number it is: of the address that mails bear, else of the person."""
    for text in (settings.MAIL_FROM, "" if sender is None else sender.email):
        if text:
            return address(text).domain
    return "localhost"


def _about(text: str) -> str:
    return one_line(text, "What it is about", 120)
