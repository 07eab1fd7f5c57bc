"""Tell the person asked before a clock runs out, and the manager when it has; each once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from handraise.handover.models import Handover
from handraise.handover.pausing import left_of
from handraise.handover.queries import open_handovers_of
from handraise.handover.questions import calendar_of
from handraise.handover.telling import tell_warned
from handraise.leads import journal
from handraise.leads.decide import Via
from handraise.team.decide import Role
from handraise.team.models import User


@dataclass(frozen=True, slots=True)
class ClockWarning:
    """What is to be said about the clock of an open handover, and to whom."""

    handover: Handover
    to: tuple[User, ...]
    is_late: bool
    said: str


def due_warnings(lead_ids: Collection[int], *, at: datetime) -> list[ClockWarning]:
    """What is to be said now about handovers of these canonical leads and was not said before.

    The person asked is told when the last quarter of the time begins, at most once a handover; the
    managers, when it has run out: ask before `expire` marks it as overdue.
    """
    waits = Q(warn_at__lte=at, warned_at=None, due_at__gt=at)
    waits &= Q(paused_until=None) | Q(paused_until__lte=at)
    is_late = Q(due_at__lte=at, overdue_at=None)
    found = list(open_handovers_of(lead_ids).filter(waits | is_late))
    managers = _managers([one for one in found if one.due_at <= at])
    return [_late(one, managers) if one.due_at <= at else _soon(one, at) for one in found]


def _soon(handover: Handover, at: datetime) -> ClockWarning:
    minutes = left_of(at, handover.due_at, calendar_of(handover, at=at)).total_seconds() / 60
    said = f"{_length(round(minutes))} of working time left for {handover.whose} to answer."
    to = () if handover.assignee is None else (handover.assignee,)
    return ClockWarning(handover, to, is_late=False, said=said)


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    words = [f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours)
    return " ".join(words)


def _late(handover: Handover, managers: Iterable[User]) -> ClockWarning:
    own = tuple(one for one in managers if one.team_id == handover.team_id)
    others = tuple(one for one in managers if one.role == Role.REVENUE_OPERATIONS)
    told = own or others
    names = " and ".join(one.name for one in told) or "nobody: the team has no manager"
    said = f"{handover.whose} let the clock run out. Told: {names}."
    return ClockWarning(handover, told, is_late=True, said=said)


def _managers(late: Collection[Handover]) -> list[User]:
    """The managers of these teams, and revenue operations for teams that have none."""
    if not late:
        return []
    of_teams = Q(is_manager=True, team__in={one.team_id for one in late})
    found = User.objects.filter(of_teams | Q(role=Role.REVENUE_OPERATIONS), is_active=True)
    return list(found.exclude(role=Role.VIEWER).order_by("name", "pk"))


def warn(lead_ids: Collection[int], *, at: datetime) -> list[ClockWarning]:
    """Journal what is to be said now, note that it was, and tell who is to know. The caller holds
    the leads' locks. Gives the warnings."""
    found = due_warnings(lead_ids, at=at)
    soon = [one.handover.pk for one in found if not one.is_late]
    Handover.objects.filter(pk__in=soon).update(warned_at=at)
    journal.write_many(
        journal.Line("handover.warned", at, Via.WORKER, said=one.said,
                     lead_id=one.handover.lead.canonical_id,
                     data={"handover": one.handover.pk, "to": [each.pk for each in one.to],
                           "late": one.is_late})
        for one in found
    )  # fmt: skip
    tell_warned(found, at=at)
    return found


__all__ = ["ClockWarning", "due_warnings", "warn"]
