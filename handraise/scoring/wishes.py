"""Which changes might make a criterion true: candidates, found along its tree, not yet tried.

Reads the truth of every part of the criterion as it was compiled. The arithmetic here (points,
caps, how far a score is from its bar) only says what to try first; `missing` scores each
candidate before anybody sees it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product

from handraise.agreement import wording
from handraise.agreement.condition_tree import Condition, Did, Joined, Operator, Test
from handraise.agreement.document import Behaviour, Document, FitSignal
from handraise.leads.entry import Json
from handraise.scoring import changes
from handraise.scoring.changes import Change
from handraise.scoring.plan import CONSENT, SCORES, tests_in
from handraise.scoring.satisfying import Values, satisfying
from handraise.scoring.scores import Scores

Way = tuple[Change, ...]

MOST_WAYS = 24  # kept of one part of a criterion
MOST_TIMES = 20  # what would have to be done more often is not near
MOST_LEVERS = 8  # of one score, the strongest


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a criterion with its truth; of a count, what was counted."""

    condition: Condition
    truth: bool | None
    counted: float = 0.0
    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Lever:
    """A change that raises a score by `points` each time, `room` at most in all."""

    change: Change
    points: float
    room: float = math.inf

    def times(self, wanted: float) -> int | None:
        """How often for that many points; None if it cannot give them."""
        if self.points <= 0 or wanted > self.room + 1e-9:
            return None
        times = max(1, math.ceil(wanted / self.points - 1e-9))
        return times if times <= MOST_TIMES else None


@dataclass(frozen=True, slots=True)
class Wishes:
    """What might be wished for one lead: its scores now, what is known of it, the agreement."""

    document: Document
    scores: Scores
    known: Mapping[str, Json]
    entries: Mapping[str, str]  # one entry of each list

    def ways(self, node: Node, *, is_wanted: bool = True) -> list[Way]:
        """Sets of changes that might make the part true (or false), the cheapest first."""
        if node.truth is is_wanted:
            return [()]
        match node.condition:
            case Test():
                found = self._of_test(node.condition, is_wanted)
            case Did():
                found = self._of_did(node.condition, node.counted, is_wanted)
            case Joined(how=how):
                found = self._of_join(node, how, is_wanted)
        return _best(found)

    def _of_join(self, node: Node, how: str, is_wanted: bool) -> Iterator[Way]:
        wants = is_wanted if how != "none" else not is_wanted
        each = [self.ways(part, is_wanted=wants) for part in node.parts]
        needs_every_part = (how == "all") is is_wanted if how != "none" else is_wanted
        if needs_every_part:
            yield from products(each)
        else:
            yield from (way for part in each for way in part)

    def _of_test(self, test: Test, is_wanted: bool) -> Iterator[Way]:
        if test.subject in SCORES:
            if is_wanted:
                yield from self._of_score(test)
        elif test.subject.startswith(CONSENT):
            if is_wanted and test.values[0] is True:
                yield (changes.consent(test.subject.removeprefix(CONSENT)),)
        elif test.subject != "stage":
            for values in self._values(test, is_wanted):
                yield (self.tell(test, values, is_wanted=is_wanted),)

    def _of_did(self, did: Did, counted: float, is_wanted: bool) -> Iterator[Way]:
        if is_wanted is (did.at_most is not None):
            return  # what was done cannot be undone
        bar = did.at_least if did.at_least is not None else (did.at_most or 0) + 1
        lacking = max(bar - counted, 0.0)
        for properties in self._properties(did.where):
            if did.total is not None:
                properties[did.total] = lacking
            times = 1 if did.total is not None else math.ceil(lacking)
            if times <= MOST_TIMES:
                yield (changes.do(_happening(did), did.event, properties, times),)

    # Scores

    def _of_score(self, test: Test) -> Iterator[Way]:
        bar = self._bar(test)
        if bar is None:
            return
        if test.subject in {"fit", "grade"}:
            yield from _raising(self.fit_levers(), bar - self._total("fit"))
        elif test.subject == "priority":
            yield from _raising(self._priority_levers(), bar - self.scores.priority)
        else:
            wanted = bar - self._total(test.subject)
            yield from _raising(self.behaviour_levers(test.subject), wanted)

    def _bar(self, test: Test) -> float | None:
        if test.subject == "grade":
            bars = {name.lower(): bar for name, bar in self.document.grades.items()}
            wanted = [bars[str(value)] for value in test.values if str(value) in bars]
            return min((bar for bar in wanted if bar > self.scores.fit), default=None)
        return None if test.operator is Operator.AT_MOST else float(test.values[0])

    def _total(self, kind: str) -> float:
        """The sum of the contributions before it is held within 0..100."""
        signals = self.document.signals
        own = {"fit": self.document.fit, "interest": self.document.interest,
               "intent": self.document.intent}[kind]  # fmt: skip
        points = sum(
            points or 0
            for signal, points in zip(signals, self.scores.contributions, strict=True)
            if any(signal is each for each in own)
        )
        colleagues = {"interest": self.scores.company_interest,
                      "intent": self.scores.company_intent}  # fmt: skip
        return points + colleagues.get(kind, 0.0)

    def fit_levers(self) -> list[Lever]:
        """What would have to be known for each fit signal that gives too little."""
        found = []
        for signal, points in zip(self.document.fit, self.scores.contributions, strict=False):
            is_wanted = signal.points > 0
            if (points or 0) != (0 if is_wanted else signal.points) or signal.points == 0:
                continue
            for values in self._values(signal.when, is_wanted):
                change = self.tell(signal.when, values, is_wanted=is_wanted)
                found.append(Lever(change, abs(signal.points), abs(signal.points)))
        return _strongest(found)

    def behaviour_levers(self, kind: str) -> list[Lever]:
        """What would have to be done for each signal of interest or intent."""
        found: list[Lever] = []
        for place, signal in enumerate(self.document.signals):
            is_of_kind = any(signal is each for each in getattr(self.document, kind))
            if isinstance(signal, FitSignal) or not is_of_kind or signal.points <= 0:
                continue
            now = self.scores.contributions[place] or 0.0
            found += self._levers(signal, now)
        return _strongest(found)

    def _levers(self, signal: Behaviour, now: float) -> Iterator[Lever]:
        room = math.inf if signal.at_most is None else signal.at_most - now
        for properties in self._properties(signal.where):
            points = signal.points
            if signal.each is not None:
                # One visit as long as the signal can reward, or ten times its measure.
                measures = 10 if signal.at_most is None else math.ceil(room / points)
                properties[signal.each.of] = signal.each.per * max(measures, 1)
                points *= max(measures, 1)
            change = changes.do(_happening(signal), signal.event, properties)
            most = min(room, points) if signal.once_per else room
            if most > 1e-9:
                yield Lever(change, points, most)

    def _priority_levers(self) -> list[Lever]:
        weights = self.document.priority
        whole = weights.fit + weights.interest + weights.intent
        kinds = [("fit", self.fit_levers())]
        kinds += [(kind, self.behaviour_levers(kind)) for kind in ("interest", "intent")]
        return _strongest(
            Lever(one.change, one.points * share, min(one.room, room) * share)
            for kind, levers in kinds
            for one in levers
            if (share := getattr(weights, kind) / whole) > 0
            and (room := 100 - self._total(kind)) > 0
        )

    # Values and words

    def _values(self, condition: Condition, is_wanted: bool) -> list[Values]:
        return satisfying(condition, is_wanted=is_wanted, known=self.known, member=self.entries.get)

    def _properties(self, where: Condition | None) -> list[Values]:
        return [{}] if where is None else satisfying(where, member=self.entries.get)

    def tell(self, condition: Condition, values: Values, *, is_wanted: bool) -> Change:
        """These facts, in the words of the condition that they would satisfy."""
        is_unknown = any(self.known.get(subject) is None for subject in values)
        subject, value = next(iter(values.items()))
        now = self.known.get(subject)
        if len(values) == 1 and _is_number(now) and _is_number(value):
            words = f"{wording.subject_words(subject)}: {_difference(now, value)}"  # type: ignore[arg-type]
        elif is_wanted:
            words = wording.condition_words(_narrowed(condition, values))
            words += f" (now “{now}”)" if isinstance(now, str) and len(values) == 1 else ""
        else:
            words = f"not ({wording.condition_words(condition)})"
        return changes.tell(words, values, is_unknown=is_unknown)


def _raising(levers: list[Lever], wanted: float) -> Iterator[Way]:
    """One lever alone, or two of them together, for that many points."""
    for one in levers:
        times = one.times(wanted)
        if times is not None:
            yield (one.change.at(times),)
    for place, one in enumerate(levers):
        for other in levers[place + 1 :]:
            yield from _both(one, other, wanted)


def _both(one: Lever, other: Lever, wanted: float) -> Iterator[Way]:
    if {s for s, _ in one.change.facts} & {s for s, _ in other.change.facts}:
        return  # two answers to one question
    for first, second in ((one, other), (other, one)):
        times = second.times(wanted - min(first.points, first.room))
        if times is not None and wanted > first.points:
            yield changes.together((first.change.at(1), second.change.at(times)))


def products(each: list[list[Way]]) -> Iterator[Way]:
    """One way of each, together."""
    for chosen in islice(product(*each), MOST_WAYS * MOST_WAYS):
        yield changes.together(change for way in chosen for change in way)


def _best(found: Iterable[Way]) -> list[Way]:
    unique = {frozenset((change.key, change.times) for change in way): way for way in found}
    return sorted(unique.values(), key=rank)[:MOST_WAYS]


def rank(way: Way) -> tuple[int, float, str]:
    """Fewest changes first, then the cheapest, then by name."""
    return len(way), changes.cost(way), " ".join(change.key for change in way)


def _strongest(levers: Iterable[Lever]) -> list[Lever]:
    return sorted(levers, key=lambda one: (-min(one.points, one.room), one.change.key))[
        :MOST_LEVERS
    ]


def _happening(what: Behaviour | Did) -> str:
    if isinstance(what, Behaviour):
        return wording.what_counts(what)
    where = f", where {wording.condition_words(what.where)}" if what.where is not None else ""
    return f"“{what.event}”{where}"


def _narrowed(condition: Condition, values: Values) -> Condition:
    """The part of an `any` that these values are about; all of every other condition."""
    if isinstance(condition, Joined) and condition.how == "any":
        about = [
            part for part in condition.parts if {t.subject for t in tests_in(part)} == set(values)
        ]
        return about[0] if about else condition
    return condition


def _difference(now: float, then: float) -> str:
    less_or_more = "more" if then > now else "fewer"
    return f"{wording.number_words(abs(then - now))} {less_or_more} ({wording.number_words(then)})"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
