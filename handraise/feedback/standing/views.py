"""Pages: have the figures brought up to date, and see when they are."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from handraise.feedback.standing.actions import ask
from handraise.feedback.standing.queries import held
from handraise.kit.clock import now
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission


@require_POST
@needs(Permission.SEE)
def standing_refreshing(request: HttpUserRequest) -> HttpResponse:
    """Ask the worker to bring the figures up to date."""
    at = now()
    ask(by=request.user)
    if request.htmx:
        context = {"as_of": held(at=at).at, "is_asked": True}
        return render(request, "feedback/_as_of.html", context)
    back = request.headers.get("referer", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if is_ours else "feedback")


@require_GET
@needs(Permission.SEE)
def standing_state(request: HttpUserRequest) -> HttpResponse:
    """Whether they are newer than `?than=`; then the page is asked for anew."""
    known = held(at=now()).at
    than = _instant(request.GET.get("than", ""))
    if than is None or known > than:
        return HttpResponseClientRefresh()
    return render(request, "feedback/_as_of.html", {"as_of": known, "is_asked": True})


def _instant(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
