"""What decides whether a lead qualifies: the criterion of the agreement, and what can turn it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handraise.agreement.conditions import FADING, Condition, Did, Joined, Operator, Test
from handraise.agreement.document import Document
from handraise.scoring.plan import CompileError, Plan, Watched

PARTS = ("mql.when", "mql.needs", "mql.never")


def bare(document: Document) -> Document:
    """The document without what does not decide on qualifying: routes, and what comes after."""
    without = document.sql.model_copy(update={"when": None})
    return document.model_copy(update={"routes": (), "sql": without})


def qualifies(scores: Any, plan: Plan) -> Any:
    """Whether each row of compiled `scores` qualifies. Never null."""
    places = list(plan.criteria)
    when, needs, never = (scores[f"truth_{places.index(part)}"].fill_null(False) for part in PARTS)
    return when & needs & ~never


def refuse_falling(plan: Plan) -> None:
    """Raise CompileError if a lead could come to qualify because a score fell.

    Then the first instant would be one at which nothing happens. Signing refuses it as well.
    """
    for leaf, is_denied in criterion_leaves(plan):
        if isinstance(leaf, Did) or leaf.subject not in FADING:
            continue
        rising = Operator.AT_MOST if is_denied else Operator.AT_LEAST
        if leaf.operator is not rising:
            raise CompileError(
                f"A lead would qualify because its {leaf.subject} fell; here it can be tested"
                f" by {rising} only."
            )


def criterion_leaves(plan: Plan) -> Iterator[tuple[Test | Did, bool]]:
    """Every test of the criterion, and whether the lead rather qualifies if it is false."""
    for part in PARTS:
        condition = plan.criteria[part]
        if not isinstance(condition, bool):
            yield from _leaves(condition, part == "mql.never")


def _leaves(condition: Condition, is_denied: bool) -> Iterator[tuple[Test | Did, bool]]:
    if not isinstance(condition, Joined):
        yield condition, is_denied
        return
    for part in condition.parts:
        yield from _leaves(part, is_denied ^ (condition.how == "none"))


def telling(plan: Plan) -> list[Watched]:
    """Whose activities can make a lead qualify: behaviours of scores that are read, and `did`s."""
    read = {leaf.subject for leaf, _ in criterion_leaves(plan) if isinstance(leaf, Test)}
    kinds = {"interest", "intent"} if "priority" in read else read & {"interest", "intent"}
    dids = {plan.did_number(leaf) for leaf, _ in criterion_leaves(plan) if isinstance(leaf, Did)}
    return [one for one in plan.watched if one.kind in kinds or one.number in dids]


def may_lower(one: Watched) -> bool:
    """Whether an activity for less than nothing may take the place of one for still less."""
    return one.is_daily and one.multiple_of is not None


def ending(plan: Plan) -> list[Watched]:
    """Whose activities can make a lead qualify by dropping out of their window.

    A count falls under its `at_most`; a sum loses something below zero; with `once_per: day` a
    later activity of the day counts when the first no longer does, and it has faded less.
    """
    at_ends = {
        plan.did_number(leaf)
        for leaf, is_denied in criterion_leaves(plan)
        if isinstance(leaf, Did) and (leaf.total or is_denied is (leaf.at_most is None))
    }
    return [
        one for one in telling(plan)
        if (one.within is not None and (one.number in at_ends or one.is_daily))
        or (one.half_life is not None and may_lower(one))
    ]  # fmt: skip


__all__ = [
    "PARTS", "bare", "criterion_leaves", "ending", "may_lower", "qualifies",
    "refuse_falling", "telling",
]  # fmt: skip
