"""Pages: one journey with its figures, and one of its versions."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from handraise.agreement.faults import AgreementError
from handraise.nurture.decide import State
from handraise.nurture.journey_page import differences, journey_context, version_context
from handraise.nurture.views.doors import journey_or_404
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may


@require_GET
@needs(Permission.SEE)
def journey(request: HttpUserRequest, code: str) -> HttpResponse:
    """The picture with its counts, who is inside, how people left, the versions."""
    found = journey_or_404(request.user, code)
    told = request.GET.get("before", "")
    before = int(told) if told.isdecimal() and len(told) < 18 else None
    context = journey_context(found, request.user, before=before)
    context["may_nurture"] = may(request.user, Permission.NURTURE)
    context["deeds"] = _DEEDS[State(found.state)] if found.published is not None else ()
    return render(request, "nurture/journey.html", context)


_PAUSE = ("pause", "pause", "Pause", "Nobody enters, and who is inside waits.")
_START = ("start", "play", "Start", "Those who qualify enter.")
_DEEDS = {
    State.DRAFT: (_START,),
    State.RUNNING: (_PAUSE,),
    State.PAUSED: (_START,),
    State.RETIRED: (),
}


@require_GET
@needs(Permission.SEE)
def version(request: HttpUserRequest, code: str, number: int) -> HttpResponse:
    """What a journey said in one version, and what that changed."""
    found = journey_or_404(request.user, code)
    versions = found.versions.select_related("by")
    shown = versions.filter(number=number).first()
    if shown is None:
        raise Http404(f"{found} has no version {number}.")
    before = versions.filter(number__lt=number).order_by("-number").first()
    context = {"journey": found, "before": before, **version_context(shown)}
    if before is not None:
        try:
            context["changes"] = differences(before.text, shown.text)
        except AgreementError:
            context["changes"] = None
    return render(request, "nurture/version.html", context)
