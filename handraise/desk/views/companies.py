"""Companies: the organisations behind the leads."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, F, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from handraise.desk.doors import found, number_in
from handraise.desk.forms import CompanyForm
from handraise.desk.listing import Wanted, leads_wanted
from handraise.desk.paging import Order, capped_count, page_of
from handraise.desk.pipeline.showing import beside_company
from handraise.handover.models import Handover
from handraise.kit import clock
from handraise.leads import actions
from handraise.leads.company_timeline import company_timeline
from handraise.leads.decide import Via
from handraise.leads.models import Company
from handraise.leads.queries import companies_visible_to, company_facts_of
from handraise.leads.tagging import MAX_TAG, tag_company
from handraise.leads.timeline import Cursor
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may, working_people

PEOPLE_SHOWN = 100
MOST_COUNTED = 1_000
TIMELINE_PAGE = 30
_BY_NAME = Order("name", False)


@needs(Permission.SEE)
def companies(request: HttpUserRequest) -> HttpResponse:
    """Companies by name, or those whose name or domain holds what was typed, or with a tag."""
    tag = request.GET.get("tag", "").replace("\x00", "").strip()[:MAX_TAG]
    q = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    rows = companies_visible_to(request.user)
    if q:
        rows = rows.filter(Q(name__icontains=q) | Q(domain__icontains=q))
    if tag:
        rows = rows.filter(tags__contains=[tag])
    page = page_of(
        rows, _BY_NAME, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    return render(
        request,
        "desk/companies.html",
        {"page": page, "q": q, "tag": tag, "counts": _counts(page.rows)},
    )


def _counts(shown: list[Company]) -> dict[int, int]:
    """How many leads each of these companies has; only those of the page are counted."""
    rows = Company.objects.filter(pk__in=[one.pk for one in shown]).annotate(
        people=Count("leads", filter=Q(leads__withdrawn_at=None))
    )
    return dict(rows.values_list("pk", "people"))


@needs(Permission.SEE)
def company(request: HttpUserRequest, pk: int) -> HttpResponse:
    """One company: its people and what is known of it."""
    shown = found(lambda: companies_visible_to(request.user).get(pk=pk))
    people = leads_wanted(request.user, Wanted(company=shown.pk))
    context = {
        "company": shown,
        "people": people.order_by(F("last_seen_at").desc(nulls_last=True), "-pk")[:PEOPLE_SHOWN],
        "people_count": capped_count(people.select_related(None), MOST_COUNTED),
        "people_shown": PEOPLE_SHOWN,
        "handovers": _open_handovers(shown),
        **_happened(shown, ""),
        "facts": company_facts_of(shown),
        "owners": working_people(),
        "deals": beside_company(request.user, shown, at=clock.now()),
        "may_edit": may(request.user, Permission.EDIT_LEADS),
    }
    return render(request, "desk/company.html", context)


def _open_handovers(shown: Company) -> list[Handover]:
    """Those of its people that wait for an answer, the oldest first."""
    waiting = Handover.objects.filter(lead__canonical__company=shown, ended_at=None)
    related = waiting.select_related("lead__canonical", "assignee", "team").defer("brief", "route")
    return list(related.order_by("offered_at", "pk")[:PEOPLE_SHOWN])


def _happened(shown: Company, before: str) -> dict[str, object]:
    """A page of the joint timeline; `more` is where the next one begins, empty at the end."""
    start = Cursor.read(before) if before else None
    items = company_timeline(shown, before=start, limit=TIMELINE_PAGE + 1)
    more = str(items[TIMELINE_PAGE - 1].cursor) if len(items) > TIMELINE_PAGE else ""
    return {"items": items[:TIMELINE_PAGE], "more": more}


@needs(Permission.SEE)
def timeline(request: HttpUserRequest, pk: int) -> HttpResponse:
    """More of the joint timeline: the part for htmx, a page for everybody else."""
    shown = found(lambda: companies_visible_to(request.user).get(pk=pk))
    context = {"company": shown, **_happened(shown, request.GET.get("before", ""))}
    template = "desk/_company_items.html" if request.htmx else "desk/company_timeline.html"
    return render(request, template, context)


@require_POST
@needs(Permission.EDIT_LEADS)
def tags(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Add tags (parted by commas) or remove one."""
    shown = found(lambda: companies_visible_to(request.user).get(pk=pk))
    add, remove = request.POST.get("add", "").split(","), request.POST.getlist("remove")
    try:
        tag_company(shown, add=add, remove=remove, by=request.user, at=clock.now(), via=Via.WEB)
    except actions.Refused as refused:
        messages.error(request, str(refused))
    return redirect("company", shown.pk)


@require_POST
@needs(Permission.EDIT_LEADS)
def owner(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Say who takes the leads of a company first; empty: nobody."""
    shown = found(lambda: companies_visible_to(request.user).get(pk=pk))
    given, person = request.POST.get("owner", ""), None
    if given:
        person = found(lambda: working_people().get(pk=number_in(given)))
    actions.set_company_owner(shown, owner=person, by=request.user, at=clock.now(), via=Via.WEB)
    messages.success(request, f"{person or 'Nobody'} owns {shown} now.")
    return redirect("company", shown.pk)


@needs(Permission.EDIT_LEADS)
def edit_company(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Write facts of a company by hand; the scores of its people follow."""
    shown = found(lambda: companies_visible_to(request.user).get(pk=pk))
    known = {fact.name.removeprefix("company."): fact.value for fact in company_facts_of(shown)}
    form = CompanyForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_company(
                shown, facts=form.changed_facts(), by=request.user, at=clock.now(), via=Via.WEB
            )
        except ValueError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Saved. The scores of its people follow in a moment.")
            return redirect("company", shown.pk)
    return render(request, "desk/edit_company.html", {"company": shown, "form": form})
