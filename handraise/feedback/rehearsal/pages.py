"""What a page or file of a rehearsal needs: figures, names, charts."""

from __future__ import annotations

from typing import Any

from handraise.feedback.rehearsal import queries, showing
from handraise.feedback.rehearsal.models import Rehearsal
from handraise.feedback.rehearsal.report import (
    Level,
    Report,
    finding,
    level_of_plain,
    of_plain,
)
from handraise.team.models import User


def page_of(rehearsal: Rehearsal, user: User, at_least: float | None) -> dict[str, Any]:
    """The context of the page with the bar at `at_least` (None: the draft's own)."""
    report = of_plain(rehearsal.report)
    wanted = report.own.at_least if at_least is None else at_least
    row = queries.nearest_level(rehearsal, wanted)
    level = level_of_plain(row.level)
    bars = queries.levels_of(rehearsal)
    context = context_of(report, level, user) | {"charts": row.charts}
    return context | {"lowest": bars[0], "highest": bars[-1], "is_movable": len(bars) > 1}


def context_of(report: Report, level: Level, user: User) -> dict[str, Any]:
    """What is said of one level; names are those that this person may see."""
    found = queries.people(user, showing.passing(level))
    known = {pk: (str(lead), str(lead.company or lead.email)) for pk, lead in found.items()}
    blocks = showing.blocks(report, level)
    return {
        "report": report,
        "level": level,
        "finding": finding(report, level),
        "blocks": blocks,
        "main": blocks[0] if blocks and blocks[0].is_main else None,
        "weeks": showing.weeks(report, level),
        "named": showing.named(level, known),
        "load": showing.load(report, level),
        "short_week": showing.short_week(report),
        "pace": showing.pace(level),
        "first_day": showing.first_day(report),
        "last_day": showing.last_day(report),
        "age": showing.age(report.lake_age),
        "ways": [("enter", level.enters.came.items()), ("leave", level.leaves.came.items())],
        "is_own": level.at_least == report.own.at_least,
    }
