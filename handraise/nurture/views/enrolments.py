"""Pages: one lead in one journey."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.nurture import actions
from handraise.nurture.enrolment_page import context
from handraise.nurture.figures import visible_to
from handraise.nurture.models import Enrolment
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission, Refused
from handraise.team.queries import may


@require_GET
@needs(Permission.SEE)
def enrolment(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Where somebody is in a journey, how they came there, and what comes next."""
    found = _or_404(request, pk)
    shown = {**context(found), "may_take_out": may(request.user, Permission.EDIT_LEADS)}
    return render(request, "nurture/enrolment.html", shown)


@require_POST
@needs(Permission.EDIT_LEADS)
def leaving(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Take a lead out of a journey: nothing more comes of it."""
    found = _or_404(request, pk)
    reason = request.POST.get("reason", "")
    try:
        actions.leave(found, by=request.user, at=clock.now(), via=Via.WEB, reason=reason)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{found.lead.canonical} is out of {found.journey}.")
    return redirect("enrolment", pk)


def _or_404(request: HttpUserRequest, pk: int) -> Enrolment:
    found = visible_to(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such enrolment.")
    return found
