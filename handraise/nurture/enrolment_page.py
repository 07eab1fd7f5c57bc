"""What the page of one lead in one journey shows."""

from __future__ import annotations

from typing import Any

from handraise.agreement.faults import AgreementError
from handraise.leads.models import JournalLine
from handraise.nurture import editing, showing, steps
from handraise.nurture.journey_page import ENDINGS
from handraise.nurture.models import Enrolment
from handraise.nurture.naming import names

MOST_LINES = 100


def context(enrolment: Enrolment) -> dict[str, Any]:
    """Where a lead is, what happened on its way, and what comes next."""
    found, here = _steps(enrolment)
    lines = JournalLine.objects.filter(
        lead_id=enrolment.lead_id, kind__startswith="nurture.", at__gte=enrolment.entered_at,
        data__journey=enrolment.journey.code,
    ).order_by("at", "pk")  # fmt: skip
    if enrolment.ended_at is not None:
        lines = lines.filter(at__lte=enrolment.ended_at)
    return {
        "enrolment": enrolment,
        "lead": enrolment.lead.canonical,
        "journey": enrolment.journey,
        "here": here,
        "next": _behind(found, enrolment.place),
        "lines": list(lines[:MOST_LINES]),
        "ended": ENDINGS.get(enrolment.ending, enrolment.ending),
    }


def _steps(enrolment: Enrolment) -> tuple[list[showing.Step], str]:
    try:
        value = editing.value_of(enrolment.version.text)
    except AgreementError:
        return [], enrolment.place
    found = showing.shown(value, steps.ids_of(value), names=names())
    every = {step.id: step.title for step in showing.flat(found)}
    return found, every.get(enrolment.place, enrolment.place)


def _behind(found: list[showing.Step], place: str) -> list[showing.Step]:
    """The steps that follow the one at which somebody stands, on its own way first."""
    for number, step in enumerate(found):
        if step.id == place:
            return found[number + 1 :]
        for way in step.ways:
            if any(each.id == place for each in showing.flat(way.steps)):
                return [*_behind(way.steps, place), *found[number + 1 :]]
    return found
