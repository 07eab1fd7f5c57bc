"""What the page of a simulation shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handraise.nurture import editing, showing, steps
from handraise.nurture.journey_page import ENDINGS
from handraise.nurture.models import Journey
from handraise.nurture.naming import names
from handraise.nurture.showing import Passed
from handraise.nurture.simulation_models import Simulation
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

ASSUMED = (
    "The clock is moved a day at a time: a wait of hours lasts a day, and quiet hours do not show.",
    "Conditions, stages, consent and mails sent before are as they were known on each day; sending "
    "limits, suppressed addresses and lists are those of today.",
    "Nobody answers a mail that was never sent: people do what they did without it.",
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
    called = names()
    found = showing.shown(value, steps.ids_of(value), passed=passed, names=called)
    weeks = [
        Week(datetime.fromisoformat(one["begin"]), one["entered"], one["sent"])
        for one in made.report["weeks"]
    ]
    return {
        "report": made.report,
        "steps": found,
        "picture": showing.picture(found, entered=made.report["entered"]["found"]),
        "weeks": weeks,
        "most_sent": max((week.sent for week in weeks), default=0) or 1,
        "sent_messages": [
            (called.messages.get(one["code"], one["code"]), one["sent"], one["skipped"])
            for one in made.report["messages"]
        ],
        "endings": [
            (ENDINGS.get(one["ending"], one["ending"]), one["count"])
            for one in made.report["endings"]
        ],
        "is_old": made.text != made.journey.draft,
        "assumed": ASSUMED,
    }


__all__ = ["context_of", "newest"]
