"""What to offer beside a field: what occurs here and fits what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from handraise.agreement import occurring
from handraise.agreement.condition_tree import Operator, Scope
from handraise.agreement.occurring import Occurring
from handraise.kit.fold import fold

MOST = 10
_TRUTHS = [Occurring("true"), Occurring("false")]


def fitting(lists: Sequence[str], asked: Mapping[str, str]) -> list[Occurring]:
    """Up to ten suggestions, most frequent first. `asked`: what, q, scope, event, subject;
    `lists`: the names of the agreement's own lists."""
    typed = fold(asked.get("q", ""))
    found = [each for each in _of(lists, asked) if typed in fold(each.name)]
    begun = [each for each in found if fold(each.name).startswith(typed)]
    rest = [each for each in found if not fold(each.name).startswith(typed)]
    return [_short(each) for each in [*begun, *rest][:MOST]]


def _short(each: Occurring) -> Occurring:
    return each if len(each.name) <= 200 else replace(each, name=each.name[:200])


def _of(lists: Sequence[str], asked: Mapping[str, str]) -> list[Occurring]:
    scope, event = asked.get("scope", ""), asked.get("event", "").strip()
    match asked.get("what"):
        case "events":
            return occurring.events()
        case "facts":
            return occurring.facts()
        case "purposes":
            return occurring.purposes()
        case "teams":
            return occurring.teams()
        case "properties":
            return occurring.properties(event)
        case "subjects" if scope == Scope.PROPERTIES:
            return occurring.properties(event)
        case "subjects":
            reserved = occurring.reserved() if scope == Scope.LEAD else []
            return [*reserved, *occurring.facts()]
        case "values":
            return _values(lists, asked, scope, event)
        case _:
            return []


def _values(
    own: Sequence[str], asked: Mapping[str, str], scope: str, event: str
) -> list[Occurring]:
    subject = asked.get("subject", "").strip()
    if asked.get("operator") == Operator.IN_LIST:
        return occurring.lists(own)
    if not subject:
        return []
    if scope == Scope.PROPERTIES:
        return occurring.values_of_property(event, subject)
    if scope == Scope.LEAD and subject == "stage":
        return occurring.stages()
    if subject.startswith("consent."):
        return _TRUTHS
    return occurring.values_of_fact(subject)
