"""Verbs: have it learned anew, by a person or by the night."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime

from handraise.agreement import queries as agreements
from handraise.feedback.learned.models import Learning
from handraise.feedback.learned.tasks import run_learning
from handraise.feedback.rehearsal.decide import Outcome
from handraise.leads import journal
from handraise.leads.decide import Refused, Stage, Via
from handraise.leads.models import StageMove
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

NIGHT = range(1, 5)  # hours of the installation's own clock
REST = timedelta(hours=20)  # since the last run, before the night makes another


@transaction.atomic
def ask(outcome: Outcome, *, by: User, at: datetime, via: Via) -> Learning:
    """Have the worker learn anew. Raises Refused with a sentence, PermissionDenied."""
    require(by, Permission.PROPOSE)
    if outcome is Outcome.ACCEPTED:
        raise Refused("It is learned who becomes SQL or is won; acceptance is sales' own word.")
    made = _made(outcome, by=by, at=at)
    if made is None:
        raise Refused("It is being learned already: wait for that.")
    said = f"{by} had the learned score learned anew: who {outcome.became}."
    journal.write("feedback.learning_asked", at=at, via=via, by=by, said=said,
                  data={"learning": made.pk, "outcome": outcome.value})  # fmt: skip
    return made


def learn_by_night(*, at: datetime) -> Learning | None:
    """Have it learned anew in the small hours, for the outcome of last time; None where it is not
    due, or nothing came of anybody yet."""
    if localtime(at).hour not in NIGHT:
        return None
    last = Learning.objects.order_by("-at").first()
    if last is not None and (last.is_under_way or at - last.at < REST):
        return None
    if agreements.published() is None or not _came_of_anybody():
        return None
    outcome = Outcome(last.outcome) if last is not None else Outcome.SALES_QUALIFIED
    with transaction.atomic():
        return _made(outcome, by=None, at=at)


def _came_of_anybody() -> bool:
    late = [Stage.SALES_QUALIFIED, Stage.OPPORTUNITY, Stage.CUSTOMER]
    return StageMove.objects.filter(after__in=late, withdrawn_at=None).exists()


def _made(outcome: Outcome, *, by: User | None, at: datetime) -> Learning | None:
    """A run and its job; None while another is under way, which the database knows."""
    if Learning.under_way().exists():
        return None
    try:
        with transaction.atomic():
            made = Learning.objects.create(outcome=outcome, by=by, at=at)
    except IntegrityError:
        return None
    run_learning.defer(learning_id=made.pk)
    return made
