"""Reads: runs, chances, and where the two orders disagree, through the door of leads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from django.db.models import QuerySet

from handraise.agreement import queries as agreements
from handraise.feedback.learned.decide import APART, Verdict, why_not
from handraise.feedback.learned.models import Chance, Learning
from handraise.feedback.work import State
from handraise.leads.queries import leads_visible_to
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

Way: TypeAlias = Literal["high", "low"]


@dataclass(frozen=True, slots=True)
class Ordering:
    """Whether leads stand in the learned order; `why_not` where the agreement asks for it and it
    cannot be."""

    is_asked: bool
    is_learned: bool
    why_not: str = ""


def newest(user: User) -> Learning | None:
    """The last run that was asked for, whatever came of it."""
    require(user, Permission.SEE)
    return Learning.objects.select_related("by").order_by("-at", "-pk").first()


def shown(user: User) -> Learning | None:
    """The run whose chances are shown."""
    require(user, Permission.SEE)
    return _in_use()


def _in_use() -> Learning | None:
    done = Learning.objects.filter(state=State.DONE).select_related("by")
    return done.defer("charts").order_by("-finished_at", "-pk").first()


# For `leads.presence`: a chance is of the lead that others were merged into.
CHANCES = "feedback_chance WHERE lead_id = ANY(faces)"


def chance_of(lead_id: int) -> Chance | None:
    """The chance of a lead that may be seen, with its run; None if it has none. One read."""
    found = Chance.objects.filter(pk=lead_id).select_related("learning")
    return found.defer("learning__report", "learning__charts").first()


def ordering() -> Ordering:
    """How the agreement in force has leads ordered, and whether that can be."""
    published = agreements.published()
    if published is None or published.document.priority.order_by != "learned":
        return Ordering(False, False)
    run = _in_use()
    if run is None:
        return Ordering(True, False, "Nothing has been learned yet.")
    return Ordering(True, run.may_order, why_not(Verdict(run.verdict)))


def orderable() -> bool:
    """Whether a list of leads may be put in the learned order by who asks for it."""
    run = _in_use()
    return run is not None and run.may_order


def disagreeing(user: User, way: Way) -> QuerySet[Chance]:
    """The leads that the learned order puts far higher (`high`) or lower than the points do."""
    found = Chance.objects.filter(lead__in=leads_visible_to(user)).select_related("lead__company")
    if way == "high":
        return found.filter(lean__gte=APART)
    return found.filter(lean__lte=-APART)
