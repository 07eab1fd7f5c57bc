"""The condition language: one small tree, written in the agreement and everywhere else.

A condition is a mapping. `{title: {contains_word: [vp, head]}}` tests one subject;
`{all: [...]}`, `{any: [...]}`, `{none: [...]}` join; several keys in one mapping mean *all*;
`{did: {event: page, within: 7 days, at_least: 3}}` counts activities. Shorthand: a plain value
means `equals`, a list means `one_of`.

Truth is Kleene's: a test on something unknown, or on a value of another type, is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TypeAlias

import re2

from handraise.kit import durations
from handraise.kit.fold import fold, words


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


Plain: TypeAlias = str | float | bool


@dataclass(frozen=True, slots=True)
class Test:
    """`subject operator values`; several values mean *any of them* (for `between`: low, high).

    Text values are folded as stored text is; for `contains_word` each is tokens between spaces.
    """

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


class ConditionError(ValueError):
    """A condition that cannot be read; `where` is the path of keys to the fault."""

    def __init__(self, where: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.where = where


def parse(raw: object, where: tuple[str | int, ...] = ()) -> Condition:
    """The tree of one raw (YAML) condition. Raises ConditionError with the place of the fault."""
    if not isinstance(raw, dict) or not raw:
        raise ConditionError(
            where, "A condition is a mapping such as {title: {contains_word: vp}}."
        )
    parts = tuple(_parse_key(key, value, (*where, str(key))) for key, value in raw.items())
    return parts[0] if len(parts) == 1 else Joined("all", parts)


def _parse_key(key: object, value: object, where: tuple[str | int, ...]) -> Condition:
    if not isinstance(key, str):
        raise ConditionError(where, f"{key!r} is not a name.")
    if key in {"all", "any", "none"}:
        if not isinstance(value, list) or not value:
            raise ConditionError(where, f"'{key}' takes a list of conditions.")
        return Joined(key, tuple(parse(part, (*where, place)) for place, part in enumerate(value)))
    if key == "did":
        return _parse_did(value, where)
    return _parse_test(key, value, where)


def _parse_test(subject: str, value: object, where: tuple[str | int, ...]) -> Condition:
    if isinstance(value, list):
        value = {"one_of": value}
    if not isinstance(value, dict):
        value = {"equals": value}
    tests: list[Condition] = []
    for name, operand in value.items():
        if name not in set(Operator):
            known = ", ".join(Operator)
            raise ConditionError((*where, str(name)), f"'{name}' is not one of {known}.")
        operator = Operator(name)
        tests.append(Test(subject, operator, _operands(operator, operand, (*where, name))))
    if not tests:
        raise ConditionError(where, "This condition tests nothing.")
    return tests[0] if len(tests) == 1 else Joined("all", tuple(tests))


def _operands(operator: Operator, raw: object, where: tuple[str | int, ...]) -> tuple[Plain, ...]:
    if operator is Operator.IS_KNOWN:
        if not isinstance(raw, bool):
            raise ConditionError(where, "'is_known' takes true or false.")
        return (raw,)
    many = raw if isinstance(raw, list) else [raw]
    if not many:
        raise ConditionError(where, f"'{operator}' needs a value.")
    if operator is Operator.BETWEEN:
        numbers = tuple(_number(value, where) for value in many)
        if len(numbers) != 2 or numbers[0] > numbers[1]:
            raise ConditionError(where, "'between' takes two numbers, the lower one first.")
        return numbers
    if operator in {Operator.AT_LEAST, Operator.AT_MOST}:
        if len(many) != 1:
            raise ConditionError(where, f"'{operator}' takes one number.")
        return (_number(many[0], where),)
    if operator in {Operator.EQUALS, Operator.ONE_OF}:
        if operator is Operator.EQUALS and len(many) != 1:
            raise ConditionError(where, "'equals' takes one value; for several use 'one_of'.")
        return tuple(_plain(value, where) for value in many)
    return tuple(_text(operator, value, where) for value in many)


def _number(value: object, where: tuple[str | int, ...]) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConditionError(where, f"{value!r} is not a number.")
    if value != value or value in (float("inf"), float("-inf")):
        raise ConditionError(where, f"{value!r} is not a finite number.")
    return float(value)


def _plain(value: object, where: tuple[str | int, ...]) -> Plain:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value, where)
    if isinstance(value, str):
        return fold(value)
    raise ConditionError(where, f"{value!r} is not a text, a number, or true or false.")


def _text(operator: Operator, value: object, where: tuple[str | int, ...]) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ConditionError(where, f"'{operator}' takes text, not {value!r}.")
    if operator is Operator.CONTAINS_WORD:
        tokens = words(fold(value))
        if not tokens:
            raise ConditionError(where, f"{value!r} has no word in it.")
        return tokens
    if operator is Operator.MATCHES:
        return _pattern(value, where)
    if operator is Operator.IN_LIST:
        return value
    return fold(value)


# What RE2, PostgreSQL and Java's regular expressions read alike. Text is folded, so patterns are
# written in lower case; groups do not capture, nothing looks ahead, nothing refers back.
_PATTERN_ALLOWED = re2.compile(
    r"^(?:[a-z0-9 _/@%&=:;,<>~#'\"!-]|\\[.+*?()\[\]{}|^$\\/d]|[.^$*+?|]|\(\?:|\)"
    r"|\[\^?[a-z0-9 _/.@-]+\]|\{\d{1,3}(?:,\d{0,3})?\})+$"
)


def _pattern(value: str, where: tuple[str | int, ...]) -> str:
    if not _PATTERN_ALLOWED.match(value):
        raise ConditionError(
            where, f"The pattern {value!r} uses more than the simple forms allowed."
        )
    try:
        re2.compile(value)
    except re2.error as fault:
        raise ConditionError(where, f"The pattern {value!r} cannot be read: {fault}.") from None
    return value


_DID_KEYS = {"event", "where", "within", "sum", "at_least", "at_most"}


def _parse_did(raw: object, where: tuple[str | int, ...]) -> Did:
    if not isinstance(raw, dict):
        raise ConditionError(where, "'did' takes a mapping such as {event: page, within: 7 days}.")
    for key in raw:
        if key not in _DID_KEYS:
            raise ConditionError((*where, str(key)), f"'did' has no '{key}'.")
    event = raw.get("event")
    if not isinstance(event, str) or not event:
        raise ConditionError(where, "'did' needs the name of an event.")
    at_least, at_most = raw.get("at_least"), raw.get("at_most")
    if at_least is not None and at_most is not None:
        raise ConditionError(where, "'did' takes at_least or at_most, not both.")
    total = raw.get("sum")
    if total is not None and not isinstance(total, str):
        raise ConditionError((*where, "sum"), "'sum' names a property.")
    return Did(
        event=event,
        where=None if raw.get("where") is None else parse(raw["where"], (*where, "where")),
        within=None if raw.get("within") is None else _length(raw["within"], (*where, "within")),
        total=total,
        at_least=1.0 if at_least is None and at_most is None else _maybe(at_least, where),
        at_most=_maybe(at_most, where),
    )


def _maybe(value: object, where: tuple[str | int, ...]) -> float | None:
    return None if value is None else _number(value, where)


def _length(value: object, where: tuple[str | int, ...]) -> timedelta:
    try:
        return durations.parse(str(value))
    except ValueError as fault:
        raise ConditionError(where, str(fault)) from None


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


__all__ = [
    "Condition",
    "ConditionError",
    "Did",
    "Joined",
    "Operator",
    "Test",
    "dids",
    "parse",
    "subjects",
]
