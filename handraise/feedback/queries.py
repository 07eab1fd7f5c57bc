"""Reads: how offers were answered, and why sales said no."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from handraise.feedback import decide
from handraise.feedback.decide import Share
from handraise.handover.decide import Kind
from handraise.leads.bulk import rows_of


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason for which sales gave leads back, and how many of those qualified again."""

    reason: str
    consequence: str
    count: int
    came_back: int
    versions: tuple[int, ...]

    @property
    def became(self) -> str:
        """What became of those leads, in words."""
        return decide.CONSEQUENCES.get(self.consequence, self.consequence)


_REFUSALS = """
select rejected.reason, rejected.consequence, count(*),
    count(*) filter (where exists (
        select from leads_lead again join leads_stagemove move on move.lead_id = again.id
        where again.canonical_id = face.canonical_id and move.after = 'MARKETING_QUALIFIED'
          and move.at > rejected.at and move.at <= %(at)s and move.withdrawn_at is null)),
    array_agg(distinct handover.version order by handover.version)
from handover_rejection rejected
join handover_handover handover on handover.id = rejected.handover_id
join leads_lead face on face.id = handover.lead_id
where handover.kind = %(kind)s
  and handover.offered_at >= %(since)s and handover.offered_at < %(until)s
  and rejected.at <= %(at)s
group by 1, 2 order by 3 desc, 1
"""


def refusals(
    *, since: datetime, until: datetime, at: datetime, kind: Kind = Kind.FIRST
) -> list[Refusal]:
    """Why sales said no to what was offered in the period, the commonest first."""
    rows = rows_of(_REFUSALS, {"since": since, "until": until, "at": at, "kind": kind})
    return [
        Refusal(reason, consequence, count, came_back, tuple(versions))
        for reason, consequence, count, came_back, versions in rows
    ]


@dataclass(frozen=True, slots=True)
class Clock:
    """How the offers of a period were answered: those accepted, and those answered in time.

    Both are shares of the offers that were answered or ran out of time by then; `touched`, the
    first touch in time, of the accepted ones for which one was agreed and came or was due."""

    offered: int
    accepted: Share
    in_time: Share
    touched: Share
    typical: timedelta | None
    versions: tuple[int, ...]

    @property
    def typical_words(self) -> str:
        """`40 min`, `3 h`, `2 days`; a dash where nothing was answered."""
        if self.typical is None:
            return "–"
        minutes = int(self.typical.total_seconds() // 60)
        if minutes < 60:
            return f"{minutes} min"
        return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"


@dataclass(frozen=True, slots=True)
class Rated:
    """A rating with a word."""

    stars: int
    word: str
    by: str
    handover: int
    lead: str


@dataclass(frozen=True, slots=True)
class Ratings:
    """What sales thought of the leads of a period: how many ratings, their mean, the newest with
    a word."""

    count: int
    mean: float | None
    newest: tuple[Rated, ...]


_RATINGS = """
select count(*) over (), avg(rating.stars) over ()::float8,
    rating.stars, rating.word, person.name, handover.id,
    coalesce(nullif(lead.name, ''), nullif(lead.email, ''), 'Visitor ' || lead.id)
from handover_rating rating
join handover_handover handover on handover.id = rating.handover_id
join team_user person on person.id = rating.by_id
join leads_lead face on face.id = handover.lead_id
join leads_lead lead on lead.id = face.canonical_id
where handover.kind = %(kind)s
  and handover.offered_at >= %(since)s and handover.offered_at < %(until)s and rating.at <= %(at)s
order by rating.word = '', rating.at desc, rating.id desc limit 5
"""


def ratings(*, since: datetime, until: datetime, at: datetime, kind: Kind = Kind.FIRST) -> Ratings:
    """How the leads offered in the period were rated by `at`."""
    rows = rows_of(_RATINGS, {"since": since, "until": until, "at": at, "kind": kind})
    count, mean = rows[0][:2] if rows else (0, None)
    return Ratings(count, mean, tuple(Rated(*row[2:]) for row in rows if row[3]))


_CLOCK = """
select count(*),
    count(*) filter (where accepted.id is not null),
    count(*) filter (where answered.at is not null),
    count(*) filter (where answered.at <= handover.due_at),
    count(*) filter (where answered.at is not null or handover.due_at <= %(at)s),
    extract(epoch from percentile_cont(0.5) within group (
        order by answered.at - handover.offered_at)),
    count(*) filter (where touch.at <= accepted.touch_due_at),
    count(*) filter (where touch.at is not null or accepted.touch_due_at <= %(at)s),
    array_agg(distinct handover.version order by handover.version)
from handover_handover handover
left join handover_acceptance accepted
    on accepted.handover_id = handover.id and accepted.at <= %(at)s
left join handover_touch touch on touch.handover_id = handover.id and touch.at <= %(at)s
    and accepted.touch_due_at is not null
left join handover_rejection rejected
    on rejected.handover_id = handover.id and rejected.at <= %(at)s
left join handover_withdrawal withdrawn on withdrawn.handover_id = handover.id
cross join lateral (select coalesce(accepted.at, rejected.at) as at) answered
where handover.kind = %(kind)s
  and handover.offered_at >= %(since)s and handover.offered_at < %(until)s
  and withdrawn.id is null
"""


def clock(*, since: datetime, until: datetime, at: datetime, kind: Kind = Kind.FIRST) -> Clock:
    """How the offers made in the period were answered by `at`. Withdrawn ones are left out."""
    rows = rows_of(_CLOCK, {"since": since, "until": until, "at": at, "kind": kind})
    offered, accepted, answered, in_time, decided, seconds, touched, to_touch, versions = rows[0]
    return Clock(
        offered,
        Share(accepted, answered),
        Share(in_time, decided),
        Share(touched, to_touch),
        None if seconds is None else timedelta(seconds=float(seconds)),
        tuple(versions or ()),
    )
