"""How often a manager passed over the criteria of SQL, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from handraise.feedback.decide import Share
from handraise.leads.decide import Stage
from handraise.leads.models import Merge, StageMove
from handraise.qualification.models import Override

_NAMED = 5


@dataclass(frozen=True, slots=True)
class Overrides:
    """Of the moves to SQL that were made here in a period: those that passed over criteria.

    `newest` are the newest of them; `versions` the agreements of all these moves.
    """

    share: Share
    newest: tuple[Override, ...]
    versions: tuple[int, ...]


def overrides(*, since: datetime, until: datetime, at: datetime) -> Overrides:
    """Moves in since..until (until left out), as of `at`; without those that imports told, or
    that a merge carried over."""
    moves = StageMove.objects.filter(
        ~Exists(Merge.objects.filter(move=OuterRef("pk"))), after=Stage.SALES_QUALIFIED,
        version__isnull=False, withdrawn_at=None, at__gte=since, at__lt=until, at__lte=at,
    )  # fmt: skip
    counts = dict.fromkeys(moves.order_by("version").values_list("version", flat=True).distinct())
    found = Override.objects.filter(move__in=moves).order_by("-at", "-pk")
    newest = tuple(found.select_related("by", "lead__canonical")[:_NAMED])
    return Overrides(
        Share(found.count(), moves.count()), newest, tuple(number for number in counts if number)
    )
