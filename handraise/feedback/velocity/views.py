"""Pages: how fast leads go on, who sleeps, and what goes with a quick touch."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from handraise.feedback.forms import days, period, presets
from handraise.feedback.standing.queries import fresh
from handraise.feedback.tabular import Period
from handraise.feedback.velocity import charts, drilling, tables, touching, ways
from handraise.feedback.velocity.drilling import Drilled
from handraise.feedback.velocity.forms import VelocityForm, stages_of
from handraise.feedback.velocity.months import last_months
from handraise.feedback.velocity.sleeping import AGES, STAGES, WHYS
from handraise.kit import clock
from handraise.leads.decide import PATH, Stage
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.models import User


@require_GET
@needs(Permission.SEE)
def velocity(request: HttpUserRequest) -> HttpResponse:
    """Time in each stage and between two of them, and the pace of new ones."""
    form = VelocityForm(request.GET)
    asked, context = _asked(form)
    before, after = stages_of(form)
    courses, made = ways.stays(asked), ways.between(asked, before, after)
    months = last_months(asked, Stage.MARKETING_QUALIFIED)
    pace = tables.lead_velocity(asked, months=months)
    context |= {
        "before": before, "after": after, "stages": PATH,
        "stage_times": tables.stage_times(asked, courses),
        "ways_out": tables.ways_out(asked, courses),
        "between": tables.between(asked, before, after, made), "curve": charts.incidence(made),
        "pace": pace, "bars": charts.months(pace), "doors": _doors(courses),
        "months": [month for month in months if month.count],
    }  # fmt: skip
    return render(request, "feedback/velocity/velocity.html", context)


def _asked(form: VelocityForm) -> tuple[Period, dict[str, Any]]:
    at = fresh(at=clock.now()).at
    since, until, _ = period(form, at=at)
    asked = days(since, until, at=at)
    told = {"form": form, "since": since, "until": until, "presets": presets(at=at), "as_of": at}
    return asked, told


def _doors(courses: dict[Stage, Any]) -> list[tuple[Stage, list[tuple[str, str, int]]]]:
    """For each stage the ways out that lead to names, with how many went."""
    names = {**ways.WAYS, "": "Still there"}
    found = []
    for stage, made in courses.items():
        counts = {**made.left, "": made.waiting}
        doors = [(way, name, counts[way]) for way, name in names.items() if counts.get(way)]
        found.append((stage, doors))
    return [(stage, doors) for stage, doors in found if doors]


@require_GET
@needs(Permission.SEE)
def sleeping(request: HttpUserRequest) -> HttpResponse:
    """Leads that stand still now."""
    asked, context = _asked(VelocityForm({}))
    table = tables.sleeping_stock(asked)
    doors = [(stage, row[3], row[4], [(place, name, row[6 + place])
             for place, name in enumerate(AGES) if row[6 + place]])
             for stage, row in zip(STAGES, table.rows, strict=True)]  # fmt: skip
    context |= {"table": table, "doors": doors}
    return render(request, "feedback/velocity/sleeping.html", context)


@require_GET
@needs(Permission.SEE)
def touch(request: HttpUserRequest) -> HttpResponse:
    """How soon people were first touched, against what came of them."""
    asked, context = _asked(VelocityForm(request.GET))
    bands = touching.bands(since=asked.since, until=asked.until, at=asked.at)
    doors = [(place, band.name, band.whole.of) for place, band in enumerate(bands)
             if band.whole.of]  # fmt: skip
    table = tables.speed_to_touch(asked, bands)
    context |= {"table": table, "bars": charts.touches(bands), "doors": doors}
    return render(request, "feedback/velocity/touch.html", context)


@require_GET
@needs(Permission.SEE)
def leads(request: HttpUserRequest) -> HttpResponse:
    """The very leads behind a figure."""
    asked, context = _asked(VelocityForm(request.GET))
    try:
        given = {name: str(value) for name, value in request.GET.items()}
        back, found = _BACK[given["of"]], _found(request.user, given, asked)
    except (KeyError, ValueError, OverflowError):
        raise Http404("There is no such figure.") from None
    context |= {"found": found, "most": drilling.MOST, "back": back}
    return render(request, "feedback/velocity/leads.html", context)


_BACK = {
    "stay": "velocity", "month": "velocity", "sleeping": "sleeping", "touch": "speed_to_touch",
}  # fmt: skip


def _found(user: User, given: dict[str, str], asked: Period) -> Drilled:
    """Raises KeyError, ValueError or OverflowError for what names no figure."""
    match given["of"]:
        case "touch":
            return drilling.touched(user, asked, _place(given["band"], len(touching.BANDS)))
        case "sleeping":
            age = _place(given["age"], len(AGES)) if "age" in given else -1
            why = given.get("why", "")
            stage = STAGES[STAGES.index(Stage(given["stage"]))]
            return drilling.asleep(user, stage, why if why in WHYS else "", age, at=asked.at)
        case "month":
            first = date.fromisoformat(given["month"]).replace(day=1)
            return drilling.month(user, asked, Stage.MARKETING_QUALIFIED, first)
        case _:
            way = given.get("way", "")
            if way and way not in ways.WAYS:
                raise ValueError(f"{way!r} is no way out.")
            return drilling.stays_of(user, asked, Stage(given["stage"]), way)


def _place(text: str, count: int) -> int:
    """A place in a list of so many. Raises ValueError."""
    return range(count).index(int(text))
