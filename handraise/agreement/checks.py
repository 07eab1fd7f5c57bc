"""What a well-formed agreement may still get wrong: each check yields places and sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from handraise.agreement.conditions import (
    FADING,
    SCORES,
    Did,
    Leaf,
    Operator,
    Scope,
    Test,
    is_reserved,
    leaves,
)
from handraise.agreement.decide import SHIPPED_LISTS
from handraise.agreement.document import Behaviour, Document, FitSignal
from handraise.agreement.faults import Place, nearest, one_of
from handraise.kit.fold import fold
from handraise.leads.facts import STANDARD

MAX_SIGNALS = 500
MAX_TESTS = 1000  # over all conditions: compiling takes a few milliseconds for each
MAX_TESTS_OF_ONE = 400  # of a part or a criterion: with about 900 Python runs out of stack
MAX_ROUTES = 200
_TOLD = 12  # names that a sentence lists
_TARGET = re.compile(r"[1-9][0-9]{0,8} an? (?:week|month|quarter|year)")
_TARGET_NAMES = ("mql", "sal", "sql", "opportunity", "customer")
_GRADE_NAME = re.compile(r"[A-Za-z0-9+-]{1,12}")
_LIST_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")

Found: TypeAlias = Iterator[tuple[Place, str]]


def faults(document: Document, raw: dict[str, Any]) -> Found:
    """Every fault of meaning, each with its place in `raw`, which `document` was read from."""
    yield from _names(document)
    yield from _grades(document)
    yield from _lists(document)
    yield from _rest(document)
    tests: Counter[Place] = Counter()
    for leaf, is_criterion in _conditions(raw):
        tests[leaf.where[:2]] += 1
        if tests[leaf.where[:2]] > MAX_TESTS_OF_ONE or tests.total() > MAX_TESTS:
            said = (
                f"{MAX_TESTS_OF_ONE} tests of one condition and {MAX_TESTS:,} of all are the most."
            )
            yield leaf.where, said
            return
        yield from _leaf(leaf, document, is_criterion)


def faults_alone(raw: dict[str, Any], document: Document) -> Found:
    """Every fault of meaning of a condition that stands outside of an agreement."""
    for count, (leaf, _) in enumerate(_of({"when": raw}, ("when",)), start=1):
        if count > MAX_TESTS_OF_ONE:
            yield leaf.where[1:], f"{MAX_TESTS_OF_ONE} tests of one condition are the most."
            return
        for place, said in _leaf(leaf, document, False):
            yield place[1:], said


def _names(document: Document) -> Found:
    if len(document.routes) > MAX_ROUTES:
        yield ("routes",), f"There are {len(document.routes)} routes; {MAX_ROUTES} is the most."
    if len(document.signals) > MAX_SIGNALS:
        yield ("intent",), f"There are {len(document.signals)} signals; {MAX_SIGNALS} is the most."
    kinds: dict[str, Sequence[FitSignal | Behaviour]] = {
        "fit": document.fit, "interest": document.interest, "intent": document.intent,
    }  # fmt: skip
    yield from _twice(
        ((kind, place, "name"), signal.name)
        for kind, signals in kinds.items()
        for place, signal in enumerate(signals)
    )
    yield from _twice(
        (("routes", place, "name"), route.name) for place, route in enumerate(document.routes)
    )
    yield from _twice(
        (("reasons", place, "name"), reason.name) for place, reason in enumerate(document.reasons)
    )
    yield from _twice(
        (("recycle_plans", place, "name"), plan.name)
        for place, plan in enumerate(document.recycle_plans)
    )


def _twice(named: Iterable[tuple[Place, str]]) -> Found:
    seen: set[str] = set()
    for place, name in named:
        if fold(name) in seen:
            yield place, f"The name '{name}' stands here twice; reasons could not tell them apart."
        seen.add(fold(name))


def _grades(document: Document) -> Found:
    if not document.grades:
        yield ("grades",), "There is no grade; name at least one, such as {A: 70}."
    before = float("inf")
    for name, threshold in document.grades.items():
        place = ("grades", name)
        if not _GRADE_NAME.fullmatch(name):
            yield place, "A grade is named by up to 12 letters, digits, + or -."
        if not 0 <= threshold <= 100:
            yield place, "A grade begins at a fit between 0 and 100."
        elif threshold >= before:
            yield place, "Grades fall: each begins below the one before it."
        before = min(before, threshold)


def _lists(document: Document) -> Found:
    for name, values in document.lists.items():
        place = ("lists", name)
        if name in SHIPPED_LISTS:
            yield place, f"The list '{name}' comes with Handraise; give yours another name."
        elif not _LIST_NAME.fullmatch(name):
            yield place, "A list is named in lower-case letters, digits and underscores."
        if not values:
            yield place, f"The list '{name}' is empty."


def _rest(document: Document) -> Found:
    for place, fact in enumerate(document.mql.needs):
        if is_reserved(fact) or fact in STANDARD:
            kept = f"; it is kept as {STANDARD[fact]}" if fact in STANDARD else ""
            yield ("mql", "needs", place), f"'{fact}' is not the name of a fact{kept}."
    for place, reason in enumerate(document.reasons):
        if reason.wake_after and reason.consequence != "recycle":
            sentence = "'wake_after' goes with the consequence recycle only."
            yield ("reasons", place, "wake_after"), sentence
    for name, target in document.targets.items():
        yield from _target(name, target)


def _target(name: str, target: object) -> Found:
    place = ("targets", name)
    before, to, after = name.partition("_to_")
    if before not in _TARGET_NAMES or (to and after not in _TARGET_NAMES):
        yield place, f"A target is for {one_of(_TARGET_NAMES)}, or a rate such as mql_to_sql."
    elif to and (isinstance(target, bool | str) or not _is_rate(target)):
        yield place, "A rate is a number above 0 and up to 1."
    elif not to and not (isinstance(target, str) and _TARGET.fullmatch(target)):
        yield place, "A target is written like '120 a month'."


def _is_rate(target: object) -> bool:
    return isinstance(target, int | float) and 0 < target <= 1


def _conditions(raw: dict[str, Any]) -> Iterator[tuple[Leaf, bool]]:
    """Every test of every condition, and whether it decides a stage."""
    for place, signal in enumerate(raw.get("fit") or ()):
        yield from _of(signal, ("fit", place, "when"), scope=Scope.FACTS)
    for kind in ("interest", "intent"):
        for place, signal in enumerate(raw.get(kind) or ()):
            yield from _of(signal, (kind, place, "where"), scope=Scope.PROPERTIES)
    for place, route in enumerate(raw.get("routes") or ()):
        yield from _of(route, ("routes", place, "when"))
    yield from _of(raw["mql"], ("mql", "when"), is_criterion=True)
    yield from _of(raw["mql"], ("mql", "never"), is_criterion=True, is_denied=True)
    yield from _of(raw.get("sql") or {}, ("sql", "when"), is_criterion=True)


def _of(
    holder: dict[str, Any], where: Place, *, scope: Scope = Scope.LEAD,
    is_criterion: bool = False, is_denied: bool = False,
) -> Iterator[tuple[Leaf, bool]]:  # fmt: skip
    raw = holder.get(str(where[-1]))
    if raw is None:
        return
    for leaf in leaves(raw, where, scope=scope):
        yield replace(leaf, is_denied=leaf.is_denied ^ is_denied), is_criterion
        if isinstance(leaf.condition, Did) and leaf.condition.where is not None:
            inner = (*leaf.where, "where")
            for below in leaves(_at(holder, where, inner), inner, scope=Scope.PROPERTIES):
                yield below, False


def _at(holder: Any, where: Place, inner: Place) -> Any:
    """What stands at `inner`, `holder` being what the last step of `where` is taken from."""
    for step in inner[len(where) - 1 :]:
        holder = holder[step]
    return holder


def _leaf(leaf: Leaf, document: Document, is_criterion: bool) -> Found:
    test = leaf.condition
    if isinstance(test, Did):
        return
    if test.subject in STANDARD and leaf.scope is not Scope.PROPERTIES:
        yield leaf.where, f"This fact is kept under the name {STANDARD[test.subject]}."
    if test.operator is Operator.IN_LIST:
        yield from _unknown_lists(test, leaf.where, document)
    if test.subject == "grade" and test.operator in {Operator.EQUALS, Operator.ONE_OF}:
        known = {fold(grade) for grade in document.grades}
        unknown = next((grade for grade in test.values if grade not in known), None)
        if unknown is not None:
            yield leaf.where, f"There is no grade '{unknown}'; there is {_some(document.grades)}."
    if test.subject in SCORES and test.operator in _REACHES:
        yield from _score(test, leaf, is_criterion)


def _unknown_lists(test: Test, where: Place, document: Document) -> Found:
    known = {*SHIPPED_LISTS, *document.lists}
    unknown = next((name for name in test.values if name not in known), None)
    if unknown is not None:
        said = f"There is no list '{unknown}'; there is {_some(sorted(known))}."
        yield where, said + nearest(str(unknown), known)


def _some(names: Iterable[str]) -> str:
    told = list(names)
    return one_of(told if len(told) <= _TOLD else [*told[: _TOLD - 1], "others"])


_REACHES = frozenset({Operator.AT_LEAST, Operator.AT_MOST, Operator.BETWEEN})


def _score(test: Test, leaf: Leaf, is_criterion: bool) -> Found:
    low = test.values[0] if test.operator is not Operator.AT_MOST else 0
    high = test.values[-1] if test.operator is not Operator.AT_LEAST else 100
    if float(low) > 100 or float(high) < 0:
        yield leaf.where, f"This can never be true: {test.subject} lies between 0 and 100."
        return
    if not is_criterion or test.subject not in FADING:
        return
    # Between events these scores only fall. A criterion that came true by falling would come
    # true at an instant at which nothing happened (docs/words.md: stage criteria).
    rising = Operator.AT_MOST if leaf.is_denied else Operator.AT_LEAST
    if test.operator is not rising:
        yield (
            leaf.where,
            (
                f"A stage may not be reached because {test.subject} fell;"
                f" here it can be tested by {rising} only."
            ),
        )
