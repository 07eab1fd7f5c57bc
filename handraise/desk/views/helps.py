"""What helps with a lead: the playbook that holds, its scripts for this lead, and one click that
says what was used."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from handraise.agreement.queries import published
from handraise.desk.doors import found, lead_or_404, number_in
from handraise.enablement.models import Asset, Script
from handraise.enablement.queries import (
    Situation,
    assets_visible_to,
    last_uses,
    playbooks_visible_to,
    scripts_visible_to,
    suggestion_for,
)
from handraise.enablement.using import use
from handraise.handover.queries import handovers_of
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may


@require_safe
@needs(Permission.SEE)
def helps(request: HttpUserRequest, pk: int) -> HttpResponse:
    """The card: for htmx the part, for everybody else a page of its own."""
    return _shown(request, lead_or_404(request.user, pk))


def _shown(request: HttpUserRequest, lead: Lead) -> HttpResponse:
    agreed, at = published(), clock.now()
    newest = handovers_of(lead).first()
    why_now = str(newest.brief.get("why_now", "")) if newest is not None else ""
    told = suggestion_for(
        lead, document=agreed.document if agreed else None, at=at,
        situation=Situation(why_now, request.user.name),
    )  # fmt: skip
    context: dict[str, Any] = {
        "lead": lead,
        "helps": told,
        "used": last_uses(lead),
        "others": _others(request),
        "may_use": may(request.user, Permission.EDIT_LEADS),
    }
    return render(request, "desk/_helps.html" if request.htmx else "desk/helps.html", context)


def _others(request: HttpUserRequest) -> list[tuple[str, str]]:
    """Every script and asset in use, for what no playbook thought of."""
    doors = (("script", scripts_visible_to), ("asset", assets_visible_to))
    return [
        (f"{noun}:{thing.pk}", f"{thing.name} ({noun})")
        for noun, door in doors
        for thing in door(request.user).filter(retired_at=None)
    ]


@require_POST
@needs(Permission.EDIT_LEADS)
def uses(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Say that a script or an asset was used with this lead."""
    lead, given = lead_or_404(request.user, pk), request.POST
    noun, _, chosen = given.get("other", "").partition(":")
    picked = {"script": given.get("script", ""), "asset": given.get("asset", "")} | {noun: chosen}
    thing = _thing(request, picked["script"], picked["asset"])
    books = playbooks_visible_to(request.user)
    playbook = books.filter(pk=number_in(given.get("playbook", ""))).first()
    try:
        use(thing, lead, playbook=playbook, by=request.user, at=clock.now(), via=Via.WEB)
    except ValueError as refused:
        messages.error(request, str(refused))
        return redirect("lead", lead.pk)
    if request.htmx:
        return _shown(request, lead)
    messages.success(request, f"Noted: {thing}.")
    return redirect("lead", lead.pk)


def _thing(request: HttpUserRequest, script: str, asset: str) -> Script | Asset:
    if script:
        return found(lambda: scripts_visible_to(request.user).get(pk=number_in(script)))
    if asset:
        return found(lambda: assets_visible_to(request.user).get(pk=number_in(asset)))
    raise Http404("Say what was used.")
