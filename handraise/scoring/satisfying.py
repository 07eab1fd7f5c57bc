"""Values that would make a condition on plain values true, or false: candidates, to be tried.

What is made here is never shown before it has been scored. So this need not be complete, and it
decides nothing: whether a condition holds is said by what is compiled from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice, product

from handraise.agreement.condition_tree import Condition, Did, Joined, Operator, Test
from handraise.leads.entry import Json

Values = dict[str, Json]
MOST = 8  # ways to satisfy one condition
_NONE_OF_THEM = "something else"


def satisfying(
    condition: Condition,
    *,
    is_wanted: bool = True,
    known: Mapping[str, Json] | None = None,
    member: Callable[[str], str | None] = lambda _: None,
) -> list[Values]:
    """Values by subject that should make the condition true (or false), the nearest first.

    `known` are the values now, for numbers to stay near; `member` gives an entry of a list.
    """
    match condition:
        case Test():
            found = _true(condition, known or {}, member) if is_wanted else _false(condition, known)
            return [{condition.subject: value} for value in found]
        case Joined(how=how, parts=parts):
            wants = is_wanted if how != "none" else not is_wanted
            each = [satisfying(part, is_wanted=wants, known=known, member=member) for part in parts]
            needs_every_part = (how == "all") is is_wanted if how != "none" else is_wanted
            return _every(each) if needs_every_part else _any(each)
        case Did():
            return []


def _every(each: Iterable[list[Values]]) -> list[Values]:
    # Wishes that are at odds with each other are no reason to try every combination.
    found = (together(chosen) for chosen in islice(product(*each), MOST * MOST))
    return list(islice((one for one in found if one is not None), MOST))


def _any(each: Iterable[list[Values]]) -> list[Values]:
    return [one for part in each for one in part][:MOST]


def together(chosen: Iterable[Mapping[str, Json]]) -> Values | None:
    """Several wishes at once; two texts for one subject are put side by side. None: at odds."""
    merged: Values = {}
    for values in chosen:
        for subject, value in values.items():
            other = merged.get(subject, value)
            if other == value:
                merged[subject] = value
            elif isinstance(other, str) and isinstance(value, str):
                merged[subject] = f"{other} {value}"
            elif _is_number(other) and _is_number(value):
                merged[subject] = max(other, value)  # type: ignore[type-var]
            else:
                return None
    return merged


def _true(
    test: Test, known: Mapping[str, Json], member: Callable[[str], str | None]
) -> Sequence[Json]:
    values: list[Json] = [value for value in test.values]  # noqa: C416 (another type)
    match test.operator:
        case Operator.IS_KNOWN:
            return ["known"] if test.values[0] else []
        case Operator.BETWEEN:
            low, high = values
            now = known.get(test.subject)
            return [high if _is_number(now) and now > high else low]  # type: ignore[operator]
        case Operator.CONTAINS_WORD:
            return [*(str(value).strip() for value in values)][:3]
        case Operator.IN_LIST:
            return [entry for value in values if (entry := member(str(value))) is not None]
        case Operator.MATCHES:
            return []
        case _:
            return values[:3]


def _false(test: Test, known: Mapping[str, Json] | None) -> list[Json]:
    first = test.values[0]
    match test.operator:
        case Operator.IS_KNOWN:
            return [] if first else ["known"]
        case Operator.AT_LEAST:
            return [float(first) - 1]
        case Operator.AT_MOST:
            return [float(first) + 1]
        case Operator.BETWEEN:
            now = (known or {}).get(test.subject)
            below, above = float(first) - 1, float(test.values[1]) + 1
            return [above, below] if _is_number(now) and now > first else [below, above]  # type: ignore[operator]
        case _ if isinstance(first, bool):
            return [] if len(set(test.values)) > 1 else [not first]
        case _ if isinstance(first, int | float):
            return [max(float(v) for v in test.values if _is_number(v)) + 1]
        case _:
            return [_NONE_OF_THEM]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
