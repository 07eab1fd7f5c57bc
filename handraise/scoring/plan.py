"""What a document asks for, counted once: numbered behaviours, criteria, and the names they read.

Plain Python over the document; nothing is evaluated here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from handraise.agreement.conditions import Condition, Did, Joined, Operator, Test, dids
from handraise.agreement.document import Behaviour, Document

SCORES = frozenset({"fit", "interest", "intent", "priority", "grade"})
# What fades has lost a hair before anybody can look: points of ten would never reach a bar of ten.
# So these are compared as they are shown, to a tenth.
AS_SHOWN = 0.05
CONSENT = "consent."
COMPANY = "company."

HALF_LIVES = 60  # after that many a point has faded to 0
FOREVER = 2**62


class CompileError(ValueError):
    """The document asks for something that no score can answer. The message is a sentence."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A behaviour signal or a `did`: which activities it takes and what each is worth.

    `multiple_of` names the property whose value / `per` multiplies the points (for a `did` with
    `sum`: per 1 and points 1). Lengths are microseconds.
    """

    number: int
    kind: str
    event: str
    points: float
    where: Condition | None = None
    multiple_of: str | None = None
    per: float = 1.0
    half_life: int | None = None
    within: int | None = None
    at_most: float | None = None
    is_daily: bool = False
    purpose: str | None = None

    @property
    def horizon(self) -> int:
        """The age from which an activity no longer counts: end of window, or faded to 0."""
        faded = FOREVER if self.half_life is None else self.half_life * HALF_LIVES
        return min(faded, FOREVER if self.within is None else self.within)


@dataclass(frozen=True, slots=True)
class Plan:
    """A document made ready to compile. `criteria` are in the order in which they are stored."""

    document: Document
    watched: tuple[Watched, ...]
    criteria: Mapping[str, Condition | bool]
    did_numbers: Mapping[str, int]

    def did_number(self, did: Did) -> int:
        return self.did_numbers[_did_key(did)]

    def tests(self) -> Iterator[Test]:
        """Every test of lead, company or score: all conditions outside `where`."""
        for signal in self.document.fit:
            yield from tests_in(signal.when)
        for condition in self.criteria.values():
            if not isinstance(condition, bool):
                yield from tests_in(condition)

    @property
    def nodes(self) -> list[Condition]:
        """Every part of every criterion, each before its own parts."""
        conditions = [c for c in self.criteria.values() if not isinstance(c, bool)]
        return [node for condition in conditions for node in nodes_of(condition)]

    @property
    def facts(self) -> list[str]:
        """The facts that are read, sorted, those of the company with their prefix."""
        names = {test.subject for test in self.tests()}
        return sorted(n for n in names if n not in SCORES | {"stage"} and not _is_consent(n))

    @property
    def purposes(self) -> list[str]:
        asked = {w.purpose for w in self.watched if w.purpose}
        subjects = {test.subject for test in self.tests() if _is_consent(test.subject)}
        return sorted(asked | {subject.removeprefix(CONSENT) for subject in subjects})

    @property
    def is_stage_read(self) -> bool:
        return any(test.subject == "stage" for test in self.tests())


def plan(document: Document) -> Plan:
    """Number what is watched and name the criteria. Raises CompileError."""
    _refuse_scores_in_fit(document)
    criteria = _criteria(document)
    watched = [_behaviour(document, place) for place in range(len(document.signals))]
    numbers: dict[str, int] = {}
    counted: list[Watched] = [one for one in watched if one is not None]
    for did in _all_dids(document, criteria):
        if _did_key(did) not in numbers:
            numbers[_did_key(did)] = len(document.signals) + len(numbers)
            counted.append(_did(did, numbers[_did_key(did)]))
    for one in counted:
        if one.where is not None and dids(one.where):
            raise CompileError(f"The condition on {one.event!r} asks for another activity (did).")
    return Plan(document, tuple(counted), criteria, numbers)


def tests_in(condition: Condition) -> Iterator[Test]:
    """The tests of a condition, outside `did`, in the order of the text."""
    match condition:
        case Test():
            yield condition
        case Joined(parts=parts):
            for part in parts:
                yield from tests_in(part)
        case Did():
            return


def nodes_of(condition: Condition) -> Iterator[Condition]:
    """The condition and all its parts, each before its own parts."""
    yield condition
    if isinstance(condition, Joined):
        for part in condition.parts:
            yield from nodes_of(part)


def _refuse_scores_in_fit(document: Document) -> None:
    for signal in document.fit:
        asked = {test.subject for test in tests_in(signal.when)} & SCORES
        if asked:
            raise CompileError(
                f"The fit signal {signal.name!r} asks for {min(asked)}, which is made from it."
            )


def _criteria(document: Document) -> dict[str, Condition | bool]:
    """Each criterion's condition. One that is left out passes; `never` left out never blocks."""
    needs = {f"needs.{name}": _known(name) for name in document.mql.needs}
    found: dict[str, Condition | bool] = {
        "mql.when": document.mql.when,
        "mql.never": False if document.mql.never is None else document.mql.never,
        "mql.needs": Joined("all", tuple(needs.values())) if needs else True,
        **needs,
        "sql.when": True if document.sql.when is None else document.sql.when,
    }
    for place, route in enumerate(document.routes):
        found[f"route.{place}"] = True if route.when is None else route.when
    return found


def _known(name: str) -> Condition:
    return Test(name, Operator.IS_KNOWN, (True,))


def _all_dids(document: Document, criteria: Mapping[str, Condition | bool]) -> Iterator[Did]:
    for signal in document.fit:
        yield from dids(signal.when)
    for condition in criteria.values():
        if not isinstance(condition, bool):
            yield from dids(condition)


def _behaviour(document: Document, number: int) -> Watched | None:
    signal = document.signals[number]
    if not isinstance(signal, Behaviour):
        return None
    return Watched(
        number=number,
        kind="interest" if number < len(document.fit) + len(document.interest) else "intent",
        event=signal.event,
        points=signal.points,
        where=signal.where,
        multiple_of=signal.each.of if signal.each else None,
        per=signal.each.per if signal.each else 1.0,
        half_life=_micros(signal.half_life),
        within=_micros(signal.within),
        at_most=signal.at_most,
        is_daily=signal.once_per == "day",
        purpose=signal.needs_consent,
    )


def _did(did: Did, number: int) -> Watched:
    return Watched(
        number=number,
        kind="did",
        event=did.event,
        points=1.0,
        where=did.where,
        multiple_of=did.total,
        within=_micros(did.within),
    )


def _did_key(did: Did) -> str:
    # By text, not by equality: `{seats: 1}` and `{seats: true}` are equal in Python.
    return repr(replace(did, at_least=None, at_most=None))


def _is_consent(subject: str) -> bool:
    return subject.startswith(CONSENT)


def _micros(length: timedelta | None) -> int | None:
    return None if length is None else length // timedelta(microseconds=1)
