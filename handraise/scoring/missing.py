"""What is missing: the nearest ways to meet a criterion, and the facts most worth finding out.

Every way is tried before it is told: the lead is scored with its changes supposed, by the same
compiled text as in earnest, and it is told only if the criterion then holds, and would not hold
with any part of it less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeAlias

from django.conf import settings
from django.db import transaction

from handraise.agreement import wording
from handraise.agreement.conditions import Condition, Did, Joined
from handraise.agreement.document import Document
from handraise.agreement.queries import list_values
from handraise.leads.entry import Json
from handraise.scoring import changes, wishes
from handraise.scoring.changes import Change
from handraise.scoring.engines import postgres
from handraise.scoring.engines.postgres import Moment, PostgresText
from handraise.scoring.plan import Plan, tests_in
from handraise.scoring.queries import scores_of
from handraise.scoring.satisfying import satisfying
from handraise.scoring.satisfying import together as together_values
from handraise.scoring.scores import Scores
from handraise.scoring.supposing import Home, Supposed, home_of, scores_supposing
from handraise.scoring.wishes import Node, Wishes
from handraise.scoring.wishes import Way as Wished

MOST_TRIED = 60  # a few milliseconds each
MOST_TOLD = 5
MOST_CHANGES = 3

Passes: TypeAlias = Callable[[Scores], bool]


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to hold: the criteria to make true, the one that must not be, and the judge."""

    wanted: tuple[str, ...]
    forbidden: str
    passes: Passes


@dataclass(frozen=True, slots=True)
class Way:
    """Changes that together make the criterion hold, each needed; and the scores they come to."""

    changes: tuple[Change, ...]
    scores: Scores

    @property
    def says(self) -> str:
        return " and ".join(change.says for change in self.changes)


@dataclass(frozen=True, slots=True)
class Worth:
    """A fact nobody knows: the most that a value which the agreement names would add to fit.

    `beside` names what else would have to be known before it counts. `is_needed`: a criterion
    asks that it be known. `is_enough`: some value of it alone makes the criterion hold.
    """

    subject: str
    label: str
    points: float
    is_needed: bool
    is_enough: bool
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """`blocked` names what rules the lead out; then there are no ways."""

    is_met: bool
    blocked: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()
    facts: tuple[Worth, ...] = ()


def missing(lead_id: int, *, document: Document, goal: Goal, at: datetime) -> Missing:
    """What a canonical lead lacks for a goal at `at`, as known then. Writes nothing."""
    made = postgres.text_for(document, settings.TIME_ZONE)
    home = home_of(lead_id, document=document, at=at)
    with transaction.atomic():
        search = _Search(made, Moment(lead_id, at, at), goal, home)
        if goal.passes(search.scores):
            return Missing(is_met=True, facts=tuple(search.worths()))
        blocked = tuple(search.blocked())
        ways = () if blocked or home is None else tuple(search.ways())
        return Missing(False, blocked, ways, tuple(search.worths()))


@dataclass
class _Search:
    made: PostgresText
    moment: Moment
    goal: Goal
    home: Home | None

    @property
    def plan(self) -> Plan:
        return self.made.relations.plan

    @cached_property
    def scores(self) -> Scores:
        return scores_of(self.made, [self.moment])[0]

    def tried(self, supposed: Supposed) -> Scores:
        assert self.home is not None
        return scores_supposing(self.made, self.moment, supposed, self.home)

    def passes(self, way: Sequence[Change]) -> Scores | None:
        found = self.tried(changes.supposed(way))
        return found if self.goal.passes(found) else None

    # The criteria as trees with their truths

    @cached_property
    def nodes(self) -> dict[str, Node]:
        ((counts, truths, _),) = postgres.run(self.made, self.made.detailing, [self.moment])
        dids = dict(zip(self.plan.did_numbers.values(), counts, strict=True))
        each = iter(truths)
        return {
            key: _node(condition, self.plan, each, dids)
            for key, condition in self.plan.criteria.items()
            if not isinstance(condition, bool)
        }

    def blocked(self) -> Iterator[str]:
        """What is true and must not be, in words."""
        forbidden = self.nodes.get(self.goal.forbidden)
        if forbidden is not None and forbidden.truth is True:
            for leaf in _true_leaves(forbidden):
                yield wording.capital(wording.condition_words(leaf.condition))

    # What is known

    @cached_property
    def known(self) -> dict[str, Json]:
        return {one.subject: one.value for one in postgres.facts_told(self.made, self.moment)}

    @cached_property
    def wishes(self) -> Wishes:
        return Wishes(self.plan.document, self.scores, self.known, self._entries())

    def _entries(self) -> dict[str, str]:
        """One entry of each list that is named."""
        names = {
            str(value)
            for condition in _conditions(self.plan)
            for test in tests_in(condition)
            if test.operator == "in_list"
            for value in test.values
        }
        own = self.plan.document.lists
        found = {name: own[name][0] if name in own else _first(name) for name in names}
        return {name: entry for name, entry in found.items() if entry}

    # Ways

    def ways(self) -> Iterator[Way]:
        """Those that hold when tried, the nearest first; none that contains another.

        Compared in words, so that of several values that satisfy one condition one is enough.
        """
        told: list[frozenset[str]] = []
        for way in self._candidates()[:MOST_TRIED]:
            words = frozenset(change.words for change in way)
            if any(less <= words for less in told):
                continue
            found = self._smallest(way)
            if found is None:
                continue
            words = frozenset(change.words for change in found.changes)
            if any(less <= words for less in told):
                continue
            told.append(words)
            yield found
            if len(told) == MOST_TOLD:
                return

    def _candidates(self) -> list[Wished]:
        """Along the criteria; and each change that occurs there alone, as it may be enough."""
        each = [self.wishes.ways(self.nodes[key]) for key in self.goal.wanted if key in self.nodes]
        found = [way for way in wishes.products(each) if 0 < len(way) <= MOST_CHANGES]
        singles = [(change,) for way in found for change in way]
        unique = {tuple((c.key, c.times) for c in way): way for way in [*singles, *found]}
        return sorted(unique.values(), key=wishes.rank)

    def _smallest(self, way: Wished) -> Way | None:
        """The way with every change needed, and done no more often than needed; None: not true."""
        scores = self.passes(way)
        if scores is None:
            return None
        for change in way:
            rest = tuple(other for other in way if other is not change)
            if rest and self.passes(rest) is not None:
                return self._smallest(rest)
        fewer = way
        for place, change in enumerate(way):
            fewer, scores = self._fewer(fewer, place, change, scores)
        # What is done less makes room for less of the rest: points may be below zero, and a count
        # have a bar above it.
        return Way(way, scores) if fewer == way else self._smallest(fewer)

    def _fewer(
        self, way: Wished, place: int, change: Change, scores: Scores
    ) -> tuple[Wished, Scores]:
        for times in range(change.times - 1, 0, -1):
            less = (*way[:place], change.at(times), *way[place + 1 :])
            found = self.passes(less)
            if found is None:
                break
            way, scores = less, found
        return way, scores

    # Facts worth finding out

    def worths(self) -> list[Worth]:
        """The facts that are read and not known: what is enough first, then what adds most."""
        if self.home is None:
            return []
        unknown = [name for name in self.plan.facts if self.known.get(name) is None]
        found = [self._worth(subject) for subject in unknown]
        found = [one for one in found if one.points or one.is_needed or one.is_enough or one.beside]
        return sorted(found, key=lambda one: (not one.is_enough, not one.is_needed, -one.points))

    def _worth(self, subject: str) -> Worth:
        is_needed = f"needs.{subject}" in self.plan.criteria
        tried = [self.tried(Supposed(facts=((subject, value),))) for value in self._values(subject)]
        points = max((found.fit - self.scores.fit for found in tried), default=0.0)
        is_met = self.goal.passes(self.scores)
        is_enough = not is_met and any(self.goal.passes(found) for found in tried)
        beside = () if points > 0 else tuple(sorted(self._beside(subject)))
        label = wording.capital(wording.subject_words(subject))
        return Worth(subject, label, max(points, 0.0), is_needed, is_enough, beside)

    def _values(self, subject: str) -> list[Json]:
        """The values that conditions name, each alone, and for texts all of them side by side."""
        found: dict[str, Json] = {}
        for condition in _conditions(self.plan):
            for values in satisfying(condition, known=self.known, member=self.wishes.entries.get):
                if subject in values:
                    found.setdefault(repr(values[subject]), values[subject])
        texts = [{subject: value} for value in found.values() if isinstance(value, str)]
        if len(texts) > 1 and (both := together_values(texts)) is not None:
            found.setdefault(repr(both[subject]), both[subject])
        return list(found.values())[:6]

    def _beside(self, subject: str) -> set[str]:
        """What else is unknown in the fit signals that read this and would give points."""
        return {
            wording.subject_words(test.subject)
            for signal in self.plan.document.fit
            if signal.points > 0 and any(t.subject == subject for t in tests_in(signal.when))
            for test in tests_in(signal.when)
            if test.subject != subject and self.known.get(test.subject) is None
        }


def _node(
    condition: Condition, plan: Plan, truths: Iterator[bool | None], dids: dict[int, float]
) -> Node:
    truth = next(truths)
    counted = dids[plan.did_number(condition)] if isinstance(condition, Did) else 0.0
    inner = condition.parts if isinstance(condition, Joined) else ()
    return Node(condition, truth, counted, tuple(_node(part, plan, truths, dids) for part in inner))


def _true_leaves(node: Node) -> Iterator[Node]:
    if not node.parts or (isinstance(node.condition, Joined) and node.condition.how == "none"):
        yield node
        return
    for part in node.parts:
        if part.truth is True:
            yield from _true_leaves(part)


def _conditions(plan: Plan) -> Iterator[Condition]:
    for signal in plan.document.fit:
        yield signal.when
    for condition in plan.criteria.values():
        if not isinstance(condition, bool):
            yield condition


def _first(name: str) -> str:
    found = list_values(name)
    return found[0] if found else ""


__all__ = ["Goal", "Missing", "Way", "Worth", "missing"]
