"""Verbs: ask for a rehearsal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from handraise.agreement.models import Version
from handraise.agreement.reading import read
from handraise.feedback.rehearsal import engines
from handraise.feedback.rehearsal.decide import Name
from handraise.feedback.rehearsal.models import Rehearsal
from handraise.feedback.rehearsal.running import refuse_period
from handraise.feedback.rehearsal.thresholds import chosen
from handraise.feedback.tasks import run_rehearsal
from handraise.leads import journal
from handraise.leads.decide import Refused, Via
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

MOST = 3  # that one person may have under way, for a worker does one after the other


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wants rehearsed: the period's first instant and the one after its last, by
    which engine, which bar moves (empty: the first), how many days outcomes take (None: as
    history says)."""

    begin: datetime
    end: datetime
    engine: str = Name.DUCKDB
    bar: str = ""
    ripening_days: float | None = None


@transaction.atomic
def ask(version: Version, asked: Asked, *, by: User, at: datetime, via: Via) -> Rehearsal:
    """Have a version rehearsed by the worker. Raises AgreementError with all faults of a text
    that is no agreement, Refused with a sentence, PermissionDenied."""
    require(by, Permission.PROPOSE)
    document = read(version.text)
    refuse_period(asked.begin, asked.end, at=at)
    engines.refuse_missing(asked.engine)
    try:
        bar = chosen(document, asked.bar).key
    except KeyError:
        raise Refused(f"The draft has no bar {asked.bar!r}.") from None
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # of two clicks at once, one counts
    if Rehearsal.under_way().filter(by=by).count() >= MOST:
        raise Refused(f"{MOST} rehearsals of yours are under way: wait for one of them.")
    made = Rehearsal.objects.create(
        version=version, text=version.text, begin=asked.begin, end=min(asked.end, at),
        engine=asked.engine, bar=bar, ripening_days=asked.ripening_days, at=at, by=by,
    )  # fmt: skip
    run_rehearsal.defer(rehearsal_id=made.pk)
    said = f"{by} had version {version.number} rehearsed."
    journal.write("feedback.rehearsal_asked", at=at, via=via, by=by, said=said,
                  data={"version": version.number, "rehearsal": made.pk})  # fmt: skip
    return made
