"""Reads: how soon a person first touched who was offered, and who of them became SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from handraise.feedback.decide import Share
from handraise.leads.bulk import rows_of

BANDS = (
    "within an hour", "1 to 4 hours", "4 hours to a day", "1 to 3 days", "3 to 7 days",
    "later", "no touch logged",
)  # fmt: skip
SOON, LATE = (0, 1), (3, 4, 5)  # bands that are compared: within four hours, after a day
THIRDS = ("Top third by priority", "Middle third", "Lowest third")
HORIZON = timedelta(days=30)

# One row a lead: its first offer in the period, if it was no SQL before and had its days to become
# one. A touch counts until the lead is SQL: what came later did not bring it about.
TIMED = """
with offered as (
    select distinct on (face.canonical_id) face.canonical_id as lead_id, handover.priority,
        handover.offered_at, standing.qualified_at
    from handover_handover handover
    join leads_lead face on face.id = handover.lead_id
    join feedback_standing standing on standing.lead_id = face.canonical_id
    where handover.kind = 'first'
      and handover.offered_at >= %(since)s and handover.offered_at < %(until)s
      and handover.offered_at <= %(at)s - %(horizon)s
      and not exists (
        select from handover_withdrawal gone where gone.handover_id = handover.id)
    order by face.canonical_id, handover.offered_at, handover.id
),
touched as (
    select offered.lead_id, min(touch.at) as at
    from offered
    join leads_lead face on face.canonical_id = offered.lead_id
    join handover_handover handover on handover.lead_id = face.id
    join handover_touch touch on touch.handover_id = handover.id
    where touch.at >= offered.offered_at and touch.at < offered.offered_at + %(horizon)s
      and touch.at <= coalesce(offered.qualified_at, touch.at)
    group by offered.lead_id
),
timed as (
    select offered.lead_id, offered.offered_at, touched.at as touched_at,
        coalesce(width_bucket(date_part('epoch', touched.at - offered.offered_at) / 3600,
            array[1, 4, 24, 72, 168]::float8[]), 6) as band,
        ntile(3) over (order by offered.priority desc, offered.lead_id) as third,
        coalesce(offered.qualified_at < offered.offered_at + %(horizon)s, false) as came
    from offered left join touched on touched.lead_id = offered.lead_id
    where coalesce(offered.qualified_at > offered.offered_at, true)
)
"""
CURVE = f"""{TIMED}
select band, third, count(*) filter (where came), count(*) from timed group by 1, 2
"""  # noqa: S608 - a constant of this module


_VERSIONS = """
select distinct handover.version from handover_handover handover
where handover.kind = 'first'
  and handover.offered_at >= %(since)s and handover.offered_at < %(until)s
  and handover.offered_at <= %(at)s - %(horizon)s
  and not exists (select from handover_withdrawal gone where gone.handover_id = handover.id)
order by 1
"""


@dataclass(frozen=True, slots=True)
class Band:
    """Who was first touched within these hours: the share that became SQL, in all and in each
    third by priority at the offer, the highest first."""

    name: str
    whole: Share
    thirds: tuple[Share, Share, Share]


def asked(*, since: datetime, until: datetime, at: datetime) -> dict[str, object]:
    """What the statement is asked with."""
    return {"since": since, "until": until, "at": at, "horizon": HORIZON}


def bands(*, since: datetime, until: datetime, at: datetime) -> list[Band]:
    """The bands from the soonest on."""
    rows = rows_of(CURVE, asked(since=since, until=until, at=at))
    told = {(band, third): Share(came, count) for band, third, came, count in rows}
    found = []
    for place, name in enumerate(BANDS):
        one, two, three = (told.get((place, third), Share(0, 0)) for third in (1, 2, 3))
        found.append(Band(name, together((one, two, three)), (one, two, three)))
    return found


def together(shares: tuple[Share, ...] | list[Share]) -> Share:
    """Several counts as one."""
    return Share(sum(one.count for one in shares), sum(one.of for one in shares))


def versions(*, since: datetime, until: datetime, at: datetime) -> tuple[int, ...]:
    """The agreements under which these leads were offered."""
    asked = {"since": since, "until": until, "at": at, "horizon": HORIZON}
    return tuple(number for (number,) in rows_of(_VERSIONS, asked))
