"""The list of leads, and a lead made by hand."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from handraise.agreement.queries import published
from handraise.desk import listing
from handraise.desk.doors import found
from handraise.desk.forms import NewLeadForm
from handraise.feedback.learned.queries import orderable
from handraise.kit import clock
from handraise.leads import actions
from handraise.leads.decide import Stage, Via
from handraise.leads.queries import companies_visible_to
from handraise.lists.actions import freshen
from handraise.lists.models import SavedList
from handraise.lists.queries import list_visible_to, lists_visible_to
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may, working_people


@needs(Permission.SEE)
def leads(request: HttpUserRequest) -> HttpResponse:
    """Everybody who may buy, by what was asked for."""
    wanted = listing.wanted(request.GET)
    saved = _list_of(request, wanted)
    page = listing.page(
        request.user,
        wanted,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    count = listing.count(request.user, wanted) if wanted.is_filtered else None
    context = {
        "wanted": wanted,
        "page": page,
        "count": count,
        "list": saved,
        "asked": request.GET.urlencode(),
        **_choices(request, wanted),
    }
    return render(request, "desk/_leads.html" if request.htmx else "desk/leads.html", context)


def _list_of(request: HttpUserRequest, wanted: listing.Wanted) -> SavedList | None:
    """The list that was asked for, as of a few minutes ago at most where leads are few."""
    if wanted.list is None:
        return None
    pk = wanted.list
    return freshen(found(lambda: list_visible_to(request.user, pk)), at=clock.now())


def _choices(request: HttpUserRequest, wanted: listing.Wanted) -> dict[str, object]:
    """What the filters offer, and what this reader may do."""
    agreed = published()
    return {
        "count_cap": listing.COUNT_CAP,
        "sorts": _sorts(),
        "stages": list(Stage),
        "grades": list(agreed.document.grades) if agreed else [],
        "people": working_people(),
        "lists": lists_visible_to(request.user),
        "company": companies_visible_to(request.user).filter(pk=wanted.company or 0).first(),
        "may_edit": may(request.user, Permission.EDIT_LEADS),
        "may_export": may(request.user, Permission.EXPORT),
    }


def _sorts() -> dict[str, str]:
    return _SORTS | ({"learned": "Learned chance"} if orderable() else {})


_SORTS = {
    "priority": "Priority",
    "intent": "Intent",
    "interest": "Interest",
    "fit": "Fit",
    "last_seen": "Last seen",
    "created": "Newest",
    "name": "Name",
}


@needs(Permission.EDIT_LEADS)
def new_lead(request: HttpUserRequest) -> HttpResponse:
    """Somebody met outside: a card at a fair, a call, a recommendation."""
    form = NewLeadForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            lead = actions.create_lead(
                facts=form.facts(), by=request.user, at=clock.now(), via=Via.WEB
            )
        except ValueError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{lead} is here. What you log about them will be scored.")
            return redirect("lead", lead.pk)
    return render(request, "desk/new_lead.html", {"form": form})
