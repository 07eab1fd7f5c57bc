"""What a sound draft may still get wrong: warned of, never refused. No database here.

A draft is compared with what occurs (names of activities and facts, as far as they are known),
and with itself: conditions that contradict each other, thresholds that no lead can reach.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from handraise.agreement.condition_tree import (
    RESERVED,
    SCORES,
    Condition,
    Did,
    Joined,
    Operator,
    Test,
    dids,
)
from handraise.agreement.document import Behaviour, Document, FitSignal
from handraise.agreement.faults import Place, nearest, path_of
from handraise.agreement.wording import number_words, subject_words

_INFINITE = float("inf")


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that is probably not meant; `path` as faults have it."""

    path: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Known:
    """What occurs here. None: not looked at, or looked at too briefly to say what does not."""

    events: Collection[str] | None = None
    facts: Collection[str] | None = None


def doubts(document: Document, known: Known) -> list[Doubt]:
    """Every doubt about a document, in its order."""
    found = [*_signals(document), *_grades(document)]
    for place, condition in conditions(document):
        found += [Doubt(path_of(place), said) for said in _contradictions(condition)]
        found += [Doubt(path_of(place), said) for said in _unreachable(condition, document)]
        found += [Doubt(path_of(place), said) for said in _unheard(place, condition, known)]
    for kind in ("interest", "intent"):
        for number, signal in enumerate(getattr(document, kind)):
            for said in _event(signal.event, known):
                found.append(Doubt(path_of((kind, number, "event")), said))
    for number, name in enumerate(document.mql.needs):
        found += [Doubt(path_of(("mql", "needs", number)), said) for said in _fact(name, known)]
    return found


def conditions(document: Document) -> Iterator[tuple[Place, Condition]]:
    """Every condition of a document with its place."""
    for number, fit in enumerate(document.fit):
        yield ("fit", number, "when"), fit.when
    for kind in ("interest", "intent"):
        for number, signal in enumerate(getattr(document, kind)):
            if signal.where is not None:
                yield (kind, number, "where"), signal.where
    yield ("mql", "when"), document.mql.when
    if document.mql.never is not None:
        yield ("mql", "never"), document.mql.never
    if document.sql.when is not None:
        yield ("sql", "when"), document.sql.when
    for number, route in enumerate(document.routes):
        if route.when is not None:
            yield ("routes", number, "when"), route.when


def _signals(document: Document) -> Iterator[Doubt]:
    kinds: dict[str, Sequence[FitSignal | Behaviour]] = {
        "fit": document.fit, "interest": document.interest, "intent": document.intent,
    }  # fmt: skip
    for kind, signals in kinds.items():
        for number, signal in enumerate(signals):
            if signal.points == 0:
                yield Doubt(path_of((kind, number, "points")), "A signal of 0 points adds nothing.")


def _grades(document: Document) -> Iterator[Doubt]:
    most = _most(document, "fit")
    for name, threshold in document.grades.items():
        if threshold > most:
            said = f"Nobody can reach it: the fit signals add up to {number_words(most)} at most."
            yield Doubt(path_of(("grades", name)), said)


def _most(document: Document, score: str) -> float:
    """The most points a score can have; without a cap there is no telling."""
    if score == "fit":
        return min(100.0, sum(signal.points for signal in document.fit if signal.points > 0))
    if score == "priority" or document.company is not None:
        return 100.0
    signals: Sequence[Behaviour] = getattr(document, score)
    caps = [_cap(signal) for signal in signals if signal.points > 0]
    return min(100.0, sum(caps))


def _cap(signal: Behaviour) -> float:
    return _INFINITE if signal.at_most is None else signal.at_most


def _unreachable(condition: Condition, document: Document) -> Iterator[str]:
    match condition:
        case Joined(how=how, parts=parts):
            for part in parts if how != "none" else ():
                yield from _unreachable(part, document)
        case Test(subject=subject, operator=operator, values=values) if subject in SCORES:
            low = float(values[0]) if operator is not Operator.AT_MOST else 0.0
            most = _most(document, subject)
            if low > most:
                yield (
                    f"Nobody can reach {subject} {number_words(low)}: its signals add up to"
                    f" {number_words(most)} at most."
                )


def _contradictions(condition: Condition) -> Iterator[str]:
    """Tests that must all hold and cannot."""
    if not isinstance(condition, Joined):
        return
    if condition.how == "all":
        together = list(_together(condition))
        for subject in dict.fromkeys(test.subject for test in together):
            yield from _clash(subject, [test for test in together if test.subject == subject])
    for part in condition.parts:
        if not (isinstance(part, Joined) and part.how == condition.how == "all"):
            yield from _contradictions(part)


def _together(condition: Joined) -> Iterator[Test]:
    for part in condition.parts:
        if isinstance(part, Test):
            yield part
        elif isinstance(part, Joined) and part.how == "all":
            yield from _together(part)


def _clash(subject: str, tests: list[Test]) -> Iterator[str]:
    if len(tests) < 2:
        return
    spoken = subject_words(subject)
    low, high = -_INFINITE, _INFINITE
    allowed: set[object] | None = None
    for test in tests:
        begin, end = _range(test)
        low, high = max(low, begin), min(high, end)
        if test.operator in {Operator.EQUALS, Operator.ONE_OF}:
            values = {(type(value), value) for value in test.values}
            allowed = set(values) if allowed is None else allowed & values
    if low > high:
        bounds = f"at least {number_words(low)} and at most {number_words(high)}"
        yield f"This can never be true: {spoken} would have to be {bounds}."
    elif allowed is not None and not allowed:
        yield f"This can never be true: {spoken} would have to be several things at once."
    elif any(t.operator is Operator.IS_KNOWN and t.values == (False,) for t in tests):
        yield f"This can never be true: {spoken} would have to be unknown, and something."


def _range(test: Test) -> tuple[float, float]:
    match test.operator:
        case Operator.AT_LEAST:
            return float(test.values[0]), _INFINITE
        case Operator.AT_MOST:
            return -_INFINITE, float(test.values[0])
        case Operator.BETWEEN:
            return float(test.values[0]), float(test.values[1])
        case _:
            return -_INFINITE, _INFINITE


def _unheard(place: Place, condition: Condition, known: Known) -> Iterator[str]:
    for did in dids(condition):
        yield from _event(did.event, known)
    if place[0] in {"interest", "intent"}:
        return  # properties, which are looked at for each event when it is edited
    for name in sorted(_facts_of(condition)):
        yield from _fact(name, known)


def _facts_of(condition: Condition) -> set[str]:
    match condition:
        case Test(subject=subject):
            is_fact = subject not in RESERVED and not subject.startswith("consent.")
            return {subject} if is_fact else set()
        case Joined(parts=parts):
            return set().union(*(_facts_of(part) for part in parts))
        case Did():
            return set()


def _event(name: str, known: Known) -> Iterator[str]:
    if known.events is not None and name not in known.events:
        near = nearest(name, known.events)
        yield f"No activity has come in under the name “{name}” so far.{near}"


def _fact(name: str, known: Known) -> Iterator[str]:
    if known.facts is not None and name not in known.facts:
        yield f"Nobody has the fact “{name}” so far.{nearest(name, known.facts)}"
