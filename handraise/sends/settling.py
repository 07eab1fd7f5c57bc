"""What a person says of a send that nobody could know of, or that failed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from handraise.leads import journal
from handraise.leads.decide import Via
from handraise.sends.decide import Refused, State
from handraise.sends.models import Send
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


@transaction.atomic
def say_it_arrived(send: Send, *, by: User, at: datetime, via: Via) -> Send:
    """Somebody knows that an unclear send arrived, from the log of the mail server or of the lead.

    Raises PermissionDenied, and Refused where it is not unclear (any more).
    """
    held = _held(send, {State.UNCLEAR}, by=by)
    held.state, held.sent_at, held.why = State.SENT, held.claimed_at or at, ""
    held.save(update_fields=["state", "sent_at", "why"])
    _tell("sends.said_to_have_arrived", held, "{by} says that “{message}” arrived.", by, at, via)
    return held


@transaction.atomic
def send_again(send: Send, *, by: User, at: datetime, via: Via) -> Send:
    """Somebody has what failed, or may not have arrived, sent once more, as the same message; what
    guards it is asked again when it leaves.

    Raises PermissionDenied, and Refused for what waits, is on its way or did arrive.
    """
    held = _held(send, {State.UNCLEAR, State.FAILED}, by=by)
    held.state, held.due_at, held.attempts, held.why = State.WAITING, at, 0, ""
    held.courier = None  # who had it along, and should yet come to itself, has no say any more
    held.save(update_fields=["state", "due_at", "attempts", "why", "courier"])
    _tell("sends.sent_again", held, "{by} has “{message}” sent again.", by, at, via)
    return held


def _held(send: Send, of: set[State], *, by: User) -> Send:
    require(by, Permission.NURTURE)
    held = Send.objects.select_for_update().get(pk=send.pk)
    if held.state not in of:
        raise Refused(f"It is {State(held.state).label} now: there is nothing to settle.")
    return held


def _tell(kind: str, send: Send, said: str, by: User, at: datetime, via: Via) -> None:
    journal.write(
        kind, at=at, via=via, lead_id=send.lead.canonical_id, by=by,
        said=said.format(by=by, message=send.version.message), data={"send": send.pk},
    )  # fmt: skip


__all__ = ["say_it_arrived", "send_again"]
