"""What the page of a simulation shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handraise.nurture import editing, showing, steps
from handraise.nurture.journey_page import ENDINGS
from handraise.nurture.models import Journey
from handraise.nurture.showing import Passed
from handraise.nurture.simulation_models import Simulation
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

ASSUMED = (
    "Somebody looks once a day, so waits of hours round up to a day, and quiet hours do not show.",
    "Conditions, stages, consent and mails sent before are those known on that day; limits of "
    "sending, suppression and lists are those of now.",
    "Nobody answers to mails that were never sent: what people did is what they did without them.",
)


@dataclass(frozen=True, slots=True)
class Week:
    begin: datetime
    entered: int
    sent: int


def newest(user: User, journey: Journey) -> Simulation | None:
    """The one that was asked for last, of this journey."""
    require(user, Permission.SEE)
    return journey.simulations.select_related("by").order_by("-at", "-pk").first()


def context_of(made: Simulation) -> dict[str, Any]:
    """The report as the page shows it; nothing while there is none."""
    if made.report is None:
        return {}
    value = editing.value_of(made.text)
    passed = {
        place: Passed(told["here"], dict(told["ways"]), told["left"])
        for place, told in made.report["passed"].items()
    }
    found = showing.shown(value, steps.ids_of(value), passed=passed)
    weeks = [
        Week(datetime.fromisoformat(one["begin"]), one["entered"], one["sent"])
        for one in made.report["weeks"]
    ]
    places = {step.id: step.title for step in showing.flat(found)}
    return {
        "report": made.report,
        "steps": found,
        "picture": showing.picture(found, entered=made.report["entered"]["found"]),
        "weeks": weeks,
        "most_sent": max((week.sent for week in weeks), default=0) or 1,
        "endings": [
            (ENDINGS.get(one["ending"], one["ending"]), one["count"])
            for one in made.report["endings"]
        ],
        "places": places,
        "is_old": made.text != made.journey.draft,
        "assumed": ASSUMED,
    }


__all__ = ["context_of", "newest"]
