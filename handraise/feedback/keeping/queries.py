"""Reads: how offers were answered, by whom; why sales said no; how good the leads were.

One definition for every page: the whole, a team, a person or a kind of handover.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from handraise.feedback.decide import Share
from handraise.feedback.keeping.decide import Numbers, Rated, rated, worked
from handraise.feedback.standing.looks import once_a_look
from handraise.handover.decide import Kind
from handraise.kit.working_time import Calendar
from handraise.leads.bulk import rows_of
from handraise.team.models import Team, User

# By what offers are told apart.
BY = {"team": "team_id", "person": "assignee_id", "kind": "kind"}

# Of whom: everything, or only the offers of one team or to one person.
OF_WHOM = """(%(team)s::bigint is null or handover.team_id = %(team)s)
  and (%(person)s::bigint is null or handover.assignee_id = %(person)s)"""
# Withdrawn offers are left out of every figure but their own number.
STANDS = "not exists (select from handover_withdrawal gone where gone.handover_id = handover.id)"
OFFERED = f"""
with offered as (
    select handover.*, accepted.at as accepted_at, accepted.touch_due_at, touch.at as touched_at,
        rejected.at as rejected_at, expired.at as expired_at,
        withdrawn.id is not null as is_withdrawn,
        coalesce(accepted.at, rejected.at) as answered_at, contest.at as contested_at,
        contest.ruled_at, not contest.is_upheld as is_overturned, rating.count as ratings,
        rating.stars, rating.squares
    from handover_handover handover
    left join handover_acceptance accepted
        on accepted.handover_id = handover.id and accepted.at <= %(at)s
    left join handover_touch touch on touch.handover_id = handover.id and touch.at <= %(at)s
        and accepted.touch_due_at is not null
    left join handover_rejection rejected
        on rejected.handover_id = handover.id and rejected.at <= %(at)s
    left join handover_expiry expired
        on expired.handover_id = handover.id and expired.at <= %(at)s
    left join handover_withdrawal withdrawn on withdrawn.handover_id = handover.id
    left join handover_contest contest
        on contest.rejection_id = rejected.id and contest.at <= %(at)s
    left join (
        select handover_id, count(*), sum(stars) as stars, sum(stars * stars) as squares
        from handover_rating where at <= %(at)s group by handover_id
    ) rating on rating.handover_id = handover.id
    where handover.kind = any(%(kinds)s) and {OF_WHOM}
      and handover.offered_at >= %(since)s and handover.offered_at < %(until)s
      and (%(due_by)s::timestamptz is null or handover.due_at <= %(due_by)s)
)
"""  # noqa: S608 - constants of this module
# One row for each kind, team and person; whatever is told apart is summed from these. The instants
# come packed, so that medians are those of all that are put together.
KEPT = f"""{OFFERED}
select kind, team_id, assignee_id,
    count(*) filter (where not is_withdrawn),
    count(*) filter (where not is_withdrawn and accepted_at is not null),
    count(*) filter (where not is_withdrawn and rejected_at is not null),
    count(*) filter (where not is_withdrawn and answered_at is null and expired_at is not null),
    count(*) filter (where is_withdrawn),
    count(*) filter (where not is_withdrawn and answered_at <= due_at),
    count(*) filter (where not is_withdrawn and (answered_at is not null or due_at <= %(at)s)),
    count(*) filter (where not is_withdrawn and touched_at <= touch_due_at
        and (%(due_by)s::timestamptz is null or touch_due_at <= %(due_by)s)),
    count(*) filter (where not is_withdrawn and (touch_due_at <= %(at)s
        or touched_at is not null and %(due_by)s::timestamptz is null)),
    count(contested_at) filter (where not is_withdrawn),
    count(*) filter (where not is_withdrawn and is_overturned and ruled_at <= %(at)s),
    count(*) filter (where not is_withdrawn and ruled_at <= %(at)s),
    coalesce(sum(ratings) filter (where not is_withdrawn), 0)::bigint,
    coalesce(sum(stars) filter (where not is_withdrawn), 0)::bigint,
    coalesce(sum(squares) filter (where not is_withdrawn), 0)::bigint,
    string_agg(float8send(date_part('epoch', offered_at))
            || float8send(date_part('epoch', answered_at)), ''::bytea)
        filter (where not is_withdrawn and answered_at is not null),
    array_agg(distinct version) filter (where not is_withdrawn)
from offered group by 1, 2, 3
"""  # noqa: S608 - constants of this module


@dataclass(frozen=True, slots=True)
class Kept:
    """How the offers of a period were answered. Withdrawn ones are counted, and left out of the
    rest.

    `accepted` is a share of those answered; `in_time` of those answered or due; `touched`, the
    first touch in time, of the accepted ones for which one was agreed and came or was due;
    `overturned` of the contests ruled on. `typical` is the median time to an answer by the wall
    clock. `key`: whose they are, as BY says; None for nobody's.
    """

    key: Any
    offered: int
    accepted: Share
    rejected: int
    expired: int
    withdrawn: int
    in_time: Share
    touched: Share
    typical: timedelta | None
    contested: int
    overturned: Share
    ratings: Rated
    versions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Offers:
    """The offers of one kind to one person (or to whoever claims them) of one team, counted.

    `counts` are in the order of KEPT; `answered`: when each was offered and answered, in seconds
    since 1970.
    """

    kind: str
    team_id: int
    assignee_id: int | None
    counts: tuple[int, ...]
    answered: Numbers
    versions: tuple[int, ...]


@once_a_look
def offers(
    *,
    since: datetime,
    until: datetime,
    at: datetime,
    kinds: tuple[Kind, ...] = (Kind.FIRST,),
    team: int | None = None,
    person: int | None = None,
    due_by: datetime | None = None,
) -> list[Offers]:
    """What was offered in the period, and how it was answered by `at`. `due_by`: only offers and
    first touches that were due by then, whatever came of them."""
    asked = {"since": since, "until": until, "at": at, "kinds": [kind.value for kind in kinds],
             "team": team, "person": person, "due_by": due_by}  # fmt: skip
    return [
        Offers(kind, of_team, of_person, tuple(counts), _pairs(packed), tuple(versions or ()))
        for kind, of_team, of_person, *counts, packed, versions in rows_of(KEPT, asked)
    ]


def _pairs(packed: bytes | None) -> Numbers:
    return np.frombuffer(packed or b"", ">f8").astype(np.float64).reshape(-1, 2)


def kept(found: Sequence[Offers], by: str = "") -> list[Kept]:
    """The offers summed for each of `by`: "team", "person", "kind", or as one."""
    parts: dict[Any, list[Offers]] = {}
    for one in found:
        parts.setdefault(getattr(one, BY[by]) if by else None, []).append(one)
    return [_kept(key, some) for key, some in parts.items()]


def _kept(key: Any, some: Sequence[Offers]) -> Kept:
    (offered, accepted, rejected, expired, withdrawn, in_time, decided, touched, to_touch,
     contested, overturned, ruled, ratings, stars, squares) = (
        sum(column) for column in zip(*(one.counts for one in some), strict=True)
    )  # fmt: skip
    answered = np.concatenate([one.answered for one in some])
    return Kept(
        key, offered, Share(accepted, accepted + rejected), rejected, expired, withdrawn,
        Share(in_time, decided), Share(touched, to_touch),
        _median(answered[:, 1] - answered[:, 0]), contested, Share(overturned, ruled),
        rated(ratings, stars, squares),
        tuple(sorted({number for one in some for number in one.versions})),
    )  # fmt: skip


def _median(seconds: Numbers) -> timedelta | None:
    return timedelta(seconds=float(np.median(seconds))) if len(seconds) else None


def working_times(found: Sequence[Offers], by: str = "") -> dict[Any, timedelta]:
    """The median working time to an answer, for each of `by`: that of whom it was offered to, by
    the hours that they have now, else of the team. Waiting for an answer to a question counts."""
    told = [one for one in found if len(one.answered)]
    if not told:
        return {}
    calendars = _calendars(told)
    parts: dict[Any, list[Numbers]] = {}
    for one in told:
        spans = worked(one.answered[:, 0], one.answered[:, 1], calendars[_whose(one)])
        parts.setdefault(getattr(one, BY[by]) if by else None, []).append(spans)
    medians = {key: _median(np.concatenate(some)) for key, some in parts.items()}
    return {key: median for key, median in medians.items() if median is not None}


def _whose(one: Offers) -> tuple[str, int]:
    return ("team", one.team_id) if one.assignee_id is None else ("person", one.assignee_id)


def _calendars(found: Sequence[Offers]) -> dict[tuple[str, int], Calendar]:
    first = min(float(one.answered[:, 0].min()) for one in found)
    since = datetime.fromtimestamp(first, UTC)
    people = User.objects.filter(pk__in={one.assignee_id for one in found if one.assignee_id})
    teams = Team.objects.filter(pk__in={one.team_id for one in found})
    told = {("person", one.pk): one.calendar(since) for one in people}
    return told | {("team", one.pk): one.calendar(since) for one in teams}


@dataclass(frozen=True, slots=True)
class Clock:
    """How the offers of a period were answered, in short: see Kept."""

    offered: int
    accepted: Share
    in_time: Share
    touched: Share
    typical: timedelta | None
    versions: tuple[int, ...]

    @property
    def typical_words(self) -> str:
        """`40 min`, `3 h`, `2 days`; a dash where nothing was answered."""
        return in_words(self.typical)


def in_words(span: timedelta | None) -> str:
    """`40 min`, `3 h`, `2 days`; a dash for what is not known."""
    if span is None:
        return "–"
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"


def clock(
    *,
    since: datetime,
    until: datetime,
    at: datetime,
    kind: Kind = Kind.FIRST,
    due_by: datetime | None = None,
) -> Clock:
    """How the offers made in the period were answered by `at`. Withdrawn ones are left out.

    `due_by`: only those that were due by then. Who compares with an earlier period needs it: of the
    newest offers only those that were quick are answered.
    """
    asked = offers(since=since, until=until, at=at, kinds=(kind,), due_by=due_by)
    for one in kept(asked):
        return Clock(one.offered, one.accepted, one.in_time, one.touched, one.typical, one.versions)
    return Clock(0, Share(0, 0), Share(0, 0), Share(0, 0), None, ())
