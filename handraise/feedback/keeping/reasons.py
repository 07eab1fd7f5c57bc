"""Reads: why sales said no, and how good they thought the leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handraise.feedback import decide
from handraise.feedback.keeping.queries import OF_WHOM, STANDS
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


REFUSALS = f"""
select rejected.reason, rejected.consequence, count(*),
    count(*) filter (where exists (
        select from leads_lead again join leads_stagemove move on move.lead_id = again.id
        where again.canonical_id = face.canonical_id and move.after = 'MARKETING_QUALIFIED'
          and move.at > rejected.at and move.at <= %(at)s and move.withdrawn_at is null)),
    array_agg(distinct handover.version order by handover.version)
from handover_rejection rejected
join handover_handover handover on handover.id = rejected.handover_id
join leads_lead face on face.id = handover.lead_id
where handover.kind = %(kind)s and {STANDS} and {OF_WHOM}
  and handover.offered_at >= %(since)s and handover.offered_at < %(until)s
  and rejected.at <= %(at)s
group by 1, 2 order by 3 desc, 1
"""  # noqa: S608 - constants of this module


def refusals(
    *,
    since: datetime,
    until: datetime,
    at: datetime,
    kind: Kind = Kind.FIRST,
    team: int | None = None,
    person: int | None = None,
) -> list[Refusal]:
    """Why sales said no to what was offered in the period, the commonest first."""
    asked = {"since": since, "until": until, "at": at, "kind": kind, "team": team,
             "person": person}  # fmt: skip
    rows = rows_of(REFUSALS, asked)
    return [
        Refusal(reason, consequence, count, came_back, tuple(versions))
        for reason, consequence, count, came_back, versions in rows
    ]


@dataclass(frozen=True, slots=True)
class Word:
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
    newest: tuple[Word, ...]


_RATINGS = f"""
select count(*) over (), avg(rating.stars) over ()::float8,
    rating.stars, rating.word, person.name, handover.id,
    coalesce(nullif(lead.name, ''), nullif(lead.email, ''), 'Visitor ' || lead.id)
from handover_rating rating
join handover_handover handover on handover.id = rating.handover_id
join team_user person on person.id = rating.by_id
join leads_lead face on face.id = handover.lead_id
join leads_lead lead on lead.id = face.canonical_id
where handover.kind = %(kind)s and {STANDS}
  and handover.offered_at >= %(since)s and handover.offered_at < %(until)s and rating.at <= %(at)s
order by rating.word = '', rating.at desc, rating.id desc limit 5
"""  # noqa: S608 - a constant of this part


def ratings(*, since: datetime, until: datetime, at: datetime, kind: Kind = Kind.FIRST) -> Ratings:
    """How the leads offered in the period were rated by `at`."""
    rows = rows_of(_RATINGS, {"since": since, "until": until, "at": at, "kind": kind})
    count, mean = rows[0][:2] if rows else (0, None)
    return Ratings(count, mean, tuple(Word(*row[2:]) for row in rows if row[3]))
