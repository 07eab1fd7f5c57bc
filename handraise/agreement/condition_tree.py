"""The tree of a condition: what engines compile and pages put into words. No text, no Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, TypeAlias


class Operator(StrEnum):
    EQUALS = "equals"
    ONE_OF = "one_of"
    CONTAINS_WORD = "contains_word"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    MATCHES = "matches"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BETWEEN = "between"
    IS_KNOWN = "is_known"
    IN_LIST = "in_list"


class Scope(StrEnum):
    """What a condition may speak of."""

    LEAD = "lead"  # everything: scores, grade, stage, consent, facts, did
    FACTS = "facts"  # facts of lead and company only (a fit signal)
    PROPERTIES = "properties"  # properties of one activity (an event's where)


SCORES = frozenset({"fit", "interest", "intent", "priority"})
FADING = SCORES - {"fit"}
RESERVED = SCORES | {"grade", "stage", "consent"}  # subjects that are not facts

Plain: TypeAlias = str | float | bool


@dataclass(frozen=True, slots=True)
class Test:
    """`subject operator values`; several values mean *any of them* (for `between`: low, high).

    Text values are folded as stored text is; for `contains_word` each is tokens between spaces.
    """

    __test__: ClassVar[bool] = False  # not one of pytest's
    subject: str
    operator: Operator
    values: tuple[Plain, ...]


@dataclass(frozen=True, slots=True)
class Did:
    """How many activities (or the sum of one property) within a window before the instant.

    Never unknown: nothing done counts 0. Exactly one of at_least and at_most is given.
    """

    event: str
    where: Condition | None
    within: timedelta | None
    total: str | None
    at_least: float | None
    at_most: float | None


@dataclass(frozen=True, slots=True)
class Joined:
    """`all`, `any` or `none` of the parts."""

    how: str
    parts: tuple[Condition, ...]


Condition: TypeAlias = Test | Did | Joined


def subjects(condition: Condition) -> set[str]:
    """Every subject that is tested, outside `did`."""
    match condition:
        case Test(subject=subject):
            return {subject}
        case Joined(parts=parts):
            return set().union(*(subjects(part) for part in parts))
        case Did():
            return set()


def dids(condition: Condition) -> list[Did]:
    """Every `did`, in the order of the text."""
    match condition:
        case Did():
            return [condition]
        case Joined(parts=parts):
            return [did for part in parts for did in dids(part)]
        case Test():
            return []
