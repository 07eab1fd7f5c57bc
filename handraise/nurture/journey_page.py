"""What the pages of a journey show: its picture with figures, its versions, what changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from handraise.agreement.faults import AgreementError
from handraise.nurture import editing, figures, showing, steps
from handraise.nurture.models import Journey, JourneyVersion
from handraise.nurture.naming import names
from handraise.nurture.step_words import Names, detail_of, rules_in_words, title_of, way_words
from handraise.team.models import User

ENDINGS = {
    "finished": "finished the last step",
    "goal": "reached the goal",
    "exit": "met an exit",
    "left": "left at a step that lets go",
    "sales": "were taken over by sales",
    "held out": "were held out",
    "by hand": "were taken out by hand",
    "failed": "came to a step that could not be done",
    "overtaken": "were taken over by another journey",
}


def version_context(version: JourneyVersion) -> dict[str, Any]:
    """The picture and list of a version with what passed through it."""
    value = editing.value_of(version.text)
    ids = steps.ids_of(value)
    ways = {
        ids[place]: [str(way.get("name")) for way in steps.ways_of(step)]
        for place, step in steps.walk(value)
    }
    whole = figures.walked(version, ways)
    called = names()
    found = showing.shown(value, ids, passed=whole.passed, names=called)
    return {
        "version": version, "steps": found, "whole": whole,
        "rules": rules_in_words(value, called),
        "picture": showing.picture(found, entered=whole.entered),
    }  # fmt: skip


def draft_picture(text: str) -> dict[str, Any]:
    """The picture of a text without figures; nothing where it cannot be read."""
    try:
        value = editing.value_of(text)
    except AgreementError:
        return {}
    called = names()
    found = showing.shown(value, steps.ids_of(value), names=called)
    rules = rules_in_words(value, called)
    return {"steps": found, "picture": showing.picture(found), "rules": rules}


def journey_context(journey: Journey, user: User, *, before: int | None) -> dict[str, Any]:
    """All that the page of one journey shows."""
    version = journey.published
    shown = version_context(version) if version is not None else draft_picture(journey.draft)
    places = {step.id: step.title for step in showing.flat(shown.get("steps", []))}
    return {
        **shown,
        "journey": journey,
        "inside": figures.inside_visible_to(user, journey, before=before),
        "by_version": figures.inside_by_version(journey),
        "endings": [(ENDINGS.get(name, name), n) for name, n in figures.endings(journey)],
        "places": places,
        "versions": figures.versions_of(journey),
    }


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed between two texts; as the agreement's pages show it."""

    part: str
    change: str
    sentence: str


@dataclass(slots=True)
class _Sheet:
    rules: dict[str, str] = field(default_factory=dict)
    steps: dict[str, str] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)


def differences(before: str, after: str) -> list[Difference]:
    """What changed from one text to another, in words. Raises AgreementError."""
    called = names()
    old, new = _sheet(before, called), _sheet(after, called)
    found = _of("rules", old.rules, new.rules) + _of("step", old.steps, new.steps)
    kept = [name for name in old.order if name in new.steps]
    if kept != [name for name in new.order if name in old.steps]:
        found.append(Difference("steps", "changed", "Steps stand in another order or way."))
    return found


def _sheet(text: str, called: Names) -> _Sheet:
    value = editing.value_of(text)
    ids = steps.ids_of(value)
    made = _Sheet(dict(rules_in_words(value, called)))
    for place, step in steps.walk(value):
        kind = steps.kind_of(step)
        ways = "; ".join(
            f"{way.get('name', '?')}: {way_words(kind, way)}" for way in steps.ways_of(step)
        )
        said = [title_of(step, called), detail_of(step), ways]
        made.steps[ids[place]] = ". ".join(part for part in said if part)
        made.order.append(ids[place])
    return made


def _of(part: str, old: dict[str, str], new: dict[str, str]) -> list[Difference]:
    found = []
    for name in dict.fromkeys((*old, *new)):
        label = name if part == "rules" else "step"
        if name not in new:
            found.append(Difference(label, "removed", old[name]))
        elif name not in old:
            found.append(Difference(label, "added", new[name]))
        elif old[name] != new[name]:
            found.append(Difference(label, "changed", f"{old[name]} → {new[name]}"))
    return found


__all__ = [
    "ENDINGS", "Difference", "differences", "draft_picture", "journey_context", "version_context",
]  # fmt: skip
