"""Reads: which rejections were contested and overturned, and how fast questions were answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from handraise.feedback.decide import Share
from handraise.feedback.keeping.queries import OF_WHOM, STANDS
from handraise.handover.decide import Kind
from handraise.leads.bulk import rows_of

ENOUGH_RULINGS = 10  # rulings are few, and each was thought about


@dataclass(frozen=True, slots=True)
class Disputed:
    """One reason: how many were rejected for it, contested, and of those ruled on overturned."""

    reason: str
    rejected: int
    contested: int
    waiting: int
    overturned: Share
    versions: tuple[int, ...]

    @property
    def is_enough(self) -> bool:
        return self.overturned.of >= ENOUGH_RULINGS


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of a period, but those taken back or of withdrawn offers: how many were
    answered by then, how many of those due in time, and the working time within which half of the
    answers came."""

    count: int
    answered: int
    in_time: Share
    typical: timedelta | None
    versions: tuple[int, ...]

    @property
    def typical_words(self) -> str:
        """`40 min`, `3 h 5 min`; a dash where nothing was answered."""
        if self.typical is None:
            return "–"
        hours, minutes = divmod(round(self.typical.total_seconds() / 60), 60)
        words = [f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes or not hours)
        return " ".join(words)


_CONTESTS = f"""
select rejected.reason, count(*), count(contest.id),
    count(contest.id) filter (where contest.ruled_at is null or contest.ruled_at > %(at)s),
    count(*) filter (where not contest.is_upheld and contest.ruled_at <= %(at)s),
    count(*) filter (where contest.ruled_at <= %(at)s),
    array_agg(distinct handover.version order by handover.version)
from handover_rejection rejected
join handover_handover handover on handover.id = rejected.handover_id
left join handover_contest contest on contest.rejection_id = rejected.id and contest.at <= %(at)s
where handover.kind = %(kind)s and {STANDS} and {OF_WHOM}
  and handover.offered_at >= %(since)s and handover.offered_at < %(until)s
  and rejected.at <= %(at)s
group by 1 having count(contest.id) > 0 order by 3 desc, 1
"""  # noqa: S608 - constants of this part


def contests(
    *,
    since: datetime,
    until: datetime,
    at: datetime,
    kind: Kind = Kind.FIRST,
    team: int | None = None,
    person: int | None = None,
) -> list[Disputed]:
    """What of the rejections of leads offered in the period was contested, by reason."""
    asked = {"since": since, "until": until, "at": at, "kind": kind, "team": team,
             "person": person}  # fmt: skip
    rows = rows_of(_CONTESTS, asked)
    return [
        Disputed(reason, rejected, contested, waiting, Share(overturned, ruled), tuple(versions))
        for reason, rejected, contested, waiting, overturned, ruled, versions in rows
    ]


_QUESTIONS = f"""
select count(*),
    count(*) filter (where question.answered_at <= %(at)s),
    count(*) filter (where question.answered_at <= least(question.due_at, %(at)s)),
    count(*) filter (where question.answered_at <= %(at)s or question.due_at <= %(at)s),
    extract(epoch from percentile_cont(0.5) within group (order by question.took)
        filter (where question.answered_at <= %(at)s)),
    array_agg(distinct handover.version order by handover.version)
from handover_question question
join handover_handover handover on handover.id = question.handover_id
where handover.offered_at >= %(since)s and handover.offered_at < %(until)s
  and question.at <= %(at)s and question.taken_back_at is null
  and {STANDS}
"""  # noqa: S608 - a constant of this part


def questions(*, since: datetime, until: datetime, at: datetime) -> Asked:
    """How the questions about leads offered in the period were answered by `at`."""
    rows = rows_of(_QUESTIONS, {"since": since, "until": until, "at": at})
    count, answered, in_time, due, seconds, versions = rows[0]
    typical = None if seconds is None else timedelta(seconds=float(seconds))
    return Asked(count, answered, Share(in_time, due), typical, tuple(versions or ()))
