"""Make a rehearsal that was asked for: find the engine, replay, draw, store it whole.

A job that is killed begins anew, and nobody ever sees half a rehearsal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import transaction

from handraise.agreement import queries as agreements
from handraise.agreement.reading import read
from handraise.feedback.rehearsal import engines
from handraise.feedback.rehearsal.charts import charts
from handraise.feedback.rehearsal.models import Rehearsal, RehearsedLevel
from handraise.feedback.rehearsal.report import Report, as_plain
from handraise.feedback.rehearsal.running import Wish, rehearse
from handraise.feedback.work import State, Stopped


def run(
    rehearsal_id: int, *, at: datetime, must_stop: Callable[[], bool] = lambda: False
) -> Rehearsal:
    """Make a rehearsal; nothing if it is made already. Safe to call again, and by two at once.

    History is looked at as it stood when it was asked for; `at` is when it is finished. When
    `must_stop` says so it stays RUNNING. Raises Refused, AgreementError.
    """
    rehearsal = Rehearsal.objects.select_related("version").get(pk=rehearsal_id)
    if not rehearsal.is_under_way:
        return rehearsal

    def progress(said: str, done: int, total: int) -> None:
        if must_stop():
            raise Stopped
        rehearsal.note(state=State.RUNNING, step=said, done=done, total=total)

    progress("Opening the history", 0, 1)
    wish = Wish(
        read(rehearsal.text), rehearsal.begin, rehearsal.end, rehearsal.at, settings.TIME_ZONE,
        bar=rehearsal.bar, ripening_days=rehearsal.ripening_days,
    )  # fmt: skip
    try:
        with engines.opened(rehearsal.engine, at=at, asked_at=rehearsal.at) as history:
            published = agreements.published()
            wish = replace(wish, lake_age=history.lake_age)
            found = rehearse(wish, published, history.engine, progress=progress)
    except Stopped:
        return rehearsal
    return _store(rehearsal, found, at=at)


def _store(rehearsal: Rehearsal, found: Report, *, at: datetime) -> Rehearsal:
    plain = as_plain(found)
    levels = [
        RehearsedLevel(
            rehearsal=rehearsal, at_least=level.at_least, level=told, charts=charts(found, level)
        )
        for level, told in zip(found.levels, plain["levels"], strict=True)
    ]
    # The draft's own stays with the report: headings and the choice of outcome speak of it.
    plain["levels"] = [plain["levels"][found.drafted]]
    plain["drafted"] = 0
    with transaction.atomic():
        current = Rehearsal.objects.select_for_update().get(pk=rehearsal.pk)
        if not current.is_under_way:
            return current
        RehearsedLevel.objects.bulk_create(levels)
        current.state, current.finished_at, current.report = State.DONE, at, plain
        current.done = current.total = rehearsal.total
        current.save()
    return current
