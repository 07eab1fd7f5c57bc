"""What a page or the shell says of a rehearsal of routes: people side by side, what is supposed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from handraise.feedback.routing.models import RouteRehearsal
from handraise.feedback.routing.queries import stale_because
from handraise.feedback.routing.report import (
    Person,
    Report,
    RouteTold,
    findings,
    heading,
    of_plain,
)


@dataclass(frozen=True, slots=True)
class Both:
    """One person under the draft and, beside it, under the version in force."""

    now: Person | None
    draft: Person | None

    @property
    def who(self) -> Person:
        found = self.draft or self.now
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class Day:
    """What people had in hand on one day, in the order of the people."""

    day: str
    held: list[int]


def page_of(made: RouteRehearsal) -> dict[str, Any]:
    """The context of the page of one that is done."""
    return context_of(of_plain(made.report)) | {
        "charts": made.charts,
        "stale": stale_because(made),
    }


def context_of(report: Report) -> dict[str, Any]:
    """What is said of a report."""
    return {
        "report": report,
        "heading": heading(report),
        "findings": findings(report.draft),
        "held_findings": findings(report.held) if report.held else [],
        "both": both(report),
        "routes": routes(report),
        "days": days(report),
        "assumed": assumed(report),
    }


def both(report: Report) -> list[Both]:
    """Everybody who is in either, those who starve or are flooded under the draft first."""
    held = report.held.people if report.held else []
    ids = {one.id: one for one in [*held, *report.draft.people]}
    found = [
        Both(report.held.person(pk) if report.held else None, report.draft.person(pk)) for pk in ids
    ]
    return sorted(found, key=lambda one: (not _is_told(one.draft), one.who.team, one.who.name))


def _is_told(one: Person | None) -> bool:
    return one is not None and (one.starves or one.is_flooded)


def routes(report: Report) -> list[tuple[str, list[RouteTold]]]:
    """The routes of each version, with its name."""
    found = [(report.draft.title, report.draft.routes)]
    return found + ([(report.held.title, report.held.routes)] if report.held else [])


def days(report: Report) -> list[Day]:
    """The most in hand at once on each day, by the people of the draft."""
    return [
        Day(day, [one.peaks[place] for one in report.draft.people])
        for place, day in enumerate(report.days)
    ]


def assumed(report: Report) -> list[str]:
    """What was supposed, since history does not say what would have been; in plain sentences."""
    found = [
        "Everybody begins the period with empty hands and is owed no turn.",
        "Who takes a lead is decided as in earnest: routes as things were known then, owners as"
        " they were then, turns, capacity and working hours. Owners and colleagues of leads that"
        " are accepted in this rehearsal count too.",
        "Hours, zones, holidays, weights, capacities and teams are today’s: how they were then is"
        " not kept.",
        _away(report),
        _answers(report),
        "An accepted lead stays in hand for as long as it did in history; where it was never"
        " accepted there, for the median of those that were. A rejected lead leaves at once, and"
        " nobody else is asked.",
        "An offer that history let run out counts as never answered, however long the clock.",
        "A route by hand gives each lead to whose turn it is: who would claim it is not known.",
        "What is still open when the period ends counts neither as kept nor as late.",
    ]
    if report.times > 1:
        found.append(
            f"Each lead comes {report.times} times: the others are of its kind, come within the"
            " hour after it, and belong to nobody."
        )
    return found


def _away(report: Report) -> str:
    away = [one.name for one in report.draft.people if one.is_away]
    if not away:
        return "Nobody is away."
    names = ", ".join(away)
    return f"Away today, and so taken to be away throughout: {names}."


def _answers(report: Report) -> str:
    if not report.answers:
        return (
            "History knows of no answered offer: everybody is taken to answer after half of the"
            " time that is agreed."
        )
    return (
        "How long somebody takes to answer is drawn from their own past (the period and the 90 days"
        f" before: {report.answers:,} offers of everybody), and from everybody’s for whom there are"
        " fewer than five. It is no chance: the same lead and person always come to the same. Who"
        " was offered this lead in history takes as long as they took then; the verdict is"
        " history’s too."
    )


__all__ = ["Both", "assumed", "both", "context_of", "page_of"]
