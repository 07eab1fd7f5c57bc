"""Work under way whose job is gone: nobody will ever bring it to its end, so it is said to have
failed, and what waits for it may go on. (A job whose worker was killed is not gone: it is put
back.)"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db.models import QuerySet
from procrastinate.contrib.django.models import ProcrastinateJob

from handraise.feedback.learned.models import Learning
from handraise.feedback.learned.tasks import run_learning
from handraise.feedback.preview.models import Preview
from handraise.feedback.preview.tasks import run_preview
from handraise.feedback.rehearsal.models import Rehearsal
from handraise.feedback.rehearsal.tasks import run_rehearsal
from handraise.feedback.reports import mailing
from handraise.feedback.reports.models import MailedReport
from handraise.feedback.reports.tasks import mail_reports
from handraise.feedback.review.models import Review
from handraise.feedback.review.tasks import run_review
from handraise.feedback.routing.models import RouteRehearsal
from handraise.feedback.routing.tasks import run_route_rehearsal
from handraise.feedback.work import Work

log = structlog.get_logger()
LOST = "The worker lost this before it was done; ask for it again."
_LOST_MAIL = "The worker lost it before it was made."
_GOES_ON = ("todo", "doing")


@dataclass(frozen=True, slots=True)
class _Work:
    """One kind of work: rows under way, the name of their job, by what it names them, and what
    notes that one came to nothing."""

    rows: Callable[[], QuerySet[Any]]
    job: str
    told: Callable[[int], dict[str, Any]]
    fail: Callable[[int, datetime], None]


def end_lost(*, at: datetime) -> int:
    """Fail whatever is under way without a job; how many. What ends meanwhile is left alone."""
    return sum(_end(work, work.rows().values_list("pk", flat=True), at) for work in _WORKS)


def _end(work: _Work, under_way: Iterable[int], at: datetime) -> int:
    lost = [pk for pk in under_way if not _has_job(work, pk)]
    for pk in lost:
        log.warning("feedback.lost", job=work.job, pk=pk)
        work.fail(pk, at)
    return len(lost)


def _has_job(work: _Work, pk: int) -> bool:
    jobs = ProcrastinateJob.objects.filter(task_name=work.job, status__in=_GOES_ON)
    return jobs.filter(args__contains=work.told(pk)).exists()


def _of(kind: type[Work], job: str, named: str) -> _Work:
    return _Work(
        kind.under_way, job, lambda pk: {named: pk}, lambda pk, at: kind.fail(pk, LOST, at=at)
    )


_WORKS = (
    _of(Learning, run_learning.name, "learning_id"),
    _of(Review, run_review.name, "review_id"),
    _of(Rehearsal, run_rehearsal.name, "rehearsal_id"),
    _of(RouteRehearsal, run_route_rehearsal.name, "rehearsal_id"),
    _of(Preview, run_preview.name, "preview_id"),
    _Work(
        lambda: MailedReport.objects.filter(made_at=None, error=""), mail_reports.name,
        lambda pk: {"report_ids": [pk]}, lambda pk, _: mailing.fail([pk], _LOST_MAIL),
    ),
)  # fmt: skip
