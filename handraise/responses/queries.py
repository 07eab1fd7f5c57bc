"""The door to answers, and how many of them have which reason."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery

from handraise.leads.bulk import rows_of
from handraise.leads.decide import Doubt
from handraise.leads.models import Judgement
from handraise.responses.decide import Deed, Reason
from handraise.responses.models import Belief, Hit
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

LOOKED_AT = timedelta(days=90)  # how far back the page about machines goes

_REASONS = """
    SELECT reason, count(*), count(*) FILTER (WHERE counts)
    FROM (
        SELECT unnest(hit.reasons) AS reason, coalesce((
            SELECT judged.counts FROM leads_judgement judged
            WHERE judged.activity_id = hit.activity_id AND judged.doubt = 'bot'
            ORDER BY judged.known_at DESC, judged.id DESC LIMIT 1
        ), hit.activity_id IS NOT NULL) AS counts
        FROM responses_hit hit
        WHERE hit.at > %(since)s AND hit.judged_at IS NOT NULL AND hit.deed <> 'decoy'
    ) told
    GROUP BY reason ORDER BY 2 DESC, 1
"""


def answers_visible_to(user: User, *, at: datetime) -> QuerySet[Hit]:
    """What was judged of the last 90 days, the newest first; `counts` is what holds now: false,
    true, or null when it never had an activity. Raises PermissionDenied."""
    require(user, Permission.SEE)
    hits = _recent(at=at).filter(judged_at__isnull=False)
    return with_counts(hits).select_related("send__lead__canonical", "send__version__message")


def _recent(*, at: datetime) -> QuerySet[Hit]:
    """Clicks and openings. Whoever took the hidden link answered nothing: it tells of the clicks
    beside it, which have it among their reasons."""
    return Hit.objects.filter(at__gt=at - LOOKED_AT).exclude(deed=Deed.DECOY)


def with_counts(hits: QuerySet[Hit]) -> QuerySet[Hit]:
    """Each with what the ledger says of its activity now."""
    newest = Judgement.objects.filter(activity=OuterRef("activity"), doubt=Doubt.BOT.value)
    held = Subquery(newest.order_by("-known_at", "-pk").values("counts")[:1])
    return hits.annotate(held=held).order_by("-at", "-pk")


def of_reason(hits: QuerySet[Hit], reason: str) -> QuerySet[Hit]:
    """Those judged for this reason."""
    return hits.filter(reasons__contains=[reason])


def not_counting(hits: QuerySet[Hit]) -> QuerySet[Hit]:
    """Those with an activity that does not count now."""
    return hits.filter(Q(held=False), activity__isnull=False)


def counting(hits: QuerySet[Hit]) -> QuerySet[Hit]:
    """Those with an activity that counts now."""
    return hits.filter(~Q(held=False), activity__isnull=False)


def reason_counts(*, at: datetime) -> dict[str, tuple[int, int]]:
    """How many answers of the last 90 days have each reason, and how many of them count."""
    rows = rows_of(_REASONS, {"since": at - LOOKED_AT})
    return {reason: (count, held) for reason, count, held in rows}


def believed() -> dict[Reason, Belief]:
    """The reasons that are no sign of a machine here."""
    return {Reason(one.reason): one for one in Belief.objects.select_related("by")}


def totals(*, at: datetime) -> dict[str, int]:
    """Answers of the last 90 days: by people, by machines, and what is still to be judged."""
    recent = _recent(at=at)
    return {
        "people": recent.filter(is_machine=False).count(),
        "machines": recent.filter(is_machine=True).count(),
        "waiting": recent.filter(judged_at=None).count(),
    }
