"""What people do to a lead: each address makes or ends one thing, and goes back to the lead."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from handraise.agreement.queries import published
from handraise.desk.doors import found, lead_or_404, number_in
from handraise.desk.forms import LogForm, MoveForm, lead_form
from handraise.desk.listing import Wanted, leads_wanted
from handraise.kit import clock
from handraise.leads import actions, attention
from handraise.leads.decide import Doubt, Stage, Via
from handraise.leads.models import Lead, ParkedLead
from handraise.leads.queries import (
    activities_visible_to,
    facts_of,
    merges_visible_to,
    parked_leads,
)
from handraise.qualification.actions import move_by_hand
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import working_people

CANDIDATES = 20


@needs(Permission.EDIT_LEADS)
def edit_lead(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Write facts by hand. What was known before stays in the history."""
    lead = lead_or_404(request.user, pk)
    form = lead_form(facts_of(lead), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_lead(
                lead, facts=form.changed_facts(), by=request.user, at=clock.now(), via=Via.WEB
            )
        except ValueError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Saved. The scores follow in a moment.")
            return redirect("lead", lead.pk)
    return render(request, "desk/edit_lead.html", {"lead": lead, "form": form})


@require_POST
@needs(Permission.EDIT_LEADS)
def tags(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Add tags (parted by commas) or remove one."""
    lead = lead_or_404(request.user, pk)
    add = [tag.strip() for tag in request.POST.get("add", "").split(",") if tag.strip()]
    remove = [tag for tag in request.POST.getlist("remove") if tag]
    return _done(
        request,
        lead,
        lambda: actions.tag(
            lead, add=add, remove=remove, by=request.user, at=clock.now(), via=Via.WEB
        ),
    )


@require_POST
@needs(Permission.EDIT_LEADS)
def activities(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Log what the lead did, or what happened between us: a call, a visit, a letter."""
    lead = lead_or_404(request.user, pk)
    agreed, at = published(), clock.now()
    form = LogForm(request.POST, document=agreed.document if agreed else None)
    if not form.is_valid():
        return _refused(request, lead, form.sentence())
    return _done(
        request,
        lead,
        lambda: actions.log_activity(
            lead,
            name=form.cleaned_data["name"],
            properties=form.properties(),
            occurred_at=form.cleaned_data["occurred_at"] or at,
            by=request.user,
            at=at,
            via=Via.WEB,
        ),
        f"Logged: {form.cleaned_data['name']}.",
    )


@require_POST
@needs(Permission.EDIT_LEADS)
def owner(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Say whose lead it is; empty: nobody's."""
    lead, given = lead_or_404(request.user, pk), request.POST.get("owner", "")
    person = None
    if given:
        person = found(lambda: working_people().get(pk=number_in(given)))
    return _done(
        request,
        lead,
        lambda: actions.set_owner(lead, owner=person, by=request.user, at=clock.now(), via=Via.WEB),
        f"The lead belongs to {person or 'nobody'} now.",
    )


@require_POST
@needs(Permission.QUALIFY)
def moves(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Move the lead by hand, as the agreement's table of moves allows."""
    lead, form = lead_or_404(request.user, pk), MoveForm(request.POST)
    if not form.is_valid():
        return _refused(request, lead, "Choose where the lead goes.")
    given = form.cleaned_data
    return _done(
        request,
        lead,
        lambda: move_by_hand(
            lead,
            to=Stage(given["to"]),
            reason=given["reason"],
            wakes_at=given["wakes_at"],
            plan=given["plan"],
            override=given["override"],
            by=request.user,
            at=clock.now(),
            via=Via.WEB,
        ),
        f"Moved to {Stage(given['to']).label}.",
    )


@needs(Permission.EDIT_LEADS)
def merges(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Find the same person twice, look at both, make them one. It can be undone."""
    lead = lead_or_404(request.user, pk)
    if request.method == "POST":
        other = lead_or_404(request.user, number_in(request.POST.get("merged", "")))
        why = request.POST.get("why", "").strip() or "Said to be the same person."
        return _done(
            request,
            lead,
            lambda: actions.merge_leads(
                lead, other, why=why[:255], by=request.user, at=clock.now(), via=Via.WEB
            ),
            f"{other} is part of this lead now.",
        )
    q = request.GET.get("q", lead.name).replace("\x00", "")[:200]
    rows = leads_wanted(request.user, Wanted(q=q)).exclude(pk=lead.pk) if q.strip() else None
    candidates = (
        list(rows.order_by("-last_seen_at", "-pk")[:CANDIDATES]) if rows is not None else []
    )
    context = {"lead": lead, "q": q, "candidates": candidates}
    return render(request, "desk/_candidates.html" if request.htmx else "desk/merge.html", context)


@require_POST
@needs(Permission.EDIT_LEADS)
def undoing(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Take a merge apart again: each face gets back what came by its own identities."""
    merge = found(lambda: merges_visible_to(request.user).get(pk=pk))
    return _done(
        request,
        lead_or_404(request.user, merge.kept_id),
        lambda: actions.undo_merge(merge, by=request.user, at=clock.now(), via=Via.WEB),
        "They are two leads again.",
    )


@require_POST
@needs(Permission.EDIT_LEADS)
def judgement(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Say that an activity was a machine's, or a person's after all. Scores follow."""
    activity = found(
        lambda: activities_visible_to(request.user).select_related("identity").get(pk=pk)
    )
    is_human = request.POST.get("counts") == "yes"
    return _done(
        request,
        lead_or_404(request.user, activity.identity.lead_id),
        lambda: actions.judge(
            [activity.pk],
            doubt=Doubt.BOT,
            counts=is_human,
            why="By hand.",
            by=request.user,
            at=clock.now(),
        ),
        "It counts again." if is_human else "It no longer counts.",
    )


@require_POST
@needs(Permission.ADMINISTER)
def clearing(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Try a parked lead again."""
    parked: ParkedLead = found(lambda: parked_leads(request.user).get(pk=pk))
    attention.unpark(parked, by=request.user, at=clock.now(), via=Via.WEB)
    messages.success(request, f"{parked.lead} is looked at again.")
    return redirect("today")


def _done(
    request: HttpUserRequest, lead: Lead, verb: Callable[[], object], said: str = ""
) -> HttpResponse:
    """Do it, say so or say why not, and go back to the lead."""
    try:
        verb()
    except ValueError as refused:
        return _refused(request, lead, str(refused))
    if said:
        messages.success(request, said)
    return redirect("lead", lead.pk)


def _refused(request: HttpUserRequest, lead: Lead, why: str) -> HttpResponse:
    messages.error(request, why)
    return redirect("lead", lead.pk)
