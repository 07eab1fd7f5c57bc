"""Figures of the rail and of Today: cheap, bounded, and good enough to act on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from django.core.cache import cache
from django.db import connection

from handraise.agreement.decide import State
from handraise.agreement.models import Version
from handraise.handover import queries as handovers
from handraise.handover.questions import questions_for
from handraise.kit import clock
from handraise.leads.bulk import rows_of
from handraise.leads.kept_plans import planned_anew
from handraise.talk.queries import unread_news
from handraise.team.models import User
from handraise.ui.templatetags.ui import figure

CAP = 100


@dataclass(frozen=True, slots=True)
class Figures:
    """What the rail says beside its pages, each count up to one above its cap."""

    news: int
    waiting: int
    asked: int
    version: int | None


def figures_of(user: User) -> Figures:
    """All of them in one statement: every page asks for them."""
    version = Version.objects.filter(state=State.PUBLISHED).order_by("pk").values("number")
    counted = (
        unread_news(user).values("pk"),
        handovers.inbox(user, at=clock.now()).order_by().values("pk")[: CAP + 1],
        questions_for(user).order_by().values("pk")[: CAP + 1],
    )
    texts, values = zip(
        *(rows.query.sql_with_params() for rows in (*counted, version[:1])), strict=True
    )
    parts = [f"(SELECT count(*) FROM ({text}) counted)" for text in texts[:-1]]  # noqa: S608
    # For who has nothing waiting another plan is right than for who has thousands.
    with planned_anew():
        (row,) = rows_of(f"SELECT {', '.join(parts)}, ({texts[-1]})", list(chain(*values)))
    return Figures(*row)


def waiting(told: Figures) -> str:
    """How many offers wait for this person, up to a hundred."""
    return _up_to_cap(told.waiting)


def asked(told: Figures) -> str:
    """How many questions wait for the side of this person, up to a hundred."""
    return _up_to_cap(told.asked)


def _up_to_cap(count: int) -> str:
    return "" if not count else f"{CAP}+" if count > CAP else str(count)


def leads(told: Figures) -> str:  # noqa: ARG001  everybody sees the same leads
    """How many leads there are, by the database's own estimate once they are many."""
    return figure(lead_estimate()) if lead_estimate() else ""


def lead_estimate() -> int:
    """The number of leads: exact while few, the planner's estimate above 10,000; kept a minute."""
    kept: int | None = cache.get("desk.lead_estimate")
    if kept is None:
        kept = _estimate()
        cache.set("desk.lead_estimate", kept, 60)
    return kept


def _estimate() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from (select 1 from leads_lead"
            " where canonical_id = id and withdrawn_at is null limit 10001) few"
        )
        (few,) = cursor.fetchone()
        if few <= 10_000:
            return int(few)
        cursor.execute("select reltuples from pg_class where oid = 'leads_lead'::regclass")
        (many,) = cursor.fetchone()
        return max(int(few), int(many))


def version(told: Figures) -> str:
    """The number of the published agreement: `v7`."""
    return "" if told.version is None else f"v{told.version}"
