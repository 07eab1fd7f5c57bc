"""Pages: who gets what of the outcomes of a period, by six models."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from handraise.feedback.attribution import charts, queries, tables
from handraise.feedback.attribution.forms import asked_for, choices, chosen
from handraise.feedback.forms import PeriodForm, days, period, presets
from handraise.feedback.standing.queries import LATE
from handraise.kit import clock
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission


@require_GET
@needs(Permission.SEE)
def attribution(request: HttpUserRequest) -> HttpResponse:
    """Six models side by side, as a chart and a table."""
    at, form = clock.now(), PeriodForm(request.GET)
    since, until, _ = period(form, at=at)
    codes = queries.currencies()
    asked = asked_for(request.GET.dict(), codes)
    table = tables.attribution(days(since, until, at=at), asked=asked)
    context = {
        "form": form, "since": since, "until": until, "presets": presets(at=at), "table": table,
        "drawn": charts.side_by_side(table), "by": asked.name, "share": chosen(asked),
        "shares": choices(codes), "dimensions": queries.DIMENSIONS.items(),
        "is_late": at - table.as_of > LATE,
    }  # fmt: skip
    return render(request, "feedback/attribution/attribution.html", context)
