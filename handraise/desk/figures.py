"""Figures of the rail and of Today: cheap, bounded, and good enough to act on."""

from __future__ import annotations

from django.core.cache import cache
from django.db import connection

from handraise.agreement.decide import State
from handraise.agreement.models import Version
from handraise.desk.paging import capped_count
from handraise.handover import queries as handovers
from handraise.handover.questions import questions_for
from handraise.kit import clock
from handraise.team.models import User
from handraise.ui.templatetags.ui import figure

CAP = 100


def waiting(user: User) -> str:
    """How many offers wait for this person, up to a hundred."""
    count = capped_count(handovers.inbox(user, at=clock.now()), CAP)
    return "" if not count else f"{CAP}+" if count > CAP else str(count)


def asked(user: User) -> str:
    """How many questions wait for the side of this person, up to a hundred."""
    count = capped_count(questions_for(user), CAP)
    return "" if not count else f"{CAP}+" if count > CAP else str(count)


def leads(user: User) -> str:  # noqa: ARG001  everybody sees the same leads
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


def version(user: User) -> str:  # noqa: ARG001
    """The number of the published agreement: `v7`."""
    published = Version.objects.filter(state=State.PUBLISHED)
    number = published.values_list("number", flat=True).first()
    return "" if number is None else f"v{number}"
