"""What is done for everybody from time to time: catching up with a version, the nightly look, and
asking again for those who wait for a person; once a minute, telling people what falls due, and
once a month, having the agreement reviewed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from handraise.agreement import queries as agreements
from handraise.agreement.queries import Published
from handraise.feedback.learned.actions import learn_by_night
from handraise.feedback.lost import end_lost
from handraise.feedback.reports.actions import ask_due as ask_reports
from handraise.feedback.review.actions import ask_monthly
from handraise.forms.taking import take_waiting
from handraise.forms.turns import forget_old
from handraise.handover.offering import wake_waiting
from handraise.leads.bulk import execute, rows_of
from handraise.scoring.rescoring import note_rescoring
from handraise.talk.digests import send_due
from handraise.talk.reminding import remind_due

SLICE = 1000  # leads woken at a time: those who come in meanwhile wait for no more than these
QUIET = timedelta(seconds=30)  # between searches through everybody when all were up to date
PATIENCE = timedelta(seconds=2)  # before those who wait for a person are tried again in vain
TELLS = timedelta(minutes=1)  # between looks at whose tasks or digests are due
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


_IS_WAKING = "select exists (select from leads_attention where look_at <= %s and why = %s)"


@transaction.atomic
def catch_up(*, at: datetime) -> int | None:
    """Wake the next slice of leads whose score is of another version, missing, or a day old.

    The number woken, 0 when all are up to date; None while the last slice is being worked on, or
    when nothing is agreed yet.
    """
    published = agreements.published()
    if published is None or rows_of(_IS_WAKING, [at, CATCHES_UP])[0][0]:
        return None
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


class Rounds:
    """One worker's rounds: at once after a new version, and while there is a backlog; else at
    intervals, since finding out that everybody is up to date means reading everybody."""

    def __init__(self) -> None:
        self._version: int | None = None
        self._quiet_until: datetime | None = None
        self._ask_after: datetime | None = None
        self._told_at: datetime | None = None

    def make(self, *, at: datetime) -> int:
        """Wake a slice if it is time to; how many were woken."""
        self._tell(at)
        published = agreements.published()
        if published is not None and (self._ask_after is None or at >= self._ask_after):
            placed = wake_waiting(published=published, at=at)
            self._ask_after = None if placed else at + PATIENCE
        version = None if published is None else published.number
        if version == self._version and self._quiet_until is not None and at < self._quiet_until:
            return 0
        woken = catch_up(at=at)
        if published is not None:
            note_rescoring(published, at=at, is_due=woken == 0)
        self._version = version
        self._quiet_until = at + QUIET if woken == 0 else None
        return woken or 0

    def _tell(self, at: datetime) -> None:
        if self._told_at is None or at - self._told_at >= TELLS:
            self._told_at = at
            remind_due(at=at)
            send_due(at=at)
            ask_reports(at=at)
            take_waiting(at=at)
            forget_old(at=at)
            end_lost(at=at)
            learn_by_night(at=at)
            ask_monthly(at=at)
