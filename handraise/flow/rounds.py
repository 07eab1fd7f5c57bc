"""What is done for everybody from time to time: catching up with a version, the nightly look."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from handraise.agreement import queries as agreements
from handraise.agreement.queries import Published
from handraise.leads.bulk import execute, rows_of

SLICE = 5000  # leads woken at a time, so that those who come in meanwhile need not wait
STALE_AFTER = timedelta(hours=24)
CATCHES_UP = "flow.catches_up"

# Without a score, scored under another version, or not looked at for a day: scores fade, and
# windows of `did` end, so what was true of a lead yesterday need not be true today. A lead that
# is woken for this already, or parked, is left alone.
_WAKE = """
insert into leads_attention (lead_id, look_at, why)
select lead.id, %(at)s, %(why)s
from leads_lead lead left join scoring_score score on score.lead_id = lead.id
where lead.is_current
  and (score.lead_id is null or score.version <> %(version)s or score.scored_at < %(stale)s)
  and not exists (
      select from leads_attention due
      where due.lead_id = lead.id and due.why = %(why)s and due.look_at <= %(at)s)
  and not exists (
      select from leads_parkedlead parked
      where parked.lead_id = lead.id and parked.cleared_at is null)
order by score.priority desc nulls last, lead.id
limit %(slice)s
"""

_WAKING = "select count(*) from leads_attention where why = %s and look_at <= %s"


@transaction.atomic
def catch_up(*, at: datetime) -> int:
    """Wake the next slice of leads whose score is of another version, missing, or a day old.

    The number woken; 0 while the last slice is still being worked on, or when all are up to date.
    """
    published = agreements.published()
    if published is None or rows_of(_WAKING, [CATCHES_UP, at])[0][0]:
        return 0
    return wake_stale(published, at=at)


def wake_stale(published: Published, *, at: datetime) -> int:
    """Wake the most promising leads whose score does not say how they stand now."""
    return execute(
        _WAKE,
        {
            "at": at,
            "why": CATCHES_UP,
            "version": published.number,
            "stale": at - STALE_AFTER,
            "slice": SLICE,
        },
    )
