"""The limits that are in force, and how people change them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from handraise.leads import journal
from handraise.leads.decide import Via
from handraise.sends.limit_models import SendingLimits
from handraise.sends.limits import SHIPPED, Limits, as_stored, checked, from_stored, sentences
from handraise.team.decide import Refused
from handraise.team.models import User


@dataclass(frozen=True, slots=True)
class InForce:
    """The limits that hold, which version of them, and who set them when; 0 as shipped."""

    limits: Limits
    number: int = 0
    row: SendingLimits | None = None


def in_force() -> InForce:
    row = SendingLimits.objects.select_related("by").order_by("-number").first()
    return InForce(SHIPPED) if row is None else InForce(from_stored(row.told), row.number, row)


def history(*, limit: int) -> list[tuple[SendingLimits, list[str]]]:
    """The newest versions, the newest first, each with what it means."""
    rows = SendingLimits.objects.select_related("by").order_by("-number")[:limit]
    return [(row, sentences(from_stored(row.told))) for row in rows]


@transaction.atomic
def set_limits(limits: Limits, *, seen: int, by: User, at: datetime, via: Via) -> InForce:
    """Put limits in force from now on, also for what waits already. `seen` is the version that
    was before the eyes of who changes it: refused when somebody else has changed it since."""
    kept = checked(limits, today=timezone.localdate(at, timezone.get_default_timezone()))
    before = in_force()
    told = as_stored(kept)
    if before.number != seen:
        raise Refused(_stale(before))
    if told == as_stored(before.limits):
        return before
    try:
        with transaction.atomic():
            row = SendingLimits.objects.create(number=seen + 1, told=told, at=at, by=by)
    except IntegrityError:
        raise Refused(_stale(in_force())) from None
    journal.write(
        "sends.limited", at=at, via=via, by=by, said=f"Sending limits v{row.number}.",
        data={"number": row.number, "before": as_stored(before.limits), "after": told},
    )  # fmt: skip
    return InForce(kept, row.number, row)


def _stale(now: InForce) -> str:
    who = now.row.by.name if now.row is not None and now.row.by is not None else "Somebody"
    return (
        f"{who} changed the limits meanwhile: version {now.number} is in force. "
        "Load the page again, then change it."
    )


__all__ = ["InForce", "history", "in_force", "set_limits"]
