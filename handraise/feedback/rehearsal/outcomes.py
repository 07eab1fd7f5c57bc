"""Reads: what history made of each lead, and when. One row a canonical lead, as arrays."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from handraise.feedback.rehearsal.decide import NEVER, History, Outcome
from handraise.leads.bulk import rows_of
from handraise.leads.decide import PATH, Stage

# A stage is reached by the move into it or past it: some firms skip one.
_HISTORY = """
with moved as (
    select face.canonical_id as id,
        min(move.at) filter (where move.after = 'MARKETING_QUALIFIED') as marketed,
        min(move.at) filter (where move.after = any(%(accepted)s)) as accepted,
        min(move.at) filter (where move.after = any(%(sales_qualified)s)) as sales_qualified,
        min(move.at) filter (where move.after = any(%(won)s)) as won
    from leads_stagemove move join leads_lead face on face.id = move.lead_id
    where move.withdrawn_at is null and move.at <= %(at)s
    group by face.canonical_id
),
taken as (
    select face.canonical_id as id, min(acceptance.at) as at
    from handover_acceptance acceptance
    join handover_handover handover on handover.id = acceptance.handover_id
    join leads_lead face on face.id = handover.lead_id
    where acceptance.at <= %(at)s
    group by face.canonical_id
),
born as (select canonical_id as id, min(created_at) as at from leads_lead group by canonical_id)
select lead.id, {columns}
from leads_lead lead
join born on born.id = lead.id
left join moved on moved.id = lead.id
left join taken on taken.id = lead.id
where lead.is_current and born.at < %(end)s
order by lead.id
"""
_MICROS = "coalesce((extract(epoch from {}) * 1000000)::bigint, %(never)s)"
_COLUMNS = (
    "born.at", "moved.marketed", "least(moved.accepted, taken.at)", "moved.sales_qualified",
    "moved.won",
)  # fmt: skip
_TEXT = _HISTORY.format(columns=", ".join(_MICROS.format(column) for column in _COLUMNS))


def history(*, at: datetime, end: datetime) -> History:
    """What had become by `at` of every lead that came in before `end`.

    Outcomes are moves (those an import told too, without withdrawn ones) and, for ACCEPTED, the
    acceptances of handovers.
    """
    reached = {
        "accepted": _from(Stage.SALES_ACCEPTED),
        "sales_qualified": _from(Stage.SALES_QUALIFIED),
        "won": _from(Stage.CUSTOMER),
    }
    rows = rows_of(_TEXT, {**reached, "at": at, "end": end, "never": NEVER})
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 6).T
    ids, entered, marketed, *came = table
    return History(ids, entered, marketed, dict(zip(Outcome, came, strict=True)))


def _from(stage: Stage) -> list[str]:
    return [after.value for after in PATH[PATH.index(stage) :]]
