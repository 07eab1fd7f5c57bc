"""Reads: the very handovers behind a figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet

from handraise.feedback.tabular import Period
from handraise.handover.decide import Kind
from handraise.handover.models import Handover
from handraise.handover.queries import handovers_visible_to
from handraise.team.models import User

MOST = 100


def _became(at: datetime) -> dict[str, Q]:
    accepted, rejected = Q(acceptance__at__lte=at), Q(rejection__at__lte=at)
    in_time = Q(acceptance__at__lte=F("due_at")) | Q(rejection__at__lte=F("due_at"))
    return {
        "accepted": accepted,
        "rejected": rejected,
        "expired": Q(expiry__at__lte=at) & ~accepted & ~rejected,
        "late": ~in_time & (accepted | rejected | Q(due_at__lte=at)),
        "untouched": accepted & Q(acceptance__touch_due_at__lte=at) & (
            Q(touch__isnull=True) | Q(touch__at__gt=F("acceptance__touch_due_at"))),
        "contested": Q(rejection__contest__at__lte=at),
        "overturned": Q(rejection__contest__is_upheld=False, rejection__contest__ruled_at__lte=at),
    }  # fmt: skip


BECAME = {
    "": "all", "accepted": "accepted", "rejected": "rejected", "expired": "ran out",
    "late": "not answered in time", "untouched": "not touched in time", "contested": "contested",
    "overturned": "overturned", "withdrawn": "withdrawn",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Which:
    """Which offers are meant: 0 and empty are any; `person` -1 is nobody's."""

    kind: Kind
    became: str = ""
    team: int = 0
    person: int = 0
    reason: str = ""


def handovers(user: User, period: Period, which: Which) -> tuple[int, list[Handover]]:
    """How many offers of the period these are, and the newest MOST of them."""
    rows = handovers_visible_to(user).filter(
        kind=which.kind, offered_at__gte=period.since, offered_at__lt=period.until,
        withdrawal__isnull=which.became != "withdrawn",
    )  # fmt: skip
    rows = rows.filter(_became(period.at).get(which.became, Q()))
    rows = _of_whom(rows, which)
    if which.reason:
        rows = rows.filter(rejection__reason=which.reason)
    shown = rows.select_related("rejection", "acceptance", "expiry").defer("brief", "route")
    return rows.count(), list(shown.order_by("-offered_at", "-pk")[:MOST])


def _of_whom(rows: QuerySet[Handover], which: Which) -> QuerySet[Handover]:
    if which.team:
        rows = rows.filter(team=which.team)
    if which.person:
        rows = rows.filter(assignee=which.person if which.person > 0 else None)
    return rows
