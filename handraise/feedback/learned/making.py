"""Make a run that was asked for: learn anew, and put its chances in place of the last ones.

A job that is killed begins anew; until it is done the last chances stay, all of one run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from handraise.agreement import queries as agreements
from handraise.feedback.learned.chances import shares, tenths_of
from handraise.feedback.learned.charts import charts
from handraise.feedback.learned.models import Learning
from handraise.feedback.learned.report import Report, as_plain
from handraise.feedback.learned.running import STEPS, Given, run_learning
from handraise.feedback.rehearsal import engines
from handraise.feedback.rehearsal.decide import Name, Outcome
from handraise.feedback.rehearsal.figures import Numbers
from handraise.feedback.work import State, Stopped
from handraise.leads.bulk import as_json, copy_rows, rows_of
from handraise.leads.decide import Refused
from handraise.leads.models import Lead

MANY = 20_000  # leads from which on the lake is read rather than the database


def run(
    learning_id: int, *, at: datetime, must_stop: Callable[[], bool] = lambda: False,
    engine: str | None = None,
) -> Learning:  # fmt: skip
    """Make a run; nothing if it is made already. Safe to call again, and by two at once.

    Raises Refused, LackingError, each with a sentence. When `must_stop` says so it stays RUNNING.
    """
    learning = Learning.objects.get(pk=learning_id)
    if not learning.is_under_way:
        return learning

    def progress(said: str, done: int, total: int) -> None:
        if must_stop():
            raise Stopped
        learning.note(state=State.RUNNING, step=said, done=done, total=total)

    progress("Opening the history", 0, STEPS)
    published = agreements.published()
    if published is None:
        raise Refused("No agreement is in force yet: there are no points to compare with.")
    try:
        with engines.opened(engine or _engine(), at=at, asked_at=learning.at) as history:
            report, given = run_learning(
                history.engine, published, Outcome(learning.outcome), at=learning.at,
                zone=settings.TIME_ZONE, progress=progress,
            )  # fmt: skip
        progress("Keeping the chances", STEPS, STEPS)
    except Stopped:
        return learning
    return _store(learning, report, given, at=at)


def _engine() -> str:
    few = Lead.objects.order_by()[: MANY + 1].count() <= MANY
    return Name.POSTGRES if few else Name.DUCKDB


def _store(learning: Learning, report: Report, given: Given, *, at: datetime) -> Learning:
    drawn = charts(report)
    with transaction.atomic():
        current = Learning.objects.select_for_update().get(pk=learning.pk)
        if not current.is_under_way:
            return current
        _replace(current, given)
        current.state, current.finished_at = State.DONE, at
        current.verdict, current.report = report.tested.verdict, as_plain(report)
        current.charts, current.done, current.total = drawn, STEPS, STEPS
        current.step, current.error = "", ""
        current.save()
    return current


_COLUMNS = (
    "lead_id", "chance", "tenth", "priority", "points_tenth", "lean", "reasons",
)  # fmt: skip
_TABLE = """
create temporary table new_chance (lead_id bigint, chance float8, tenth smallint,
    priority float8, points_tenth smallint, lean float8, reasons jsonb) on commit drop
"""
# A lead may have gone while this was reckoned.
_PUT = f"""
insert into feedback_chance ({", ".join(_COLUMNS)}, learning_id)
select {", ".join(f"new_chance.{name}" for name in _COLUMNS)}, %s
from new_chance join leads_lead lead on lead.id = new_chance.lead_id
where lead.is_current
"""  # noqa: S608 - constants of this module
_POINTS = """
select lead_id, priority from scoring_score where lead_id = any(%s)
"""


def _replace(learning: Learning, given: Given) -> None:
    with connection.cursor() as cursor:
        cursor.execute("lock table feedback_chance in share row exclusive mode")
        cursor.execute("delete from feedback_chance")
        cursor.execute(_TABLE)
        if len(given.lead_ids):
            copy_rows("new_chance", _COLUMNS, _rows(given))
        cursor.execute(_PUT, [learning.pk])
        cursor.execute("drop table new_chance")


def _rows(given: Given) -> Iterator[tuple[object, ...]]:
    """A row for each lead; without a score, nothing is said of the points."""
    ids = given.lead_ids
    points = np.full(len(ids), np.nan)
    known = rows_of(_POINTS, [ids.tolist()])
    if known:
        told = np.array(known, dtype=np.float64)
        points[np.searchsorted(ids, told[:, 0].astype(np.int64))] = told[:, 1]
    has = ~np.isnan(points)
    lean, points_tenth = np.full(len(ids), np.nan), np.zeros(len(ids), dtype=np.int64)
    of_points = shares(points[has])
    lean[has] = shares(given.chance[has]) - of_points
    points_tenth[has] = tenths_of(of_points)
    tenth = tenths_of(shares(given.chance)).tolist()
    for place, lead_id in enumerate(ids.tolist()):
        is_scored = bool(has[place])
        yield (
            lead_id, float(given.chance[place]), tenth[place], _or_none(points, place),
            int(points_tenth[place]) if is_scored else None, _or_none(lean, place),
            as_json(given.reasons[place]),
        )  # fmt: skip


def _or_none(values: Numbers, place: int) -> float | None:
    value = float(values[place])
    return None if np.isnan(value) else value
