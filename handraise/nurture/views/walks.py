"""Pages: one lead through a draft, with the clock moved by hand. Nothing is written."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from handraise.kit import clock
from handraise.nurture.views.doors import journey_or_404
from handraise.nurture.walk_page import context
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission


@require_GET
@needs(Permission.NURTURE)
def walk(request: HttpUserRequest, code: str) -> HttpResponse:
    """What would happen to a lead, and when."""
    journey = journey_or_404(request.user, code)
    shown = context(journey, request.user, request.GET, now=clock.now())
    return render(request, "nurture/walk.html", shown)
