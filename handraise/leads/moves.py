"""The only writer of stage moves. The decision is the caller's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from handraise.leads import attention, journal
from handraise.leads.bulk import as_json, copy_rows, execute, next_ids
from handraise.leads.decide import Stage, Via
from handraise.leads.entry import Json
from handraise.leads.models import Lead, StageMove
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


# Where a lead stands is where its last live move brought it. Only leads whose last move was
# taken back are touched: a step made since, by people or by the agreement, stays.
_STEP_BACK = """
    UPDATE leads_lead lead
    SET stage = coalesce(live.after, 'LEAD'), stage_since = coalesce(live.at, lead.created_at)
    FROM unnest(%s::bigint[]) AS asked (id)
    JOIN LATERAL (
        SELECT withdrawn_at FROM leads_stagemove WHERE lead_id = asked.id
        ORDER BY at DESC, id DESC LIMIT 1
    ) last ON last.withdrawn_at IS NOT NULL
    LEFT JOIN LATERAL (
        SELECT after, at FROM leads_stagemove WHERE lead_id = asked.id AND withdrawn_at IS NULL
        ORDER BY at DESC, id DESC LIMIT 1
    ) live ON true
    WHERE lead.id = asked.id
"""


def step_back(lead_ids: Collection[int]) -> None:
    """Put each of these canonical leads whose newest move was withdrawn where it stood before."""
    execute(_STEP_BACK, [list(lead_ids)])


def take_back(move: StageMove, *, at: datetime) -> None:
    """Withdraw the newest move of a canonical lead, whose row is locked: it counts nowhere any
    more, and the lead stands where it stood before."""
    StageMove.objects.filter(pk=move.pk).update(withdrawn_at=at)
    lead = Lead.objects.get(pk=move.lead.canonical_id)
    earlier = StageMove.objects.filter(lead__canonical=lead.pk, withdrawn_at=None)
    last = earlier.order_by("-at", "-pk").first()
    lead.stage, lead.stage_since = move.before, lead.created_at if last is None else last.at
    lead.save(update_fields=["stage", "stage_since"])
    attention.wake([lead.pk], look_at=at, why="moved")


def _line(move: Move, at: datetime, by_id: int | None, via: Via) -> journal.Line:
    data: dict[str, Json] = {
        "before": move.before.value, "after": move.after.value, "version": move.version,
        "scores": dict(move.scores), "source": move.source_id,
    }  # fmt: skip
    return journal.Line(
        "qualification.moved", at, via, lead_id=move.lead_id, by_id=by_id, said=move.reason,
        data=data,
    )  # fmt: skip
