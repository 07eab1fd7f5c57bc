"""What the page of a lead lets people do about journeys."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.leads.queries import lead_visible_to
from handraise.nurture import actions, queries
from handraise.nurture.figures import visible_to
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission, Refused


@require_POST
@needs(Permission.EDIT_LEADS)
def of_lead(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Take a lead out of a journey, or put it into one."""
    try:
        lead = lead_visible_to(request.user, pk)
        _change(request, lead)
    except ObjectDoesNotExist:
        raise Http404 from None
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("lead", lead.pk)


def _change(request: HttpUserRequest, lead: Lead) -> None:
    user, at = request.user, clock.now()
    given = request.POST.get("leave", "")
    if given.isdecimal() and len(given) < 18:
        inside = visible_to(user).filter(lead__canonical=lead.canonical_id)
        actions.leave(inside.get(pk=int(given)), by=user, at=at, via=Via.WEB)
    if code := request.POST.get("enter", "").replace("\x00", ""):
        journey = queries.journey_visible_to(user, code)
        actions.enrol_by_hand(lead, journey, by=user, at=at, via=Via.WEB)
