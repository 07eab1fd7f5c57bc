"""The only writer of stage moves. The decision is the caller's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from handraise.leads import attention, journal
from handraise.leads.bulk import as_json, copy_rows, execute, next_ids
from handraise.leads.decide import Stage, Via
from handraise.leads.entry import Json
from handraise.team.models import User


@dataclass(frozen=True, slots=True)
class Move:
    """One step of one lead. `version` is the agreement's number; only what an import or a
    connector told has none. `occurred_at` is set when the step was taken before it was told."""

    lead_id: int
    before: Stage
    after: Stage
    version: int | None
    reason: str
    scores: Mapping[str, Json] = field(default_factory=dict)
    source_id: int | None = None
    occurred_at: datetime | None = None


_COLUMNS = ("id", "lead_id", "before", "after", "at", "known_at", "version", "reason", "scores",
            "by_id", "source_id")  # fmt: skip

_STAGES = """
    UPDATE leads_lead lead SET stage = moved.stage, stage_since = moved.since
    FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS moved (id, stage, since)
    WHERE lead.id = moved.id
"""


@transaction.atomic
def write(moves: Sequence[Move], *, at: datetime, by: User | None = None, via: Via) -> list[int]:
    """Write the moves, in the order given, and set each lead's stage to its last one.

    Leads must be canonical and, where others may move them too, locked (`attention.lock`).
    Writes a journal line `qualification.moved` for each and wakes the leads. Gives the moves' ids.
    """
    if not moves:
        return []
    ids = next_ids("leads_stagemove", len(moves))
    by_id = None if by is None else by.pk
    copy_rows(
        "leads_stagemove",
        _COLUMNS,
        [
            (pk, move.lead_id, move.before.value, move.after.value, move.occurred_at or at, at,
             move.version, move.reason, as_json(move.scores), by_id, move.source_id)
            for pk, move in zip(ids, moves, strict=True)
        ],
    )  # fmt: skip
    last = {move.lead_id: move for move in moves}
    execute(
        _STAGES,
        [
            list(last),
            [move.after.value for move in last.values()],
            [move.occurred_at or at for move in last.values()],
        ],
    )
    journal.write_many(_line(move, at, by_id, via) for move in moves)
    attention.wake(last, look_at=at, why="moved")
    return ids


def _line(move: Move, at: datetime, by_id: int | None, via: Via) -> journal.Line:
    data: dict[str, Json] = {
        "before": move.before.value, "after": move.after.value, "version": move.version,
        "scores": dict(move.scores), "source": move.source_id,
    }  # fmt: skip
    return journal.Line(
        "qualification.moved", at, via, lead_id=move.lead_id, by_id=by_id, said=move.reason,
        data=data,
    )  # fmt: skip
