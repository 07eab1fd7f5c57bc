"""The condition language: one small tree, written in the agreement and everywhere else.

A condition is a mapping. `{title: {contains_word: [vp, head]}}` tests one subject;
`{all: [...]}`, `{any: [...]}`, `{none: [...]}` join; several keys in one mapping mean *all*;
`{did: {event: page, within: 7 days, at_least: 3}}` counts activities. Shorthand: a plain value
means `equals`, a list means `one_of`.

Truth is Kleene's: a test on something unknown, or on a value of another type, is unknown.

What a subject means depends on the scope. About a lead: `fit`, `interest`, `intent`, `priority`
(numbers 0..100), `grade` (values in lower case), `stage` (values are names of `Stage` in lower
case, also where `MQL` was written), `consent.PURPOSE` (true, false, or unknown while nobody asked;
`{consent: newsletter}` is short for `{consent.newsletter: true}`, a list means any of them),
`company.x` a fact of the company, and every other name a fact of the lead. In a fit signal: facts
only. In an event's `where`: every name is a property of the activity, by its dotted path.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import re2

from handraise.agreement.condition_tree import (
    FADING,
    RESERVED,
    SCORES,
    Condition,
    Did,
    Joined,
    Operator,
    Plain,
    Scope,
    Test,
    dids,
    subjects,
)
from handraise.agreement.faults import Place, nearest, one_of
from handraise.kit import durations
from handraise.kit.fold import fold, words
from handraise.leads.decide import Stage

LARGEST = 1e15  # beyond this, neighbouring whole numbers are one float

_JOINS = frozenset({"all", "any", "none"})
_OPERATORS = frozenset(operator.value for operator in Operator)
_BOUNDS = frozenset({Operator.AT_LEAST, Operator.AT_MOST, Operator.BETWEEN})
_CHOICES = frozenset({Operator.EQUALS, Operator.ONE_OF})


class ConditionError(ValueError):
    """A condition that cannot be read; `where` is the path of keys to the fault."""

    def __init__(self, where: Place, message: str) -> None:
        super().__init__(message)
        self.where = where


def parse(raw: object, where: Place = (), *, scope: Scope = Scope.LEAD) -> Condition:
    """The tree of one raw (YAML) condition. Raises ConditionError with the place of the fault."""
    parts = tuple(_parse_key(key, value, inner, scope) for key, value, inner in _keys(raw, where))
    return parts[0] if len(parts) == 1 else Joined("all", parts)


def _keys(raw: object, where: Place) -> Iterator[tuple[str, object, Place]]:
    if not isinstance(raw, dict) or not raw:
        message = "A condition is a mapping such as {title: {contains_word: vp}}."
        raise ConditionError(where, message)
    for key, value in raw.items():
        if not isinstance(key, str):
            raise ConditionError(where, f"{key!r} is not a name.")
        yield key, value, (*where, key)


def _parse_key(key: str, value: object, where: Place, scope: Scope) -> Condition:
    if key in _JOINS:
        if not isinstance(value, list) or not value:
            raise ConditionError(where, f"'{key}' takes a list of conditions.")
        return Joined(
            key,
            tuple(parse(part, (*where, place), scope=scope) for place, part in enumerate(value)),
        )
    _refuse_out_of_scope(key, where, scope)
    return _parse_did(value, where) if key == "did" else _parse_test(key, value, where, scope)


def _refuse_out_of_scope(key: str, where: Place, scope: Scope) -> None:
    if scope is Scope.FACTS and key == "did":
        message = "A fit signal reads facts; what a lead did belongs to interest or intent."
        raise ConditionError(where, message)
    if scope is Scope.FACTS and is_reserved(key):
        raise ConditionError(where, f"A fit signal reads facts, and '{key}' is not one.")
    if scope is Scope.PROPERTIES and key == "did":
        message = "An event's 'where' reads the properties of that event; 'did' cannot stand here."
        raise ConditionError(where, message)
    if scope is Scope.PROPERTIES and key.startswith("properties."):
        short = key.removeprefix("properties.")
        raise ConditionError(where, f"Properties are named without 'properties.': write {short}.")


def _parse_test(subject: str, value: object, where: Place, scope: Scope) -> Condition:
    if isinstance(value, list):
        value = {"one_of": value}
    if not isinstance(value, dict):
        value = {"equals": value}
    tests: list[Condition] = []
    for name, operand in value.items():
        inner = (*where, str(name))
        if name not in _OPERATORS:
            known = ", ".join(Operator)
            raise ConditionError(
                inner, f"'{name}' is not one of {known}.{nearest(str(name), _OPERATORS)}"
            )
        operator = Operator(name)
        if scope is Scope.LEAD and is_reserved(subject):
            tests.append(_reserved(subject, operator, operand, inner))
        else:
            tests.append(Test(subject, operator, _operands(operator, operand, inner)))
    if not tests:
        raise ConditionError(where, "This condition tests nothing.")
    return tests[0] if len(tests) == 1 else Joined("all", tuple(tests))


def is_reserved(subject: str) -> bool:
    """Whether a subject, spoken of a lead, is something else than a fact."""
    return subject in RESERVED or subject.startswith("consent.")


def _reserved(subject: str, operator: Operator, raw: object, where: Place) -> Condition:
    """A test of a score, the grade, the stage or consent: few operators make sense."""
    if subject.startswith("consent."):
        return _consent_for(subject.removeprefix("consent."), operator, raw, where)
    allowed = _BOUNDS if subject in SCORES else _CHOICES
    if operator not in allowed:
        raise ConditionError(where, f"'{subject}' can be tested by {one_of(sorted(allowed))} only.")
    if subject in SCORES:
        return Test(subject, operator, _operands(operator, raw, where))
    many = raw if isinstance(raw, list) else [raw]
    if not many or (operator is Operator.EQUALS and len(many) != 1):
        raise ConditionError(where, "'equals' takes one value, 'one_of' takes several.")
    if subject == "consent":
        given = tuple(_consent_for(value, Operator.EQUALS, True, where) for value in many)
        return given[0] if len(given) == 1 else Joined("any", given)
    reading = _stage if subject == "stage" else _grade
    return Test(subject, operator, tuple(reading(value, where) for value in many))


def _consent_for(purpose: object, operator: Operator, raw: object, where: Place) -> Test:
    if operator not in {Operator.EQUALS, Operator.IS_KNOWN} or not isinstance(raw, bool):
        raise ConditionError(where, "Consent for a purpose is tested by true, false or is_known.")
    return Test(f"consent.{_purpose(purpose, where)}", operator, (raw,))


def _stage(value: object, where: Place) -> str:
    wanted = fold(str(value)).replace(" ", "_")
    for stage in Stage:
        if wanted in {stage.value.lower(), stage.label.lower()}:
            return stage.value.lower()
    near = nearest(wanted.upper(), Stage)
    raise ConditionError(where, f"'{value}' is not a stage; they are {', '.join(Stage)}.{near}")


def _grade(value: object, where: Place) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ConditionError(where, f"{value!r} is not the name of a grade.")
    return fold(value)


def _purpose(value: object, where: Place) -> str:
    if not isinstance(value, str) or not fold(value):
        raise ConditionError(where, f"{value!r} is not a purpose such as newsletter.")
    return fold(value)


def _operands(operator: Operator, raw: object, where: Place) -> tuple[Plain, ...]:
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


def _number(value: object, where: Place) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConditionError(where, f"{value!r} is not a number.")
    if not -LARGEST <= value <= LARGEST:  # neither infinite nor "not a number"
        raise ConditionError(where, f"{value!r} is not a number that can be reckoned with.")
    return float(value)


def _plain(value: object, where: Place) -> Plain:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value, where)
    if isinstance(value, str):
        return fold(value)
    raise ConditionError(where, f"{value!r} is not a text, a number, or true or false.")


def _text(operator: Operator, value: object, where: Place) -> str:
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


MOST_TIMES = 255  # what PostgreSQL counts to
_QUIET = re2.Options()
_QUIET.log_errors = False  # the fault is told in a sentence, not on stderr


def _counts(bare: str) -> str:
    return " ".join(re2.findall(r"\{[\d,]+\}", bare))


def _pattern(value: str, where: Place) -> str:
    if not _PATTERN_ALLOWED.match(value):
        raise ConditionError(
            where, f"The pattern {value!r} uses more than the simple forms allowed."
        )
    bare = re2.sub(r"\\.|\[\^?[^\]]+\]", "x", value)  # without escapes and classes
    if re2.search(r"[\^$][*+?{]", bare):
        raise ConditionError(where, f"The pattern {value!r} repeats a beginning or an end.")
    if any(int(count) > MOST_TIMES for count in re2.findall(r"\d+", _counts(bare))):
        raise ConditionError(where, f"The pattern {value!r} repeats more than {MOST_TIMES} times.")
    try:
        re2.compile(value, _QUIET)
    except re2.error as fault:
        raise ConditionError(where, f"The pattern {value!r} cannot be read: {fault}.") from None
    return value


_DID_KEYS = {"event", "where", "within", "sum", "at_least", "at_most"}


def _parse_did(raw: object, where: Place) -> Did:
    if not isinstance(raw, dict):
        raise ConditionError(where, "'did' takes a mapping such as {event: page, within: 7 days}.")
    for key in raw:
        if key not in _DID_KEYS:
            near = nearest(str(key), _DID_KEYS)
            raise ConditionError((*where, str(key)), f"'did' has no '{key}'.{near}")
    event = raw.get("event")
    if not isinstance(event, str) or not event.strip():
        raise ConditionError(where, "'did' needs the name of an event.")
    at_least, at_most = raw.get("at_least"), raw.get("at_most")
    if at_least is not None and at_most is not None:
        raise ConditionError(where, "'did' takes at_least or at_most, not both.")
    total = raw.get("sum")
    if total is not None and (not isinstance(total, str) or not total.strip()):
        raise ConditionError((*where, "sum"), "'sum' names a property.")
    inner = (*where, "where")
    return Did(
        event=event.strip(),
        where=None
        if raw.get("where") is None
        else parse(raw["where"], inner, scope=Scope.PROPERTIES),
        within=None if raw.get("within") is None else _length(raw["within"], (*where, "within")),
        total=total,
        at_least=_least(at_least, at_most, (*where, "at_least")),
        at_most=_most(at_most, (*where, "at_most")),
    )


def _least(at_least: object, at_most: object, where: Place) -> float | None:
    if at_least is None:
        return 1.0 if at_most is None else None
    number = _number(at_least, where)
    if number <= 0:
        raise ConditionError(where, "'at_least' must be above 0; everybody did it 0 times.")
    return number


def _most(at_most: object, where: Place) -> float | None:
    if at_most is None:
        return None
    number = _number(at_most, where)
    if number < 0:
        raise ConditionError(where, "'at_most' must be 0 or more; nobody did it fewer times.")
    return number


def _length(value: object, where: Place) -> timedelta:
    try:
        return length(value)
    except ValueError as fault:
        raise ConditionError(where, str(fault)) from None


LONGEST = timedelta(days=36_500)


def length(raw: object) -> timedelta:
    """A length of time in words, up to 100 years. Raises ValueError with a sentence."""
    found = raw if isinstance(raw, timedelta) else durations.parse(str(raw))
    if found > LONGEST:
        raise ValueError(f"{raw} is longer than 100 years.")
    return found


@dataclass(frozen=True, slots=True)
class Leaf:
    """One `Test` or `Did` as it stands in the raw text; denied within an odd number of `none`."""

    condition: Test | Did
    where: Place
    is_denied: bool
    scope: Scope


def leaves(raw: object, where: Place = (), *, scope: Scope = Scope.LEAD) -> Iterator[Leaf]:
    """The tests of a raw condition that `parse` reads, each with its place, for checks."""
    yield from _leaves(raw, where, scope, False)


def _leaves(raw: object, where: Place, scope: Scope, is_denied: bool) -> Iterator[Leaf]:
    for key, value, inner in _keys(raw, where):
        if key in _JOINS and isinstance(value, list):
            for place, part in enumerate(value):
                yield from _leaves(part, (*inner, place), scope, is_denied ^ (key == "none"))
            continue
        found = _parse_key(key, value, inner, scope)
        for part in found.parts if isinstance(found, Joined) else (found,):
            if not isinstance(part, Joined):
                yield Leaf(part, inner, is_denied, scope)


__all__ = [
    "FADING",
    "RESERVED",
    "SCORES",
    "Condition",
    "ConditionError",
    "Did",
    "Joined",
    "Leaf",
    "Operator",
    "Scope",
    "Test",
    "dids",
    "leaves",
    "length",
    "parse",
    "subjects",
]
