"""Pages: one lead in one journey."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from handraise.nurture import figures
from handraise.nurture.enrolment_page import context
from handraise.nurture.models import Enrolment
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may


@require_GET
@needs(Permission.SEE)
def enrolment(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Where somebody is in a journey, how they came there, and what comes next."""
    found = _or_404(request, pk)
    shown = {**context(found), "may_nurture": may(request.user, Permission.NURTURE)}
    return render(request, "nurture/enrolment.html", shown)


def _or_404(request: HttpUserRequest, pk: int) -> Enrolment:
    found = figures.visible_to(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such enrolment.")
    return found
