"""Companies: the organisations behind the leads."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from handraise.desk.doors import found, number_in
from handraise.desk.forms import CompanyForm
from handraise.desk.listing import Wanted, leads_wanted
from handraise.desk.paging import Order, page_of
from handraise.desk.pipeline.showing import beside_company
from handraise.kit import clock
from handraise.leads import actions
from handraise.leads.decide import Via
from handraise.leads.models import Company
from handraise.leads.queries import companies_visible_to, company_facts_of
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may, working_people

PEOPLE_SHOWN = 100
_BY_NAME = Order("name", False)


@needs(Permission.SEE)
def companies(request: HttpUserRequest) -> HttpResponse:
    """Companies by name, or those whose name or domain holds what was typed."""
    q = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    rows = companies_visible_to(request.user)
    if q:
        rows = rows.filter(Q(name__icontains=q) | Q(domain__icontains=q))
    page = page_of(
        rows, _BY_NAME, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    return render(
        request, "desk/companies.html", {"page": page, "q": q, "counts": _counts(page.rows)}
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
        "people": people.order_by("-last_seen_at", "-pk")[:PEOPLE_SHOWN],
        "facts": company_facts_of(shown),
        "owners": working_people(),
        "deals": beside_company(request.user, shown, at=clock.now()),
        "may_edit": may(request.user, Permission.EDIT_LEADS),
    }
    return render(request, "desk/company.html", context)


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
