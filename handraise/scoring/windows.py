# ruff: noqa: S608 (numbers are ours)
"""When a `did` window ends: an instant at which a lead may cross the bar though nothing happens.

Only conditions that become true by counting fewer matter: `at_most` where it must hold, `at_least`
where it must not, and sums, which may lose something below zero. What else time lifts (a later
activity of a day that counts once its first has left) the nightly round finds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings

from handraise.agreement.condition_tree import Condition, Did, Joined, Test
from handraise.agreement.document import Document
from handraise.agreement.queries import Published
from handraise.leads import attention
from handraise.leads.models import Attention
from handraise.scoring.engines import postgres
from handraise.scoring.engines.postgres import Moment
from handraise.scoring.plan import Plan

WHY = "scoring.window_ends"


def opening(document: Document) -> list[Did]:
    """The windowed counts by whose end a lead may come to meet a stage's criteria."""
    found = list(_falling(document.mql.when, is_denied=False))
    if document.mql.never is not None:
        found += _falling(document.mql.never, is_denied=True)
    if document.sql.when is not None:
        found += _falling(document.sql.when, is_denied=False)
    return found


def _falling(condition: Condition, *, is_denied: bool) -> Iterator[Did]:
    match condition:
        case Joined(how=how, parts=parts):
            for part in parts:
                yield from _falling(part, is_denied=is_denied ^ (how == "none"))
        case Did(within=within, at_most=at_most, total=total):
            if within is not None and (total or (at_most is not None) is not is_denied):
                yield condition
        case Test():
            return


def wake_at_window_ends(lead_ids: Collection[int], *, published: Published, at: datetime) -> int:
    """Have each lead looked at when the next of its activities leaves such a window; how many.

    Nothing unless the agreement has one. Each end is asked for once, however often this runs.
    """
    dids = opening(published.document)
    if not dids or not lead_ids:
        return 0
    wanted = set(_ends(lead_ids, dids, published.document, at))
    there = set(
        Attention.objects.filter(lead__in=list(lead_ids), why=WHY).values_list("lead", "look_at")
    )
    by_instant: dict[datetime, list[int]] = defaultdict(list)
    for lead, look_at in sorted(wanted - there):
        by_instant[look_at].append(lead)
    for look_at, leads in by_instant.items():
        attention.wake(leads, look_at=look_at, why=WHY)
    return len(wanted - there)


def _ends(
    lead_ids: Collection[int], dids: Sequence[Did], document: Document, at: datetime
) -> Iterator[tuple[int, datetime]]:
    """(lead, when the oldest activity that still counts for one of these drops out)."""
    made = postgres.text_for(document, settings.TIME_ZONE)
    lengths = _lengths(made.relations.plan, dids)
    numbers = ", ".join(str(number) for number in lengths)
    text = (
        f", counted AS ({made.counted}) SELECT lead_id, number, min(occurred_at)"
        f" FROM counted WHERE number IN ({numbers}) GROUP BY lead_id, number"
    )
    asked = set(lead_ids)
    moments = [Moment(lead, at, at) for lead in sorted(asked)]
    for lead, number, oldest in postgres.run(made, text, moments):
        if lead in asked:  # colleagues are counted too
            yield lead, oldest + lengths[number]


def _lengths(plan: Plan, dids: Sequence[Did]) -> dict[int, timedelta]:
    return {plan.did_number(did): did.within for did in dids if did.within is not None}
