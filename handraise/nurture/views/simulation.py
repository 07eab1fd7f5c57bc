"""Pages: a draft of a journey played over the last quarter."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from handraise.agreement.faults import AgreementError
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.nurture.simulating.actions import QUARTER, ask
from handraise.nurture.simulating.showing import context_of, newest
from handraise.nurture.views.doors import journey_or_404
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.SEE)
def simulation(request: HttpUserRequest, code: str) -> HttpResponse:
    """What the draft would have done; POST has it played once more."""
    found = journey_or_404(request.user, code)
    if request.method == "POST":
        at = clock.now()
        try:
            ask(found, begin=at - QUARTER, end=at, by=request.user, at=at, via=Via.WEB)
        except AgreementError as error:
            messages.error(request, f"The draft cannot be played: {error.faults[0]}")
        return redirect("journey_simulation", code)
    made = newest(request.user, found)
    context = {
        "journey": found, "simulation": made, "may_nurture": may(request.user, Permission.NURTURE),
        **(context_of(made) if made is not None else {}),
    }  # fmt: skip
    return render(request, "nurture/simulation.html", context)


@require_GET
@needs(Permission.SEE)
def progress(request: HttpUserRequest, code: str) -> HttpResponse:
    """How far playing has come; once it is through, the page asks for itself anew."""
    found = journey_or_404(request.user, code)
    made = newest(request.user, found)
    if made is None:
        raise Http404("Nothing was played.")
    context = {"journey": found, "simulation": made}
    answer = render(request, "nurture/_simulation_progress.html", context)
    if not made.is_under_way:
        answer["HX-Refresh"] = "true"
    return answer
