"""Make a review that was asked for: gather, judge, draw, store it whole.

A job that is killed begins anew, and nobody ever sees half a review.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import transaction

from handraise.agreement.document import Document
from handraise.agreement.reading import read_signed
from handraise.feedback.rehearsal import engines
from handraise.feedback.rehearsal.decide import Outcome
from handraise.feedback.rehearsal.report import Flag
from handraise.feedback.rehearsal.thresholds import thresholds
from handraise.feedback.rehearsal.weighing import capacity
from handraise.feedback.review import judging
from handraise.feedback.review.charts import charts
from handraise.feedback.review.evidence import Finding
from handraise.feedback.review.gathering import Gathered, Wish, gathered
from handraise.feedback.review.labels import OTHER
from handraise.feedback.review.models import Review
from handraise.feedback.review.report import Review as Report
from handraise.feedback.review.report import as_plain
from handraise.feedback.work import State, Stopped
from handraise.scoring.engines import Engine

STEPS = 6
LEAKS = "leakage"


def run(review_id: int, *, at: datetime, must_stop: Callable[[], bool] = lambda: False) -> Review:
    """Make a review; nothing if it is made already. Safe to call again, and by two at once.

    History is looked at as it stood when it was asked for; `at` is when it is finished. When
    `must_stop` says so it stays RUNNING. Raises Refused, AgreementError.
    """
    review = Review.objects.select_related("version").get(pk=review_id)
    if not review.is_under_way:
        return review
    done = 0

    def progress(said: str) -> None:
        nonlocal done
        if must_stop():
            raise Stopped
        review.note(state=State.RUNNING, step=said, done=done, total=STEPS)
        done += 1

    progress("Opening the history")
    wish = Wish(
        read_signed(review.version.text), review.begin, review.end, review.at, settings.TIME_ZONE,
        Outcome(review.outcome) if review.outcome else None, review.ripening_days,
    )  # fmt: skip
    try:
        with engines.opened(review.engine, at=at, asked_at=review.at) as history:
            found = reviewed(
                wish, history.engine, progress=progress, seed=review.pk,
                cost_of_hour=review.cost_of_hour, cost_of_missed=review.cost_of_missed,
            )  # fmt: skip
    except Stopped:
        return review
    return _store(review, found, at=at)


def reviewed(
    wish: Wish,
    engine: Engine,
    *,
    progress: Callable[[str], None] = lambda _: None,
    cost_of_hour: float | None = None,
    cost_of_missed: float | None = None,
    seed: int = 1,
) -> Report:
    """Gather and judge. Raises Refused with a sentence where there is nothing to judge by."""
    found = gathered(wish, engine, progress=progress)
    progress("Judging what was found")
    load = capacity(wish.document.targets)
    report = judging.review(
        found.evidence, document_bar=_bar(wish.document),
        capacity_a_week=None if load is None else load.a_week,
        cost_of_hour=cost_of_hour, cost_of_missed=cost_of_missed, seed=seed,
    )  # fmt: skip
    return _with_suspicions(report, found)


def _bar(document: Document) -> float | None:
    """The bar that the agreement sets on the priority, if it sets one."""
    return next(
        (one.value for one in thresholds(document)
         if one.subject == "priority" and one.place is not None),
        None,
    )  # fmt: skip


def _with_suspicions(report: Report, found: Gathered) -> Report:
    """The report with what of the agreement may know the outcome in front, and how long outcomes
    take."""
    named = {one.about for one in report.findings if one.code == LEAKS}
    suspected = tuple(_suspected(flag) for flag in found.suspicions if flag.about not in named)
    took = (
        f"Nine in ten of the outcomes that came had come within {found.ripening_days:,.0f} days:"
        f" {report.unripe:,} younger leads are left out."
    )
    leaking = named | {one.about for one in suspected}
    findings = (*suspected, *(_sayable(one, leaking) for one in report.findings))
    return replace(report, findings=findings, notes=(*report.notes, took))


def _sayable(finding: Finding, leaking: set[str]) -> Finding:
    """Without its change where no condition could say it (of values that are put together), and
    where what it is about may know the outcome: nobody should give that more points."""
    is_other = finding.change is not None and finding.change.value == OTHER
    return replace(finding, change=None) if is_other or finding.about in leaking else finding


def _suspected(flag: Flag) -> Finding:
    return Finding(LEAKS, flag.about, flag.sentence, 1.0, is_sure=True)


def _store(review: Review, found: Report, *, at: datetime) -> Review:
    plain, drawn = as_plain(found), charts(found)
    with transaction.atomic():
        current = Review.objects.select_for_update().get(pk=review.pk)
        if not current.is_under_way:
            return current
        current.state, current.finished_at = State.DONE, at
        current.report, current.charts = plain, drawn
        current.done = current.total = STEPS
        current.save()
    return current
