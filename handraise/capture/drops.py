"""What was refused or could not be digested: listed, counted, and replayed after a fix."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count, QuerySet

from handraise.capture.decide import Refusal
from handraise.capture.models import Drop, Inbox
from handraise.leads import journal
from handraise.leads.decide import Via
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may


def drops_visible_to(user: User) -> QuerySet[Drop]:
    """Every drop, newest first, for those who may replay them; nothing for others."""
    everything = Drop.objects.select_related("source", "replayed_by").order_by("-at", "-pk")
    return everything if may(user, Permission.IMPORT) else everything.none()


def counts_by_reason(drops: QuerySet[Drop]) -> dict[Refusal, int]:
    """How many of these drops there are for each reason that occurs, most frequent first."""
    rows = drops.order_by().values("reason").annotate(count=Count("pk")).order_by("-count")
    return {Refusal(row["reason"]): row["count"] for row in rows}


def replay(drop_ids: Sequence[int], *, by: User, at: datetime) -> int:
    """Put these drops back into the inbox, each once; how many there were.

    What is refused again becomes a new drop. It is known from the replay on, and its clock is
    corrected by the instant at which it first came.
    """
    require(by, Permission.IMPORT)
    with transaction.atomic():
        waiting = Drop.objects.select_for_update().order_by("pk")
        drops = list(waiting.filter(pk__in=drop_ids, replayed_at=None, source__isnull=False))
        Inbox.objects.bulk_create(
            Inbox(
                received_at=drop.received_at, source_id=drop.source_id or 0,
                endpoint=drop.endpoint, body=bytes(drop.body),
            )
            for drop in drops
        )  # fmt: skip
        Drop.objects.filter(pk__in=[drop.pk for drop in drops]).update(
            replayed_at=at, replayed_by=by
        )
        if drops:
            said = f"{len(drops)} dropped messages were put back into the inbox."
            journal.write("capture.drops_replayed", at=at, via=Via.WEB, by=by, said=said)
    return len(drops)
