"""What a lake holds for reports: all that scoring reads, and how offers were answered.

The answers belong to `handover`, which scoring does not know; a rehearsal needs both.
"""

from __future__ import annotations

from handraise.handover.models import Acceptance, Expiry, Handover, Rejection, Withdrawal
from handraise.scoring.lake.tables import INSTANT, Table
from handraise.scoring.lake.tables import TABLES as READ_BY_SCORING

_ENDING = {"id": "int64", "handover_id": "int64", "at": INSTANT, "by_id": "int64"}

TABLES = (
    *READ_BY_SCORING,
    # The brief stays behind: it repeats what facts and activities tell, person by person.
    Table(Handover._meta.db_table, {
        "id": "int64", "lead_id": "int64", "team_id": "int64", "assignee_id": "int64",
        "version": "int64", "priority": "float64", "offered_at": INSTANT, "due_at": INSTANT,
        "is_cooling": "boolean", "overdue_at": INSTANT, "ended_at": INSTANT,
    }),
    Table(Acceptance._meta.db_table, _ENDING),
    Table(Rejection._meta.db_table, {**_ENDING, "reason": "string", "consequence": "string"}),
    Table(Withdrawal._meta.db_table, _ENDING),
    Table(Expiry._meta.db_table, _ENDING),
)  # fmt: skip
