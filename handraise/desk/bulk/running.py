"""Do a bulk, or undo it: batch by batch, each with its progress in one transaction.

What a batch did and which leads it did it to are committed together, and the row of the bulk is
locked meanwhile: whatever is killed when, and however many run it, each lead has one turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from handraise.desk.bulk.decide import (
    BATCH,
    NEEDS,
    Actor,
    Deed,
    Outcome,
    Standing,
    State,
    hindrance,
)
from handraise.desk.bulk.models import Bulk, BulkLead
from handraise.desk.bulk.queries import actor_of, standings_of
from handraise.desk.bulk.turns import Turn, do, was_before
from handraise.desk.bulk.undoing import touched_since, undo
from handraise.leads import attention, journal
from handraise.leads.bulk import rows_of
from handraise.leads.decide import Refused, Via
from handraise.leads.models import Lead
from handraise.team.access import require

_MARKS = """
    SELECT lead_id, max(id) FROM leads_journalline WHERE lead_id = ANY(%s::bigint[]) GROUP BY 1
"""


def run(
    bulk_id: int, *, now: Callable[[], datetime], must_stop: Callable[[], bool] = lambda: False
) -> Bulk:
    """Do, or undo, what is left of a bulk; nothing where it is over. Safe to call again.

    `now` is asked once a batch, when its leads are held: what people did meanwhile came before.

    When `must_stop` says so it stays as it is, to be run again. Raises PermissionDenied where who
    asked for it may not any more.
    """
    while not must_stop():
        bulk = _batch(bulk_id, now)
        if not bulk.is_under_way:
            return bulk
    return Bulk.objects.get(pk=bulk_id)


def fail(bulk_id: int, why: str, *, at: datetime) -> None:
    """Leave it failed with this sentence; what is done stays done and can be undone."""
    under_way = Bulk.objects.filter(pk=bulk_id, state__in=[State.RUNNING, State.UNDOING])
    under_way.update(state=State.FAILED, error=why, finished_at=at)


@transaction.atomic
def _batch(bulk_id: int, now: Callable[[], datetime]) -> Bulk:
    """One batch and its progress, or the end of it."""
    locked = Bulk.objects.select_for_update(of=("self",)).select_related("by", "undoing_by")
    bulk = locked.get(pk=bulk_id)
    if not bulk.is_under_way:
        return bulk
    deed, by = Deed(bulk.deed), bulk.undoing_by or bulk.by
    require(by, NEEDS[deed])
    wanted = Outcome.DONE if bulk.is_undo else ""
    rows = list(BulkLead.objects.filter(bulk=bulk, outcome=wanted).order_by("pk")[:BATCH])
    ids = [row.lead_id for row in rows]
    attention.lock(ids)
    turn = Turn(bulk, deed, by, now())
    if not rows:
        return _finish(turn)
    standings = standings_of(bulk, ids)
    leads = Lead.objects.select_related("owner").in_bulk(ids)
    if bulk.is_undo:
        _undo(turn, rows, standings, leads)
    else:
        _do(turn, rows, standings, leads)
    BulkLead.objects.bulk_update(rows, ["outcome", "why", "before", "mark"])
    bulk.save(update_fields=["done", "refused", "undone", "left"])
    return bulk


def _do(
    turn: Turn, rows: list[BulkLead], standings: Mapping[int, Standing], leads: Mapping[int, Lead]
) -> None:
    actor: Actor = actor_of(turn.by)
    for row in rows:
        standing = standings[row.lead_id]
        row.why = hindrance(turn.deed, turn.bulk.given, standing, actor)
        if not row.why:
            try:
                do(turn, leads[row.lead_id])
            except (Refused, PermissionDenied) as refused:
                row.why = str(refused)
        row.outcome = Outcome.REFUSED if row.why else Outcome.DONE
    done = [row for row in rows if row.outcome == Outcome.DONE]
    marks = dict(rows_of(_MARKS, [[row.lead_id for row in done]]))
    before = was_before(turn, done, standings)
    for row in done:
        row.mark, row.before = marks.get(row.lead_id), before.get(row.lead_id)
    turn.bulk.done += len(done)
    turn.bulk.refused += len(rows) - len(done)


def _undo(
    turn: Turn, rows: list[BulkLead], standings: Mapping[int, Standing], leads: Mapping[int, Lead]
) -> None:
    touched = touched_since(turn, rows)
    for row in rows:
        try:
            undo(turn, row, standings[row.lead_id], leads[row.lead_id], touched)
        except (Refused, PermissionDenied) as refused:
            row.outcome, row.why = Outcome.LEFT, str(refused)
            turn.bulk.left += 1
        else:
            row.outcome = Outcome.UNDONE
            turn.bulk.undone += 1


def _finish(turn: Turn) -> Bulk:
    bulk = turn.bulk
    bulk.state = State.UNDONE if bulk.is_undo else State.DONE
    bulk.finished_at = turn.at
    bulk.save(update_fields=["state", "finished_at"])
    said = (
        f"{bulk.undone:,} leads have back what they had, {bulk.left:,} stay as they are."
        if bulk.is_undo
        else f"{bulk.done:,} leads are changed, {bulk.refused:,} are not."
    )
    journal.write(
        "desk.bulk_finished", at=turn.at, via=Via.WORKER, by=turn.by, said=said,
        data={"bulk": bulk.pk},
    )  # fmt: skip
    return bulk
