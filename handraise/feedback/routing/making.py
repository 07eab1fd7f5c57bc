"""Make a rehearsal of routes that was asked for: replay, draw, store it whole.

A job that is killed begins anew, and nobody ever sees half a rehearsal.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import transaction

from handraise.agreement import queries as agreements
from handraise.agreement.queries import Published
from handraise.agreement.reading import read
from handraise.feedback.routing.charts import charts
from handraise.feedback.routing.models import RouteRehearsal
from handraise.feedback.routing.replaying import Wish, rehearse
from handraise.feedback.routing.report import Report, as_plain
from handraise.feedback.work import State, Stopped


def run(
    rehearsal_id: int, *, at: datetime, must_stop: Callable[[], bool] = lambda: False
) -> RouteRehearsal:
    """Make it; nothing if it is made already. Safe to call again, and by two at once.

    History is looked at as it stood when it was asked for; `at` is when it is finished. When
    `must_stop` says so it stays RUNNING. Raises Refused, AgreementError.
    """
    made = RouteRehearsal.objects.select_related("version").get(pk=rehearsal_id)
    if not made.is_under_way:
        return made

    def progress(said: str, done: int, total: int) -> None:
        if must_stop():
            raise Stopped
        made.note(state=State.RUNNING, step=said, done=done, total=total)

    wish = Wish(
        read(made.text), made.begin, made.end, made.at, settings.TIME_ZONE,
        times=made.times, everybody_there=made.everybody_there,
        title=f"Version {made.version.number}",
    )  # fmt: skip
    try:
        found = rehearse(wish, _beside(made), progress=progress)
    except Stopped:
        return made
    return _store(made, found, at=at)


def _beside(made: RouteRehearsal) -> Published | None:
    """The version in force when it was asked for; None if that is the one rehearsed."""
    if made.against is None or made.against == made.version.number:
        return None
    return Published(made.against, agreements.document_of(made.against), made.at)


def _store(made: RouteRehearsal, found: Report, *, at: datetime) -> RouteRehearsal:
    drawn = charts(found)
    with transaction.atomic():
        current = RouteRehearsal.objects.select_for_update().get(pk=made.pk)
        if not current.is_under_way:
            return current
        current.state, current.finished_at = State.DONE, at
        current.report, current.charts = as_plain(found), drawn
        current.done = current.total = made.total
        current.save()
    return current
