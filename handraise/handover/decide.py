"""Who takes a lead, by when, and why; and what becomes of a lead that is given back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from handraise.kit import working_time
from handraise.kit.working_time import Calendar, NoWorkingTime

By: TypeAlias = Literal["turns", "least open"]


class Ending(StrEnum):
    """How a handover ends. Each is a row of its own with who and when."""

    ACCEPTANCE = "acceptance"
    REJECTION = "rejection"
    WITHDRAWAL = "withdrawal"
    EXPIRY = "expiry"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person of a team. `credit` is what they are owed in the team's round robin.

    `in_hand`: offers not yet answered and accepted leads; `capacity`: how many they may be, None
    for no limit.
    """

    id: int
    name: str
    weight: int
    credit: float = 0.0
    in_hand: int = 0
    capacity: int | None = None
    is_away: bool = False
    is_at_work: bool = True

    @property
    def is_full(self) -> bool:
        return self.capacity is not None and self.in_hand >= self.capacity

    @property
    def is_able(self) -> bool:
        return not self.is_away and not self.is_full

    @property
    def is_present(self) -> bool:
        return self.is_able and self.weight > 0


@dataclass(frozen=True, slots=True)
class Ties:
    """What speaks for or against people with this lead: their ids.

    `owners`: why it is theirs already, in words, the strongest tie first. `rejected_by`: who
    rejected it; `avoid`: who is not to be asked for another cause. Both are asked only when
    nobody else is there.
    """

    owners: Mapping[int, str] = field(default_factory=dict)
    rejected_by: Collection[int] = ()
    avoid: Collection[int] = ()

    def speaks_against(self, person: int) -> bool:
        return person in self.rejected_by or person in self.avoid


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is next, the credits of everybody after this turn, and why, in a sentence."""

    person: Candidate
    credits: Mapping[int, float]
    sentence: str
    passed_over: tuple[str, ...] = field(default=())


NO_TIES = Ties()


def choose(
    people: Sequence[Candidate],
    *,
    team: str,
    ties: Ties = NO_TIES,
    by: By = "turns",
    at_work_first: bool = False,
) -> Choice | None:
    """Who takes a lead; None when nobody is there: all are away, full, or take no new leads.

    Whoever owns it or its company comes first and uses up no turn. Else it is the turn of smooth
    weighted round robin: everybody there earns their weight each turn and the chosen one pays the
    sum, so that over time each person's share is their weight's and nobody gets a burst. Who is
    not there earns nothing. Those passed over for what speaks against them keep what they earned.
    By `least open` it is who has least in hand for their weight, and the turn among equals. With
    `at_work_first` only those at work are there, while there are any.
    """
    present = [one for one in people if one.is_present]
    owner = _owner(people, ties)
    if owner is not None:
        return Choice(owner, {}, f"{owner.name} {ties.owners[owner.id]}.")
    if not present:
        return None
    there = [one for one in present if one.is_at_work] if at_work_first else []
    there = there or present
    eligible = _eligible(there, present, ties)
    earned = {one.id: one.credit + one.weight for one in there}
    for one in eligible:
        earned.setdefault(one.id, one.credit)
    chosen = max(eligible, key=lambda one: (_room(one, by), earned[one.id], one.weight, -one.id))
    total = sum(one.weight for one in there)
    earned[chosen.id] -= total
    passed_over = _passed_over(people, eligible, ties)
    first = _why(chosen, team, sum(one.weight for one in there), by)
    return Choice(chosen, earned, "; ".join((first, *passed_over)) + ".", passed_over)


def escalated(
    managers: Sequence[Candidate], people: Sequence[Candidate], *, team: str
) -> Choice | None:
    """A manager for a lead that nobody of the team can take; None when none is there either."""
    able = [one for one in managers if one.is_able]
    if not able:
        return None
    chosen = min(able, key=lambda one: (one.in_hand, one.id))
    passed_over = _passed_over(people, [chosen], NO_TIES)
    first = f"{chosen.name} manages {team}, where nobody else can take it"
    return Choice(chosen, {}, "; ".join((first, *passed_over)) + ".", passed_over)


def _owner(people: Sequence[Candidate], ties: Ties) -> Candidate | None:
    able = {one.id: one for one in people if one.is_able and not ties.speaks_against(one.id)}
    return next((able[person] for person in ties.owners if person in able), None)


def _eligible(
    there: Sequence[Candidate], present: Sequence[Candidate], ties: Ties
) -> Sequence[Candidate]:
    """The strictest choice that leaves somebody: a rejection weighs more than a late answer, and
    both more than working hours."""
    for some in (there, present):
        willing = [one for one in some if one.id not in ties.rejected_by]
        fresh = [one for one in willing if one.id not in ties.avoid]
        if fresh:
            return fresh
    willing = [one for one in there if one.id not in ties.rejected_by]
    others = [one for one in there if one.id not in ties.avoid]
    return willing or others or there


def _room(one: Candidate, by: By) -> float:
    """The more, the sooner it is their turn, whatever their credit."""
    return -one.in_hand / one.weight if by == "least open" else 0.0


def _passed_over(
    people: Sequence[Candidate], eligible: Sequence[Candidate], ties: Ties
) -> tuple[str, ...]:
    able = {one.id for one in eligible}
    return tuple(f"{one.name} {_why_not(one, ties)}" for one in people if one.id not in able)


def _why_not(one: Candidate, ties: Ties) -> str:
    if one.is_away:
        return "is away"
    if one.weight <= 0:
        return "takes no new leads"
    if one.is_full:
        return f"is full ({one.in_hand} of {one.capacity} leads)"
    if one.id in ties.rejected_by:
        return "has rejected this lead"
    if one.id in ties.avoid:
        return "did not answer in time"
    return "is not asked" if one.is_at_work else "is not at work now"


def _why(chosen: Candidate, team: str, total: int, by: By) -> str:
    if by == "least open":
        leads = "lead" if chosen.in_hand == 1 else "leads"
        return f"{chosen.name} has least in hand in {team}: {chosen.in_hand} {leads}"
    return f"{chosen.name}’s turn in {team}: weight {chosen.weight} of {total}"


def due_at(since: datetime, within: str, calendar: Calendar) -> datetime:
    """When the time that was agreed is over, in the working time of the person asked.

    Hours that hold too little working time count as none given: a lead must never wait on a
    clock that does not run.
    """
    amount = working_time.parse(within)
    try:
        return working_time.add(since, amount, **calendar)
    except NoWorkingTime:
        return working_time.add(since, amount, hours={}, zone=calendar["zone"])
