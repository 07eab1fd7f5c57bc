"""Conditions as three-valued expressions: null is Kleene's *unknown*.

SQL's AND, OR and NOT are Kleene's tables, so what is left to do is to make every test on
something unknown, or of another type, null.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis

from handraise.agreement.condition_tree import Condition, Did, Joined, Operator, Plain, Test


@dataclass(frozen=True, slots=True)
class Subject:
    """The columns of one subject, one for each type; all but one of them are null in a row.

    `slack`: how far a number may miss what is asked for and still count as having reached it."""

    text: Any
    words: Any
    number: Any
    truth: Any
    is_known: Any
    slack: float = 0.0

    @classmethod
    def of_number(cls, value: Any, *, slack: float = 0.0) -> Subject:
        """Something that is always a number."""
        return cls(NO_TEXT, NO_TEXT, value, UNKNOWN, ibis.literal(True), slack)

    @classmethod
    def of_text(cls, value: Any) -> Subject:
        """Something that is always one word."""
        return cls(value, ibis.literal(" ") + value + " ", NO_NUMBER, UNKNOWN, ibis.literal(True))

    @classmethod
    def of_truth(cls, value: Any) -> Subject:
        """True, false or never told."""
        return cls(NO_TEXT, NO_TEXT, NO_NUMBER, value, value.notnull())


UNKNOWN = ibis.null("boolean")
NO_TEXT = ibis.null("string")
NO_NUMBER = ibis.null("float64")


@dataclass(frozen=True, slots=True)
class Context:
    """Where subjects, `did`s and lists are found for one kind of condition.

    `listed(subject, list)` is true or false where the subject's text is known, else anything.
    """

    subject: Callable[[str], Subject]
    did: Callable[[Did], Any]
    listed: Callable[[str, str], Any]


def truth_of(condition: Condition, context: Context) -> Any:
    """The condition as a boolean expression, null where unknown."""
    return joined(condition, lambda leaf: _leaf(leaf, context))


def joined(condition: Condition, leaf: Callable[[Test | Did], Any]) -> Any:
    """The condition put together from what each `leaf` comes to."""
    if not isinstance(condition, Joined):
        return leaf(condition)
    found = [joined(part, leaf) for part in condition.parts]
    if condition.how == "all":
        return reduce(and_, found)
    return ~reduce(or_, found) if condition.how == "none" else reduce(or_, found)


def _leaf(leaf: Test | Did, context: Context) -> Any:
    return context.did(leaf) if isinstance(leaf, Did) else _test(leaf, context)


def _test(test: Test, context: Context) -> Any:
    subject = context.subject(test.subject)
    match test.operator:
        case Operator.IS_KNOWN:
            return subject.is_known if test.values[0] else ~subject.is_known
        case Operator.AT_LEAST:
            return _reaches(subject, test.values[0])
        case Operator.AT_MOST:
            return _stays_below(subject, test.values[0])
        case Operator.BETWEEN:
            return _reaches(subject, test.values[0]) & _stays_below(subject, test.values[1])
        case Operator.EQUALS | Operator.ONE_OF:
            return _one_of(subject, test.values)
        case Operator.IN_LIST:
            found = [context.listed(test.subject, str(value)) for value in test.values]
            return ibis.ifelse(subject.text.isnull(), UNKNOWN, reduce(or_, found))
        case _:
            return reduce(or_, [_text_test(test.operator, subject, str(v)) for v in test.values])


def _reaches(subject: Subject, bar: Plain) -> Any:
    return subject.number >= (float(bar) - subject.slack if subject.slack else bar)


def _stays_below(subject: Subject, bar: Plain) -> Any:
    return subject.number <= (float(bar) + subject.slack if subject.slack else bar)


def _one_of(subject: Subject, values: tuple[Plain, ...]) -> Any:
    texts = [value for value in values if isinstance(value, str)]
    truths = [value for value in values if isinstance(value, bool)]
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    found = [subject.truth == value for value in truths]
    if texts:
        found.append(subject.text.isin(texts))
    if numbers:
        found.append(subject.number.isin(numbers))
    return reduce(or_, found)


def _text_test(operator: Operator, subject: Subject, value: str) -> Any:
    match operator:
        case Operator.CONTAINS_WORD:
            return ibis.ifelse(
                subject.text.isnull(), UNKNOWN, subject.words.fill_null("").contains(value)
            )
        case Operator.STARTS_WITH:
            return subject.text.startswith(value)
        case Operator.ENDS_WITH:
            return subject.text.endswith(value)
        case _:
            return subject.text.re_search(value)
