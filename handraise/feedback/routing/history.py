"""Reads: who became MQL in a period, how people answered, and how long leads stayed in hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from handraise.feedback.routing.decide import NEVER, Habits
from handraise.handover.decide import Kind
from handraise.handover.models import Handover
from handraise.kit import working_time
from handraise.leads.bulk import among
from handraise.leads.decide import PATH, Stage
from handraise.leads.models import StageMove
from handraise.team.models import User

LOOKED_BACK = timedelta(days=90)  # before the period, for how long people take to answer
_IN_HAND = (Stage.MARKETING_QUALIFIED, Stage.SALES_ACCEPTED)
_TAKEN = PATH[PATH.index(Stage.SALES_ACCEPTED) :]


@dataclass(frozen=True, slots=True)
class Spell:
    """One time that a lead was MQL, and what came of it. `told_at`: when that was known.

    `took`: how long each person who was offered it took to answer. `is_accepted`: None where
    nobody answered. `stay`: how long it was in hand after it was accepted; NEVER for one that
    still is, None where history does not say. `goes_on`: it went on in sales from there.
    """

    lead_id: int
    company_id: int | None
    at: datetime
    told_at: datetime
    took: Mapping[int, timedelta] = field(default_factory=dict)
    is_accepted: bool | None = None
    stay: timedelta | None = None
    goes_on: bool = True


@dataclass(frozen=True, slots=True)
class Past:
    """What is replayed, and what people are known by."""

    spells: Sequence[Spell]
    habits: Habits


@dataclass(frozen=True, slots=True)
class _Answer:
    """One offer of history. `took`: None while it is open or was withdrawn."""

    person: int
    offered_at: datetime
    took: timedelta | None
    accepted_at: datetime | None
    rejected_at: datetime | None


def past(begin: datetime, end: datetime, *, at: datetime, usual: timedelta) -> Past:
    """The leads that became MQL from `begin` until before `end`, as history stood at `at`.

    `usual` is how long an answer takes where history knows of none.
    """
    rows = _qualified(begin, end)
    moves = _moves({row[0] for row in rows}, begin, at)
    answers = _answers(begin - LOOKED_BACK, at)
    found = [
        _spell(row, moves[row[0]], answers.get(row[0], ()), until)
        for row, until in _with_next(rows, at)
    ]
    stays = sorted(one.stay for one in found if one.stay not in (None, NEVER))
    return Past(found, _habits(answers, stays, usual))


_Row = tuple[int, int | None, datetime, datetime]


def _qualified(begin: datetime, end: datetime) -> list[_Row]:
    moves = StageMove.objects.filter(
        after=Stage.MARKETING_QUALIFIED, at__gte=begin, at__lt=end, withdrawn_at=None,
        lead__canonical__is_current=True,
    ).order_by("at", "pk")  # fmt: skip
    rows = moves.values_list(
        "lead__canonical_id", "lead__canonical__company_id", "at", "known_at"
    )  # fmt: skip
    return list({(row[0], row[2]): row for row in rows}.values())


def _with_next(rows: Sequence[_Row], at: datetime) -> list[tuple[_Row, datetime]]:
    """Each with the instant until which it is told of: the next time that the lead became MQL."""
    by_lead: dict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        by_lead[row[0]].append(row)
    until = {
        (row[0], row[2]): then[2] for spells in by_lead.values() for row, then in pairwise(spells)
    }
    return [(row, until.get((row[0], row[2]), at)) for row in rows]


def _moves(
    leads: Collection[int], begin: datetime, at: datetime
) -> dict[int, list[tuple[datetime, Stage]]]:
    rows = (
        StageMove.objects.filter(
            lead__canonical__in=among(leads), at__gte=begin, at__lte=at, withdrawn_at=None
        )
        .order_by("at", "pk")
        .values_list("lead__canonical_id", "at", "after")
    )
    found: dict[int, list[tuple[datetime, Stage]]] = defaultdict(list)
    for lead, moved_at, after in rows:
        found[lead].append((moved_at, Stage(after)))
    return found


def _answers(begin: datetime, at: datetime) -> dict[int, list[_Answer]]:
    """The offers of a time, by lead, oldest first."""
    rows = (
        Handover.objects.filter(
            kind=Kind.FIRST, assignee__isnull=False, offered_at__gte=begin, offered_at__lte=at
        )
        .order_by("offered_at", "pk")
        .values_list(
            "lead__canonical_id", "assignee_id", "offered_at", "acceptance__at", "rejection__at",
            "expiry__at",
        )
    )  # fmt: skip
    people = {user.pk: user for user in User.objects.all()}
    found: dict[int, list[_Answer]] = defaultdict(list)
    for lead, person, offered_at, accepted_at, rejected_at, expired_at in rows:
        answered_at = accepted_at or rejected_at
        took = None if expired_at is None else NEVER
        if answered_at is not None:
            calendar = people[person].calendar(offered_at)
            took = working_time.between(offered_at, answered_at, **calendar)
        found[lead].append(_Answer(person, offered_at, took, accepted_at, rejected_at))
    return found


def _spell(
    row: _Row,
    moves: Sequence[tuple[datetime, Stage]],
    answers: Sequence[_Answer],
    until: datetime,
) -> Spell:
    lead, company, at, told_at = row
    mine = [one for one in answers if at <= one.offered_at < until]
    took: dict[int, timedelta] = {}
    for one in mine:
        if one.took is not None:
            took.setdefault(one.person, one.took)
    inside = [(moved_at, after) for moved_at, after in moves if at <= moved_at <= until]
    accepted = next((one.accepted_at for one in mine if one.accepted_at is not None), None)
    taken_at = accepted or next((then for then, after in inside if after in _TAKEN), None)
    if taken_at is None:
        return Spell(lead, company, at, told_at, took, _verdict(mine, inside))
    left = next(((then, after) for then, after in inside
                 if then >= taken_at and after not in _IN_HAND), None)  # fmt: skip
    if left is None:
        return Spell(lead, company, at, told_at, took, True, NEVER)
    return Spell(lead, company, at, told_at, took, True, left[0] - taken_at, left[1] in _TAKEN)


def _verdict(answers: Sequence[_Answer], moves: Sequence[tuple[datetime, Stage]]) -> bool | None:
    """False for a lead that was given back or moved aside, None for one that nobody answered."""
    is_rejected = any(one.rejected_at is not None for one in answers)
    is_aside = any(after is not Stage.MARKETING_QUALIFIED for _, after in moves)
    return False if is_rejected or is_aside else None


def _habits(
    answers: Mapping[int, Sequence[_Answer]], stays: Sequence[timedelta], usual: timedelta
) -> Habits:
    told = [one for some in answers.values() for one in some if one.took is not None]
    own: dict[int, list[timedelta]] = defaultdict(list)
    for one in told:
        assert one.took is not None
        own[one.person].append(one.took)
    accepted = sum(one.accepted_at is not None for one in told)
    answered = sum(one.took != NEVER for one in told)
    return Habits(
        {person: sorted(times) for person, times in own.items()},
        sorted(took for times in own.values() for took in times),
        usual,
        accepted / answered if answered else 1.0,
        stays,
    )


__all__ = ["Past", "Spell", "past"]
