"""The journal: all that Handraise noticed or did, newest first."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from handraise.desk.listing import instant
from handraise.desk.paging import Order, page_of
from handraise.leads.models import JournalLine
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import people

_ORDER = Order("at", True, instant)


@needs(Permission.ADMINISTER)
def journal(request: HttpUserRequest) -> HttpResponse:
    """Who did what, when, and by which way."""
    kind, who = request.GET.get("kind", "").strip()[:60], request.GET.get("by", "")
    lines = JournalLine.objects.select_related("lead__canonical", "company", "by")
    if kind and "\x00" not in kind:
        lines = lines.filter(kind__startswith=kind)
    if who == "machine":
        lines = lines.filter(by=None)
    elif who.isdecimal() and len(who) < 18:
        lines = lines.filter(by_id=int(who))
    page = page_of(
        lines, _ORDER, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    context = {"page": page, "kind": kind, "who": who, "people": people()}
    return render(request, "desk/journal.html", context)
