"""What the worker does with what is due: claim one, commit, send it, note what became of it.

The claim is committed before anybody is spoken to, so no second worker takes it. A claim that is
never answered for belongs to a worker that was killed; whether its mail arrived nobody can know,
so it is called unclear and not sent again by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from handraise.post import hooking, mailing
from handraise.post.composing import from_line
from handraise.post.decide import (
    STALE_AFTER,
    UNCLEAR_AFTER,
    WAITS,
    End,
    Kind,
    Outcome,
    Refused,
    State,
    address,
    named,
    spec_of,
    wait_after,
)
from handraise.post.letters import tell_of_letters
from handraise.post.models import Outgoing, RefusedAddress, TeamServer
from handraise.post.servers import house, way_of

log = structlog.get_logger()
STALE = "It waited for a week and is not sent unasked any more. Send it again if it is still true."
KILLED = "The worker was stopped while at it: it may have arrived, or not."


@dataclass(frozen=True, slots=True)
class Result:
    """How one try of one row ended; `sent_as` the address that the mail bore."""

    outcome: Outcome
    sent_as: str = ""


def send_mails(*, at: datetime) -> int:
    """One round of the worker: name what is unclear or stale, send one mail, tell leads' timelines
    what became of letters; 0 when none is due."""
    name_the_unclear(at=at)
    give_up_the_stale(at=at)
    sent = send_one(Kind.MAIL, at=at)
    tell_of_letters(at=at)
    return sent


def send_hooks(*, at: datetime) -> int:
    """One round of the worker: call one other system; 0 when none is due."""
    return send_one(Kind.HOOK, at=at)


def send_one(
    kind: Kind, *, at: datetime, mail_timeout: float = mailing.TIMEOUT,
    hook_timeout: float = hooking.TIMEOUT,
) -> int:  # fmt: skip
    """Send the one that has been due longest; 1, or 0 when none is due."""
    held = claim(kind, at=at)
    if held is None:
        return 0
    if kind is Kind.MAIL:
        result = _mail(held, timeout=mail_timeout)
    else:
        result = _call(held, timeout=hook_timeout)
    note(held, result, at=at)
    return 1


@transaction.atomic
def claim(kind: Kind, *, at: datetime) -> Outgoing | None:
    """Take the next one that is due and that can be sent; committed before it is."""
    due = Outgoing.objects.filter(kind=kind, state=State.WAITING, due_at__lte=at)
    if kind is Kind.MAIL:
        due = _with_a_way(due)
    held = due.select_for_update(skip_locked=True, of=("self",)).order_by("due_at", "pk").first()
    if held is None:
        return None
    held.state, held.claimed_at = State.SENDING, at
    held.attempts += 1
    held.save(update_fields=["state", "claimed_at", "attempts"])
    return held


@transaction.atomic
def note(held: Outgoing, result: Result, *, at: datetime) -> None:
    """Write down how the try ended, unless a person had it sent again meanwhile."""
    outcome = result.outcome
    changed: dict[str, object] = {"refused": outcome.refused, "last_error": outcome.words}
    if outcome.end is End.SENT:
        error = "; ".join(f"{who}: {why}" for who, why in outcome.refused.items())
        changed |= {"state": State.SENT, "sent_at": at, "sent_as": result.sent_as}
        changed["last_error"] = error
    elif outcome.end is End.UNCLEAR:
        changed |= {"state": State.UNCLEAR}
    else:
        wait = wait_after(held.attempts) if outcome.end is End.LATER else None
        changed |= {"state": State.FAILED} if wait is None else {
            "state": State.WAITING, "due_at": at + wait,
        }  # fmt: skip
    mine = Outgoing.objects.filter(pk=held.pk, attempts=held.attempts, claimed_at=held.claimed_at)
    mine.filter(state__in=[State.SENDING, State.UNCLEAR]).update(**changed)
    _remember_addresses(held, outcome, at=at)
    log.info("post.tried", outgoing=held.pk, about=held.about, end=outcome.end.value)


def _remember_addresses(held: Outgoing, outcome: Outcome, *, at: datetime) -> None:
    """Which addresses servers refuse for good, until a mail is taken for them again."""
    for who, words in outcome.refused.items():
        if words.startswith("5"):
            RefusedAddress.objects.update_or_create(
                address=who.lower(), defaults={"words": words, "at": at}
            )
    if outcome.end is End.SENT:
        taken = [who.lower() for who in held.recipients if who not in outcome.refused]
        RefusedAddress.objects.filter(address__in=taken).delete()


def name_the_unclear(*, at: datetime) -> int:
    """Call those unclear whose worker never came back; how many."""
    lost = Outgoing.objects.filter(state=State.SENDING, claimed_at__lte=at - UNCLEAR_AFTER)
    return lost.update(state=State.UNCLEAR, last_error=KILLED)


def give_up_the_stale(*, at: datetime) -> int:
    """Give up what has been due for a week, for want of a server or of a worker; how many."""
    old = Outgoing.objects.filter(
        kind__in=[Kind.MAIL, Kind.HOOK], state=State.WAITING, due_at__lte=at - STALE_AFTER
    )
    return old.update(state=State.FAILED, last_error=STALE)


def _mail(held: Outgoing, *, timeout: float) -> Result:
    try:
        way = way_of(held.team_id)
        if way is None:
            return Result(Outcome(End.LATER, "There is no mail server."))
        name = "" if held.sender is None else held.sender.name
        sender = address(named(name, spec_of(address(way.mail_from))) if name else way.mail_from)
    except Refused as unreadable:
        return Result(Outcome(End.LATER, str(unreadable)))
    outcome = mailing.deliver(
        way.server, mail_from=spec_of(sender), recipients=held.recipients,
        message=from_line(sender) + bytes(held.body), is_last=held.attempts > len(WAITS),
        timeout=timeout,
    )  # fmt: skip
    return Result(outcome, spec_of(sender))


def _call(held: Outgoing, *, timeout: float) -> Result:
    headers = {"Webhook-Id": held.message_id, **held.headers}
    outcome = hooking.call(
        held.url, bytes(held.body), headers=headers, may_be_private=settings.HOOKS_PRIVATE,
        timeout=timeout,
    )  # fmt: skip
    return Result(outcome)


def _with_a_way(due: QuerySet[Outgoing]) -> QuerySet[Outgoing]:
    """Those whose team has a server: the others wait, without being tried."""
    able: list[int] = []
    unable: list[int] = []
    for team_id in TeamServer.objects.values_list("team_id", flat=True):
        (able if _is_able(team_id) else unable).append(team_id)
    if _is_able(None):
        return due.filter(~Q(team_id__in=unable) | Q(team_id=None))
    return due.filter(team_id__in=able)


def _is_able(team_id: int | None) -> bool:
    try:
        return (house() if team_id is None else way_of(team_id)) is not None
    except Refused:
        return False


__all__ = [
    "claim",
    "give_up_the_stale",
    "name_the_unclear",
    "note",
    "send_hooks",
    "send_mails",
    "send_one",
]
