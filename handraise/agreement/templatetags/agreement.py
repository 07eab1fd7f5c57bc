"""What the agreement's pages say in words."""

from __future__ import annotations

from datetime import timedelta

from django import template

from handraise.agreement import wording
from handraise.agreement.conditions import Condition
from handraise.agreement.decide import State
from handraise.agreement.document import Behaviour, FitSignal, RecyclePlan, Route
from handraise.agreement.wording import Outline
from handraise.kit import durations

register = template.Library()

_KINDS = {
    State.DRAFT: "",
    State.PROPOSED: "interest",
    State.PUBLISHED: "fit",
    State.RETIRED: "",
    State.WITHDRAWN: "bad",
}


@register.filter
def what_counts(signal: FitSignal | Behaviour) -> str:
    """What a signal looks at: `“Demo Requested”`, `Title contains the word vp`."""
    return wording.what_counts(signal)


@register.filter
def terms(signal: FitSignal | Behaviour) -> str:
    """How its points are limited: `halves every 30 days · at most 30 points`."""
    return " · ".join(wording.terms(signal))


@register.filter
def outline(condition: Condition) -> Outline:
    """A condition as nested lines."""
    return wording.outline(condition)


@register.filter
def in_words(condition: Condition) -> str:
    """A condition in one line."""
    return wording.condition_words(condition)


@register.filter
def order(route: Route) -> str:
    """In which order the people of its team are asked."""
    return wording.order_words(route)


@register.filter
def waking(plan: RecyclePlan) -> str:
    """When a recycled lead wakes: `after 45 days`."""
    return wording.waking_words(plan)


@register.filter
def phrase(length: timedelta) -> str:
    """A length of time: `30 days`."""
    return durations.phrase(length)


@register.filter
def subjects(names: tuple[str, ...]) -> str:
    """Names of facts or questions as people say them: `e-mail and phone`."""
    return wording.listed([wording.subject_words(name) for name in names], "and")


@register.filter
def targets(given: dict[str, object]) -> list[tuple[str, str]]:
    """Names and amounts of targets in words."""
    return [wording.target_words(name, target) for name, target in given.items()]


@register.filter
def state_badge(state: str) -> str:
    """The colour of a state's badge."""
    kind = _KINDS[State(state)]
    return f"badge--{kind}" if kind else ""
