"""What the page shows on which a draft is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from handraise.agreement.faults import AgreementError
from handraise.nurture import editing, figures, references, steps
from handraise.nurture.compiling import ENTER
from handraise.nurture.journey_page import differences
from handraise.nurture.models import Enrolment, Journey
from handraise.nurture.naming import names
from handraise.nurture.step_words import title_of


@dataclass(frozen=True, slots=True)
class Gone:
    """A step at which people stand, and which the draft does not have any more."""

    id: str
    title: str
    count: int


def context(journey: Journey) -> dict[str, Any]:
    """What publishing changes, whom it concerns, and what stands in its way."""
    before = journey.published
    faults = references.faults(journey.draft)
    by_version = figures.inside_by_version(journey)
    made: dict[str, Any] = {
        "journey": journey, "faults": faults, "before": before, "by_version": by_version,
        "inside": sum(count for _, count in by_version),
        "is_same": before is not None and before.text == journey.draft,
    }  # fmt: skip
    if not faults:
        made["steps"] = titles(journey.draft)
        made["gone"] = _gone(journey, made["steps"])
        made["changes"] = _changes(journey)
    return made


def _changes(journey: Journey) -> Any:
    if journey.published is None:
        return None
    try:
        return differences(journey.published.text, journey.draft)
    except AgreementError:
        return None


def _gone(journey: Journey, kept: Mapping[str, str]) -> list[Gone]:
    inside = Enrolment.objects.filter(journey=journey, ended_at=None).exclude(
        place__in=[*kept, ENTER]
    )
    rows = inside.values_list("version__text", "place").annotate(Count("id")).order_by("place")
    found: dict[str, Gone] = {}
    for text, place, count in rows:
        more = count + (found[place].count if place in found else 0)
        found[place] = Gone(place, titles(text).get(place, place), more)
    return list(found.values())


def titles(text: str) -> dict[str, str]:
    """The title of each step by its id."""
    try:
        value = editing.value_of(text)
    except AgreementError:
        return {}
    ids, called = steps.ids_of(value), names()
    return {ids[place]: title_of(step, called) for place, step in steps.walk(value)}
