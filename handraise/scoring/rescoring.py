"""How far everybody is scored by the version in force: begun, counted, ended, each noted once.

The work itself is level-triggered (`flow.rounds` wakes whoever is scored by another version), so
it may be killed anywhere, and a newer version simply takes over. What stands here is for people.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from handraise.agreement.queries import Published
from handraise.leads import journal
from handraise.leads.bulk import rows_of
from handraise.leads.decide import Via
from handraise.scoring.models import Rescoring

COUNT_EVERY = timedelta(seconds=3)  # counting means reading everybody
NEWS_FOR = timedelta(days=1)

_REMAINING = """
select count(*) filter (where is_behind), count(*)
from (
    select score.version is distinct from %s and not exists (
        select from leads_parkedlead parked
        where parked.lead_id = lead.id and parked.cleared_at is null) as is_behind
    from leads_lead lead left join scoring_score score on score.lead_id = lead.id
    where lead.is_current
) everybody
"""


def rescoring_news(*, at: datetime) -> Rescoring | None:
    """How far everybody is scored by the newest version, while that is under way and for a day."""
    found = Rescoring.objects.order_by("-version").first()
    is_old = found is not None and found.ended_at is not None and at - found.ended_at > NEWS_FOR
    return None if is_old else found


@transaction.atomic
def note_rescoring(published: Published, *, at: datetime, is_due: bool = False) -> Rescoring | None:
    """Begin, count or end the rescoring of this version; None while another worker does.

    Counts every three seconds, and at once when it `is_due`: nobody is left to be woken.
    Those that were under way for other versions end as superseded. Ends are journalled.
    """
    now = Rescoring.objects.filter(version=published.number)
    found = now.select_for_update(skip_locked=True).first()
    if found is None:
        return None if now.exists() else _begin(published, at)
    if found.ended_at is None and (is_due or at - found.counted_at >= COUNT_EVERY):
        found.remaining, _ = rows_of(_REMAINING, [published.number])[0]
        found.counted_at = at
        if found.remaining == 0:
            _end(found, at)
        found.save()
    return found


def _begin(published: Published, at: datetime) -> Rescoring:
    _supersede(published, at)
    remaining, total = rows_of(_REMAINING, [published.number])[0]
    found, _ = Rescoring.objects.get_or_create(
        version=published.number,
        defaults={"begun_at": at, "counted_at": at, "total": total, "remaining": remaining},
    )
    return found


def _supersede(published: Published, at: datetime) -> None:
    others = Rescoring.objects.filter(ended_at=None).exclude(version=published.number)
    for old in others.select_for_update():
        old.ended_at, old.superseded_by = at, published.number
        old.save()
        said = (
            f"Version {published.number} took over when {old.done:,} of {old.total:,} leads were"
            f" scored by version {old.version}."
        )
        _line("rescoring_superseded", old, said, at)


def _end(found: Rescoring, at: datetime) -> None:
    found.ended_at = at
    seconds = (at - found.begun_at).total_seconds()
    said = (
        f"Everybody is scored by version {found.version}:"
        f" {found.total:,} leads in {seconds:,.0f} seconds."
    )
    _line("rescored_everybody", found, said, at)


def _line(deed: str, found: Rescoring, said: str, at: datetime) -> None:
    data = {"version": found.version, "total": found.total, "remaining": found.remaining}
    journal.write(f"scoring.{deed}", at=at, via=Via.WORKER, said=said, data=data)
