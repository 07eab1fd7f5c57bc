"""The score, once more and readable: the oracle of the tests. Plain Python, no query language.

It knows the tree of conditions and nothing of how they are compiled. Everything is kept in
lists; every question walks through all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import re2

from handraise.agreement.conditions import Condition, Did, Joined, Operator, Test
from handraise.agreement.document import Behaviour, Document
from handraise.kit.fold import fold, words

Value = str | float | bool | datetime | None
Row = TypeVar("Row")


@dataclass
class Activity:
    id: int
    lead: int
    name: str
    occurred_at: datetime
    known_at: datetime
    properties: dict[str, Value]
    judgements: list[Judgement] = field(default_factory=list)


@dataclass
class Judgement:
    id: int
    doubt: str
    counts: bool
    known_at: datetime


@dataclass
class Told:
    """A fact, a membership (value: the company's id), a consent (value: is given), a stage."""

    id: int
    owner: int
    name: str
    value: Value
    holds_from: datetime
    known_at: datetime
    withdrawn_at: datetime | None = None


@dataclass
class World:
    """Everything that was ever known, of all leads. Owners are canonical leads or companies."""

    leads: list[int] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    facts: list[Told] = field(default_factory=list)
    company_facts: list[Told] = field(default_factory=list)
    memberships: list[Told] = field(default_factory=list)
    consents: list[Told] = field(default_factory=list)
    moves: list[Told] = field(default_factory=list)
    lists: dict[str, set[str]] = field(default_factory=dict)


@dataclass
class Scored:
    fit: float
    interest: float
    intent: float
    priority: float
    grade: str
    contributions: list[float | None]
    matched: list[int]
    latest: list[datetime | None]
    truths: dict[str, bool | None]
    near: set[str]  # criteria that hang on a number within 1e-9 of its threshold


@dataclass
class Reference:
    """Scores one lead of a world at `at`, with the knowledge of `known_by` (None: of today)."""

    document: Document
    world: World
    at: datetime
    known_by: datetime | None
    zone: str = "UTC"

    def score(self, lead: int) -> Scored:
        contributions: list[float | None] = []
        matched: list[int] = []
        latest: list[datetime | None] = []
        is_near = _Near()
        for fit_signal in self.document.fit:
            truth = self.evaluate(fit_signal.when, self._fact_subject(lead), lead, is_near)
            contributions.append(None if truth is None else fit_signal.points if truth else 0.0)
            matched.append(0)
            latest.append(None)
        for signal in (*self.document.interest, *self.document.intent):
            counted = self.matched(lead, signal)
            contributions.append(self.contribution(lead, signal))
            matched.append(len(counted))
            latest.append(max((one.occurred_at for one in counted), default=None))
        fit = _within(sum(points for points in contributions[: len(self.document.fit)] if points))
        interest = self.with_colleagues(lead, self.document.interest)
        intent = self.with_colleagues(lead, self.document.intent)
        weights = self.document.priority
        priority = (fit * weights.fit + interest * weights.interest + intent * weights.intent) / (
            weights.fit + weights.interest + weights.intent
        )
        grade = max(
            ((bar, name) for name, bar in self.document.grades.items() if fit >= bar),
            default=(0, ""),
        )[1]
        numbers: dict[str, Value] = {
            "fit": fit, "interest": interest, "intent": intent, "priority": priority,
            "grade": fold(grade),
        }  # fmt: skip
        truths: dict[str, bool | None] = {}
        near: set[str] = set()
        subject = self._lead_subject(lead, numbers)
        for name, condition in self.criteria().items():
            is_near = _Near()
            truths[name] = (
                condition
                if isinstance(condition, bool)
                else self.evaluate(condition, subject, lead, is_near)
            )
            if is_near.found:
                near.add(name)
        return Scored(
            fit, interest, intent, priority, grade, contributions, matched, latest, truths, near
        )

    # What is matched, and what it comes to

    def matched(self, lead: int, signal: Behaviour | Did) -> list[Activity]:
        found = [one for one in self.world.activities if self.is_matched(one, lead, signal)]
        if isinstance(signal, Behaviour) and signal.once_per == "day":
            first: dict[Any, Activity] = {}
            for one in sorted(found, key=lambda a: (a.occurred_at, a.id)):
                first.setdefault(one.occurred_at.astimezone(ZoneInfo(self.zone)).date(), one)
            found = list(first.values())
        return found

    def is_matched(self, one: Activity, lead: int, signal: Behaviour | Did) -> bool:
        if one.lead != lead or one.name != signal.event:
            return False
        if one.occurred_at > self.at or not self.is_known(one.known_at):
            return False
        if signal.within is not None and self.at - one.occurred_at >= signal.within:
            return False
        if any(not counts for counts in self.verdicts(one).values()):
            return False
        if signal.where is not None:
            subject: Callable[[str], Value] = one.properties.get
            if self.evaluate(signal.where, subject, lead, _Near()) is not True:
                return False
        if isinstance(signal, Did):
            return signal.total is None or _is_number(one.properties.get(signal.total))
        if signal.half_life and self.at - one.occurred_at >= 60 * signal.half_life:
            return False
        if signal.needs_consent and self.consent(lead, signal.needs_consent) is not True:
            return False
        return signal.each is None or _is_number(one.properties.get(signal.each.of))

    def verdicts(self, one: Activity) -> dict[str, bool]:
        known = [verdict for verdict in one.judgements if self.is_known(verdict.known_at)]
        known.sort(key=lambda verdict: (verdict.known_at, verdict.id))
        return {verdict.doubt: verdict.counts for verdict in known}

    def points(self, one: Activity, signal: Behaviour) -> float:
        points = signal.points
        if signal.each is not None:
            value = one.properties[signal.each.of]
            assert isinstance(value, int | float)
            points *= max(value, 0) / signal.each.per
        if signal.half_life is not None:
            points *= 0.5 ** ((self.at - one.occurred_at) / signal.half_life)
        return points

    def contribution(self, lead: int, signal: Behaviour) -> float:
        total = sum(self.points(one, signal) for one in self.matched(lead, signal))
        return total if signal.at_most is None else min(total, signal.at_most)

    def own(self, lead: int, signals: Iterable[Behaviour]) -> float:
        return sum(self.contribution(lead, signal) for signal in signals)

    def with_colleagues(self, lead: int, signals: Iterable[Behaviour]) -> float:
        total = self.own(lead, signals)
        share = self.document.company
        company = self.company_of(lead)
        if share is not None and company is not None:
            others = [
                other for other in self.world.leads
                if other != lead and self.company_of(other) == company
            ]  # fmt: skip
            theirs = sum(_within(self.own(other, signals)) for other in others)
            total += min(share.at_most, share.weight * theirs)
        return _within(total)

    # What was known

    def is_known(self, known_at: datetime) -> bool:
        return self.known_by is None or known_at <= self.known_by

    def newest(self, rows: Iterable[Told], owner: int, name: str = "") -> Told | None:
        held = [
            row for row in rows
            if row.owner == owner and row.name == name
            and row.holds_from <= self.at and self.is_known(row.known_at)
            and not (row.withdrawn_at and self.is_known(row.withdrawn_at))
        ]  # fmt: skip
        return max(held, key=lambda row: (row.holds_from, row.known_at, row.id), default=None)

    def company_of(self, lead: int) -> int | None:
        found = self.newest(self.world.memberships, lead)
        return None if found is None else int(found.value)  # type: ignore[arg-type]

    def consent(self, lead: int, purpose: str) -> bool | None:
        found = self.newest(self.world.consents, lead, purpose)
        return None if found is None else bool(found.value)

    def fact(self, lead: int, name: str) -> Value:
        if name.startswith("company."):
            company = self.company_of(lead)
            if company is None:
                return None
            found = self.newest(self.world.company_facts, company, name.removeprefix("company."))
        else:
            found = self.newest(self.world.facts, lead, name)
        return None if found is None else found.value

    # Conditions

    def criteria(self) -> dict[str, Condition | bool]:
        mql, sql = self.document.mql, self.document.sql
        needs = {f"needs.{n}": Test(n, Operator.IS_KNOWN, (True,)) for n in mql.needs}
        return {
            "mql.when": mql.when,
            "mql.never": False if mql.never is None else mql.never,
            "mql.needs": Joined("all", tuple(needs.values())) if needs else True,
            **needs,
            "sql.when": True if sql.when is None else sql.when,
            **{
                f"route.{place}": True if route.when is None else route.when
                for place, route in enumerate(self.document.routes)
            },
        }

    def _fact_subject(self, lead: int) -> Callable[[str], Value]:
        return lambda name: self.fact(lead, name)

    def _lead_subject(self, lead: int, numbers: dict[str, Value]) -> Callable[[str], Value]:
        def value(name: str) -> Value:
            if name in numbers:
                return numbers[name]
            if name == "stage":
                found = self.newest(self.world.moves, lead)
                return fold("LEAD" if found is None else str(found.value))
            if name.startswith("consent."):
                return self.consent(lead, name.removeprefix("consent."))
            return self.fact(lead, name)

        return value

    def evaluate(
        self, condition: Condition, value: Callable[[str], Value], lead: int, near: _Near
    ) -> bool | None:
        match condition:
            case Did():
                return self._did(condition, lead, near)
            case Test():
                found = value(condition.subject)
                if condition.subject in {"interest", "intent", "priority"}:
                    near.look(found, [bar + way for bar in condition.values
                                      for way in (-AS_SHOWN, AS_SHOWN)])  # fmt: skip
                    return _as_shown(condition, float(found))  # type: ignore[arg-type]
                return _test(condition, found, self.world.lists)
            case Joined(how=how, parts=parts):
                truths = [self.evaluate(part, value, lead, near) for part in parts]
                if how == "all":
                    return _and(truths)
                return _or(truths) if how == "any" else _not(_or(truths))

    def _did(self, did: Did, lead: int, near: _Near) -> bool:
        done = self.matched(lead, did)
        if did.total is None:
            count = float(len(done))
        else:
            count = sum(float(one.properties[did.total]) for one in done)  # type: ignore[arg-type]
            near.look(count, (did.at_least, did.at_most))
        if did.at_most is not None:
            return count <= did.at_most
        return count >= (1 if did.at_least is None else did.at_least)


class _Near:
    found = False

    def look(self, value: Value, bars: Iterable[Value]) -> None:
        for bar in bars:
            if _is_number(value) and _is_number(bar) and abs(value - bar) < 1e-9:  # type: ignore[operator]
                self.found = True


AS_SHOWN = 0.05  # half of the last place that pages show


def _as_shown(test: Test, score: float) -> bool:
    low, high = score - AS_SHOWN, score + AS_SHOWN
    match test.operator:
        case Operator.IS_KNOWN:
            return test.values[0] is True
        case Operator.AT_LEAST:
            return high >= test.values[0]
        case Operator.AT_MOST:
            return low <= test.values[0]
        case Operator.BETWEEN:
            return high >= test.values[0] and low <= test.values[1]
        case _:
            return score in test.values


def _test(test: Test, value: Value, lists: dict[str, set[str]]) -> bool | None:
    if test.operator is Operator.IS_KNOWN:
        return (value is not None) is test.values[0]
    if test.operator is Operator.BETWEEN:
        low, high = test.values
        return low <= value <= high if _is_number(value) else None  # type: ignore[operator]
    return _or([_one(test.operator, value, operand, lists) for operand in test.values])


def _one(operator: Operator, value: Value, operand: Any, lists: dict[str, set[str]]) -> bool | None:
    match operator:
        case Operator.EQUALS | Operator.ONE_OF:
            return value == operand if _type(value) is _type(operand) else None
        case Operator.AT_LEAST:
            return value >= operand if _is_number(value) else None  # type: ignore[operator]
        case Operator.AT_MOST:
            return value <= operand if _is_number(value) else None  # type: ignore[operator]
    if not isinstance(value, str):
        return None
    match operator:
        case Operator.CONTAINS_WORD:
            return operand in words(value)
        case Operator.STARTS_WITH:
            return value.startswith(operand)
        case Operator.ENDS_WITH:
            return value.endswith(operand)
        case Operator.MATCHES:
            return re2.search(operand, value) is not None
        case Operator.IN_LIST:
            return value in lists.get(operand, set())
    raise AssertionError(operator)


def _type(value: Value) -> type | None:
    if isinstance(value, bool):
        return bool
    if isinstance(value, int | float):
        return float
    return str if isinstance(value, str) else None


def _is_number(value: Value) -> bool:
    return _type(value) is float


def _and(truths: list[bool | None]) -> bool | None:
    if False in truths:
        return False
    return None if None in truths else True


def _or(truths: list[bool | None]) -> bool | None:
    if True in truths:
        return True
    return None if None in truths else False


def _not(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def _within(value: float) -> float:
    return min(max(value, 0.0), 100.0)


__all__ = ["Activity", "Judgement", "Reference", "Scored", "Told", "World"]
