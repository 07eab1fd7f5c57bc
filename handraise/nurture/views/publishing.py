"""Pages: a draft is published; a journey is started, paused, retired."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.nurture import publishing as deeds
from handraise.nurture import publishing_page
from handraise.nurture.decide import State
from handraise.nurture.models import Journey
from handraise.nurture.views.doors import journey_or_404
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission, Refused


@require_http_methods(["GET", "POST"])
@needs(Permission.NURTURE)
def publishing(request: HttpUserRequest, code: str) -> HttpResponse:
    """What changes, how many are inside, and what becomes of them."""
    journey = journey_or_404(request.user, code)
    if request.method == "POST":
        try:
            _publish(request, journey)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            return redirect("journey", code)
    return render(request, "nurture/publishing.html", publishing_page.context(journey))


def _publish(request: HttpUserRequest, journey: Journey) -> None:
    given, by, at = request.POST, request.user, clock.now()
    seen = given.get("seen", "")
    gone_to = {
        name.removeprefix("gone-"): str(to)
        for name, to in given.items()
        if name.startswith("gone-")
    }
    version = deeds.publish(
        journey, moves_those_inside=given.get("inside") == "moved", gone_to=gone_to,
        seen=int(seen) if seen.isdecimal() and len(seen) < 9 else None, by=by, at=at, via=Via.WEB,
    )  # fmt: skip
    said = f"Version {version.number} is published."
    if "start" in given:
        deeds.start(journey, by=by, at=at, via=Via.WEB)
        said = f"{said} {version.journey} is running: those who qualify enter."
    elif journey.state == State.DRAFT:
        said = f"{said} Nobody enters until you start it."
    messages.success(request, said)


_SAID = {"start": "It is running.", "pause": "It is paused.", "retire": "It is retired."}


@require_POST
@needs(Permission.NURTURE)
def state(request: HttpUserRequest, code: str) -> HttpResponse:
    """Start, pause or retire a journey."""
    journey = journey_or_404(request.user, code)
    deed = request.POST.get("deed", "")
    if deed not in _SAID:
        raise Http404("There is no such deed.")
    verb = {"start": deeds.start, "pause": deeds.pause, "retire": deeds.retire}[deed]
    try:
        verb(journey, by=request.user, at=clock.now(), via=Via.WEB)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _SAID[deed])
    return redirect("journey", code)
