"""Who takes a lead, by when, and why; and what becomes of a lead that is given back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from handraise.kit import working_time
from handraise.kit.working_time import NoWorkingTime


class Ending(StrEnum):
    """How a handover ends. Each is a row of its own with who and when."""

    ACCEPTANCE = "acceptance"
    REJECTION = "rejection"
    WITHDRAWAL = "withdrawal"
    EXPIRY = "expiry"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person of a team. `credit` is what they are owed in the team's round robin."""

    id: int
    name: str
    weight: int
    credit: float = 0.0
    is_away: bool = False

    @property
    def is_present(self) -> bool:
        return not self.is_away and self.weight > 0


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is next, the credits of everybody after this turn, and why, in a sentence."""

    person: Candidate
    credits: Mapping[int, float]
    sentence: str
    passed_over: tuple[str, ...] = field(default=())


def choose(
    people: Sequence[Candidate],
    *,
    team: str,
    rejected_by: Collection[int] = (),
    avoid: Collection[int] = (),
) -> Choice | None:
    """Whose turn it is, by smooth weighted round robin; None when nobody is there.

    Everybody present earns their weight each turn and the chosen one pays the sum, so that over
    time each person's share is their weight's and nobody gets a burst. Who is away earns nothing.
    Those who rejected this lead, and those in `avoid`, are passed over while somebody else is
    there; they keep what they earned, so their next turn comes sooner.
    """
    present = [one for one in people if one.is_present]
    if not present:
        return None
    eligible = _eligible(present, rejected_by, avoid)
    earned = {one.id: one.credit + one.weight for one in present}
    chosen = max(eligible, key=lambda one: (earned[one.id], one.weight, -one.id))
    total = sum(one.weight for one in present)
    earned[chosen.id] -= total
    passed_over = _passed_over(people, eligible, rejected_by, avoid)
    return Choice(chosen, earned, _sentence(chosen, team, total, passed_over), passed_over)


def _eligible(
    present: Sequence[Candidate], rejected_by: Collection[int], avoid: Collection[int]
) -> Sequence[Candidate]:
    """The strictest choice that leaves somebody: a rejection weighs more than a late answer."""
    willing = [one for one in present if one.id not in rejected_by]
    fresh = [one for one in willing if one.id not in avoid]
    others = [one for one in present if one.id not in avoid]
    return fresh or willing or others or present


def _passed_over(
    people: Sequence[Candidate],
    eligible: Sequence[Candidate],
    rejected_by: Collection[int],
    avoid: Collection[int],
) -> tuple[str, ...]:
    able = {one.id for one in eligible}
    return tuple(
        f"{one.name} {_why_not(one, rejected_by, avoid)}" for one in people if one.id not in able
    )


def _why_not(one: Candidate, rejected_by: Collection[int], avoid: Collection[int]) -> str:
    if one.is_away:
        return "is away"
    if one.weight <= 0:
        return "takes no new leads"
    if one.id in rejected_by:
        return "has rejected this lead"
    return "did not answer in time" if one.id in avoid else "is not asked"


def _sentence(chosen: Candidate, team: str, total: int, passed_over: tuple[str, ...]) -> str:
    turn = f"{chosen.name}’s turn in {team}: weight {chosen.weight} of {total}"
    return "; ".join((turn, *passed_over)) + "."


def due_at(
    offered_at: datetime, accept_within: str, *, hours: working_time.Hours, zone: str
) -> datetime:
    """When the answer is due, in the working time of the person asked.

    Hours that hold too little working time count as none given: a lead must never wait on a
    clock that does not run.
    """
    amount = working_time.parse(accept_within)
    try:
        return working_time.add(offered_at, amount, hours=hours, zone=zone)
    except NoWorkingTime:
        return working_time.add(offered_at, amount, hours={}, zone=zone)
