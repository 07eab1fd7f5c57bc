"""Pages: what came of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from handraise.feedback import contests
from handraise.feedback.forms import PeriodForm, end_of, period, presets, start_of
from handraise.feedback.funnel.queries import funnel
from handraise.feedback.keeping.queries import clock as clock_kept
from handraise.feedback.keeping.reasons import ratings, refusals
from handraise.feedback.overrides import overrides
from handraise.handover.decide import Kind
from handraise.kit import clock
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission


@needs(Permission.SEE)
def feedback(request: HttpUserRequest) -> HttpResponse:
    """How far the leads of a period came, and why sales said no."""
    at = clock.now()
    form = PeriodForm(request.GET)
    since_day, until_day, entered = period(form, at=at)
    since, until = start_of(since_day), end_of(until_day)
    period_of: dict[str, Any] = {"since": since, "until": until, "at": at}
    context = {
        "form": form,
        "since": since_day,
        "until": until_day,
        "entered": entered,
        "presets": presets(at=at),
        "funnel": funnel(since=since, until=until, at=at, entered=entered),
        "clock": clock_kept(**period_of),
        "ratings": ratings(**period_of),
        "overrides": overrides(**period_of),
        "refusals": refusals(**period_of),
        "second": {
            "clock": clock_kept(**period_of, kind=Kind.SECOND),
            "ratings": ratings(**period_of, kind=Kind.SECOND),
            "refusals": refusals(**period_of, kind=Kind.SECOND),
        },
        "contests": contests.contests(**period_of),
        "questions": contests.questions(**period_of),
    }
    return render(request, "feedback/feedback.html", context)
