"""One thing that could become so: what it is in words, what it costs, and the rows it would make.

The costs only rank: what can be asked on the phone is cheapest, then consent, then one thing that
a lead does, then what is known and would have to be otherwise. docs/scoring.md says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from handraise.leads.entry import Json
from handraise.scoring.supposing import Supposed


class ChangeKind(StrEnum):
    """What kind of thing would happen."""

    FIND_OUT = "find out"
    CONSENT = "consent"
    DO = "do"
    CHANGE = "change"


COSTS = {
    ChangeKind.FIND_OUT: 1.0,
    ChangeKind.CONSENT: 2.0,
    ChangeKind.DO: 2.0,
    ChangeKind.CHANGE: 5.0,
}
AGAIN = 1.0  # each further time that something would have to be done


@dataclass(frozen=True, slots=True)
class Change:
    """`words` without how often; `key` tells changes of the same thing. `times` counts `DO`."""

    kind: ChangeKind
    key: str
    words: str
    event: str = ""
    properties: tuple[tuple[str, Json], ...] = ()
    facts: tuple[tuple[str, Json], ...] = ()
    purpose: str = ""
    times: int = 1

    @property
    def cost(self) -> float:
        return COSTS[self.kind] + AGAIN * (self.times - 1)

    @property
    def says(self) -> str:
        """`“Demo Requested” once`, `find out title contains the word vp`."""
        if self.kind is ChangeKind.DO:
            return f"{self.words} {'once' if self.times == 1 else f'{self.times} times'}"
        return self.words

    def at(self, times: int) -> Change:
        return replace(self, times=times)


def do(words: str, event: str, properties: Mapping[str, Json], times: int = 1) -> Change:
    """Something done, with these properties."""
    told = tuple(sorted(properties.items()))
    return Change(ChangeKind.DO, f"do {event} {told}", words, event, told, times=times)


def tell(words: str, facts: Mapping[str, Json], *, is_unknown: bool) -> Change:
    """Facts found out, or become otherwise."""
    told = tuple(sorted(facts.items()))
    kind = ChangeKind.FIND_OUT if is_unknown else ChangeKind.CHANGE
    return Change(kind, f"tell {told}", words, facts=told)


def consent(purpose: str) -> Change:
    words = f"consent to {purpose}"
    return Change(ChangeKind.CONSENT, words, words, purpose=purpose)


def together(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Several wishes as one set: the same thing wished twice is done as often as the larger."""
    found: dict[str, Change] = {}
    for change in changes:
        known = found.get(change.key)
        if known is None or known.times < change.times:
            found[change.key] = change
    return tuple(sorted(found.values(), key=lambda change: (change.cost, change.key)))


def cost(changes: Iterable[Change]) -> float:
    return sum(change.cost for change in changes)


def supposed(changes: Iterable[Change]) -> Supposed:
    """The rows that these changes would make."""
    given = tuple(changes)
    return Supposed(
        activities=tuple(
            (one.event, dict(one.properties))
            for one in given
            if one.kind is ChangeKind.DO
            for _ in range(one.times)
        ),
        facts=tuple(fact for one in given for fact in one.facts),
        consents=tuple((one.purpose, True) for one in given if one.purpose),
    )
