"""The board, the list of deals, and one deal: seen, opened, edited, moved."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from handraise.deals import actions
from handraise.deals.decide import Outcome, Refused
from handraise.deals.models import Deal, PipelineStage
from handraise.deals.queries import (
    board,
    cards_of,
    day_of,
    deal_visible_to,
    deals_visible_to,
    moves_of,
    open_stages,
    purchases_of,
    stages,
    usual_currency,
    wanted_deals,
)
from handraise.desk.doors import found, lead_or_404, number_in
from handraise.desk.listing import Wanted as WantedLeads
from handraise.desk.listing import instant, leads_wanted
from handraise.desk.paging import Order, page_of
from handraise.desk.pipeline.forms import EditDealForm, NewDealForm, PurchaseForm
from handraise.desk.pipeline.showing import WITH_DEALS, Asked, asked, lately, way_of
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may, working_people

CANDIDATES = 20
_NEWEST = Order("opened_at", True, instant)


@require_GET
@needs(Permission.SEE)
def pipeline(request: HttpUserRequest) -> HttpResponse:
    """Open deals by stage."""
    context = _board(request, asked(request.GET))
    template = "desk/pipeline/_board.html" if request.htmx else "desk/pipeline/board.html"
    return render(request, template, context)


def _board(request: HttpUserRequest, wanted: Asked) -> dict[str, object]:
    at, query = clock.now(), wanted.wanted(request.user)
    return {
        "asked": wanted,
        "board": board(request.user, query, at=at),
        "lately": lately(request.user, query, at=at),
        "is_empty": not wanted.is_filtered and not deals_visible_to(request.user).exists(),
        "people": working_people(),
        "may_deal": may(request.user, Permission.QUALIFY),
        "may_export": may(request.user, Permission.EXPORT),
        "may_set": may(request.user, Permission.ADMINISTER),
    }


@require_GET
@needs(Permission.SEE)
def deals(request: HttpUserRequest) -> HttpResponse:
    """Every deal by what was asked for, the newest first."""
    wanted = asked(request.GET)
    page = page_of(
        wanted_deals(request.user, wanted.wanted(request.user)),
        _NEWEST,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        "asked": wanted,
        "page": page,
        "cards": cards_of(page.rows, at=clock.now()),
        "stages": stages(),
        "outcomes": list(Outcome),
        "people": working_people(),
    }
    return render(request, "desk/pipeline/deals.html", context)


@needs(Permission.QUALIFY)
def new_deal(request: HttpUserRequest) -> HttpResponse:
    """A deal with the lead of `?lead=`; without, one is looked for first."""
    if not request.GET.get("lead"):
        return _choose_lead(request)
    lead = lead_or_404(request.user, number_in(request.GET["lead"]))
    start = {"owner": request.user, "currency": usual_currency(), "stage": open_stages().first()}
    form = NewDealForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.open_deal(
                lead, terms=form.terms(), owner=form.cleaned_data["owner"],
                stage=form.cleaned_data["stage"], by=request.user, at=clock.now(), via=Via.WEB,
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"The deal {made} with {lead} is open.")
            return redirect("deal", made.pk)
    context = {"form": form, "lead": lead, "can_have": lead.stage in WITH_DEALS}
    return render(request, "desk/pipeline/new.html", context)


def _choose_lead(request: HttpUserRequest) -> HttpResponse:
    q = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    rows = leads_wanted(request.user, WantedLeads(q=q)).filter(stage__in=WITH_DEALS)
    leads = list(rows.order_by("-stage_since", "-pk")[:CANDIDATES])
    context = {"q": q, "leads": leads}
    part = "desk/pipeline/_choices.html" if request.htmx else "desk/pipeline/choose.html"
    return render(request, part, context)


@require_GET
@needs(Permission.SEE)
def deal(request: HttpUserRequest, pk: int) -> HttpResponse:
    """One deal: where it stands, what is known, what it brought, how it came here."""
    shown = deal_or_404(request, pk)
    at = clock.now()
    purchases = purchases_of(shown)
    start = {"currency": shown.currency or usual_currency(), "starts_on": day_of(at)}
    context = {
        "deal": shown,
        "card": cards_of([shown], at=at)[0],
        "way": way_of(shown),
        "stages": open_stages() if shown.is_open else [],
        "history": moves_of(shown),
        "purchases": purchases,
        "purchase_form": PurchaseForm(initial=start, auto_id="purchase_%s"),
        "may_deal": may(request.user, Permission.QUALIFY),
    }
    return render(request, "desk/pipeline/deal.html", context)


@needs(Permission.QUALIFY)
def edit_deal(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Say anew what is known of a deal."""
    shown = deal_or_404(request, pk)
    form = EditDealForm.of(shown, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_deal(
                shown, terms=form.terms(), owner=form.cleaned_data["owner"], by=request.user,
                at=clock.now(), via=Via.WEB, seen=form.cleaned_data["revision"],
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Saved.")
            return redirect("deal", shown.pk)
    return render(request, "desk/pipeline/edit.html", {"deal": shown, "form": form})


@require_POST
@needs(Permission.QUALIFY)
def deal_stage(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Move an open deal: from the board (as a part, for htmx) or from its own page."""
    shown = deal_or_404(request, pk)
    to = PipelineStage.objects.filter(pk=number_in(request.POST.get("to", ""))).first()
    seen = number_in(request.POST.get("seen", "")) or None
    try:
        if to is None:
            raise Refused("Choose a stage.")
        actions.move_deal(shown, to=to, by=request.user, at=clock.now(), via=Via.WEB, seen=seen)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{shown} is in {to} now.")
    if request.htmx:
        context = _board(request, asked(request.POST)) | {"moved": shown.pk}
        return render(request, "desk/pipeline/_board.html", context)
    if request.POST.get("from") == "board":
        return redirect("pipeline")
    return redirect("deal", shown.pk)


def deal_or_404(request: HttpUserRequest, pk: int) -> Deal:
    """The deal of this id, through its door."""
    return found(lambda: deal_visible_to(request.user, pk))
