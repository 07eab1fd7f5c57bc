"""Objects for these pages, and the way back from what was posted."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from handraise.leads.models import Lead
from handraise.leads.queries import lead_visible_to
from handraise.team.access import HttpUserRequest
from handraise.team.models import User


def lead_or_404(user: User, pk: int) -> Lead:
    """The lead of this id, through its door; a merged id gives the lead it became."""
    try:
        return lead_visible_to(user, pk)
    except Lead.DoesNotExist:
        raise Http404 from None


def back(request: HttpUserRequest, otherwise: str, *args: object) -> HttpResponse:
    """To the page that the form named as `next` if it is one of ours, else to this one."""
    wanted = request.POST.get("next", "")
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return HttpResponseRedirect(wanted)
    return redirect(otherwise, *args)


def number_in(text: str) -> int:
    """The id that was sent as text; 0, which nothing has, for what is none."""
    return int(text) if text.isdecimal() and len(text) < 18 else 0
