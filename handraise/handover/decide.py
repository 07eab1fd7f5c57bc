"""Who takes a lead, by when, and why; and what becomes of a lead that is given back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from handraise.kit import working_time
from handraise.kit.working_time import Calendar, NoWorkingTime
from handraise.leads.decide import Stage

By: TypeAlias = Literal["turns", "least open", "hand"]


class Kind(StrEnum):
    """Which of the two handovers: marketing to sales development, and they to who closes."""

    FIRST = "first"
    SECOND = "second"

    @property
    def stage(self) -> Stage:
        """Where the lead stands while it is offered."""
        return Stage.MARKETING_QUALIFIED if self is Kind.FIRST else Stage.SALES_ACCEPTED

    @property
    def label(self) -> str:
        return f"{self.stage.label} to {_NEXT[self].label}"


_NEXT = {Kind.FIRST: Stage.SALES_ACCEPTED, Kind.SECOND: Stage.SALES_QUALIFIED}


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

    `owners`: why it is theirs already, in words, the strongest tie first; `elsewhere`: owners who
    are not of the team, in words. `rejected_by`: who rejected it; `avoid`: who did not answer in
    time or sent it on. Both are asked only when nobody else is there; `never` not even then.
    """

    owners: Mapping[int, str] = field(default_factory=dict)
    rejected_by: Collection[int] = ()
    avoid: Collection[int] = ()
    never: Collection[int] = ()
    elsewhere: tuple[str, ...] = ()

    def speaks_against(self, person: int) -> bool:
        return person in self.rejected_by or person in self.avoid or person in self.never


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is next, the credits that this turn changed, and why, in a sentence.

    No person: it waits for whoever of the team claims it.
    """

    person: Candidate | None
    credits: Mapping[int, float]
    sentence: str
    passed_over: tuple[str, ...] = field(default=())


NO_TIES = Ties()
TOLD = 5  # people passed over whom a sentence names; all of them are kept beside it


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
    By `least open` it is who has least in hand for their weight; equals take turns among
    themselves. By `hand` it is nobody yet: whoever of the team claims it first. With
    `at_work_first` only those at work are there, while there are any.
    """
    owner = _owner(people, ties)
    if owner is not None:
        return Choice(owner, {}, _sentence(f"{owner.name} {ties.owners[owner.id]}"))
    present = [one for one in people if one.is_present and one.id not in ties.never]
    if not present:
        return None
    if by == "hand":
        return Choice(None, {}, f"Waits for whoever of {team} claims it first.")
    there = [one for one in present if one.is_at_work] if at_work_first else []
    there = there or present
    eligible = _eligible(there, present, ties)
    if by == "least open":
        least = min(_load(one) for one in eligible)
        there = eligible = [one for one in eligible if _load(one) == least]
    chosen, credits = _turn(eligible, there)
    passed_over = ties.elsewhere + _passed_over(people, chosen, eligible, ties)
    first = _why(chosen, people, there, team, by)
    return Choice(chosen, credits, _sentence(first, passed_over), passed_over)


def escalated(
    managers: Sequence[Candidate],
    people: Sequence[Candidate],
    *,
    team: str,
    ties: Ties = NO_TIES,
) -> Choice | None:
    """A manager for a lead that nobody of the team can take; None when none is there either."""
    able = [one for one in managers if one.is_able and one.id not in ties.never]
    if not able:
        return None
    chosen = min(able, key=lambda one: (ties.speaks_against(one.id), one.in_hand, one.id))
    passed_over = ties.elsewhere + _passed_over(people, chosen, [], ties)
    first = f"{chosen.name} manages {team}, where nobody else can take it"
    return Choice(chosen, {}, _sentence(first, passed_over), passed_over)


def waits(people: Sequence[Candidate], *, team: str) -> str:
    """Why nobody takes a lead, in a sentence."""
    absent = tuple(f"{one.name} {_why_not(one, NO_TIES)}" for one in people)
    return f"Waits for a person of {team}" + (f": {'; '.join(_few(absent))}." if absent else ".")


def _owner(people: Sequence[Candidate], ties: Ties) -> Candidate | None:
    able = {one.id: one for one in people if one.is_able and not ties.speaks_against(one.id)}
    return next((able[person] for person in ties.owners if person in able), None)


def _eligible(
    there: Sequence[Candidate], present: Sequence[Candidate], ties: Ties
) -> Sequence[Candidate]:
    """The strictest choice that leaves somebody: a rejection weighs more than a late answer, and
    both more than working hours."""
    for some in (there, present):
        fresh = [one for one in some if not ties.speaks_against(one.id)]
        if fresh:
            return fresh
    willing = [one for one in present if one.id not in ties.rejected_by]
    others = [one for one in present if one.id not in ties.avoid]
    return willing or others or present


def _load(one: Candidate) -> float:
    return one.in_hand / one.weight


def _turn(
    eligible: Sequence[Candidate], there: Sequence[Candidate]
) -> tuple[Candidate, dict[int, float]]:
    """Whose turn it is of the eligible, when everybody there earns."""
    earned = {one.id: one.credit + one.weight for one in there}
    for one in eligible:
        earned.setdefault(one.id, one.credit)
    chosen = max(eligible, key=lambda one: (earned[one.id], one.weight, -one.id))
    earned[chosen.id] -= sum(one.weight for one in there)
    return chosen, earned


def _passed_over(
    people: Sequence[Candidate], chosen: Candidate, eligible: Sequence[Candidate], ties: Ties
) -> tuple[str, ...]:
    able = {chosen.id} | {one.id for one in eligible}
    left = ((one, _why_not(one, ties)) for one in people if one.id not in able)
    return tuple(f"{one.name} {why}" for one, why in left if why)


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
    return "" if one.is_at_work else "is not at work now"


def _why(
    chosen: Candidate, people: Sequence[Candidate], there: Sequence[Candidate], team: str, by: By
) -> str:
    if by == "turns":
        total = sum(one.weight for one in there)
        return f"{chosen.name}’s turn in {team}: weight {chosen.weight} of {total}"
    held = f"{chosen.in_hand} lead" + ("" if chosen.in_hand == 1 else "s")
    if len({one.weight for one in people if one.weight > 0}) > 1:
        told = f"{held}, share {chosen.weight}"
        return f"{chosen.name} has least in hand for their share in {team}: {told}"
    return f"{chosen.name} has least in hand in {team}: {held}"


def _sentence(first: str, passed_over: Sequence[str] = ()) -> str:
    """One sentence of clauses."""
    said = "; ".join((first, *_few(passed_over)))
    return said if said.endswith(".") else f"{said}."


def _few(clauses: Sequence[str]) -> list[str]:
    """Of many the first, and how many more there are."""
    if len(clauses) <= TOLD + 1:
        return list(clauses)
    return [*clauses[:TOLD], f"{len(clauses) - TOLD} others cannot either"]


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
