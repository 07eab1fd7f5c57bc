"""Pages: what came of it."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render

from handraise.feedback import contests, queries
from handraise.feedback.forms import PeriodForm, period, presets, start_of
from handraise.kit import clock
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission


@needs(Permission.SEE)
def feedback(request: HttpUserRequest) -> HttpResponse:
    """How far the leads of a period came, and why sales said no."""
    at = clock.now()
    form = PeriodForm(request.GET)
    since_day, until_day, entered = period(form, at=at)
    since, until = start_of(since_day), start_of(until_day + timedelta(days=1))
    context = {
        "form": form,
        "since": since_day,
        "until": until_day,
        "entered": entered,
        "presets": presets(at=at),
        "funnel": queries.funnel(since=since, until=until, at=at, entered=entered),
        "clock": queries.clock(since=since, until=until, at=at),
        "ratings": queries.ratings(since=since, until=until, at=at),
        "refusals": queries.refusals(since=since, until=until, at=at),
        "contests": contests.contests(since=since, until=until, at=at),
        "questions": contests.questions(since=since, until=until, at=at),
    }
    return render(request, "feedback/feedback.html", context)
