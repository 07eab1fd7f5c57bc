"""How a deal ends, begins again, and what it brought."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from handraise.deals import actions, purchases
from handraise.deals.decide import Refused
from handraise.deals.models import Deal, Purchase
from handraise.deals.queries import day_of, lost_reasons, purchase_visible_to, usual_currency
from handraise.desk.doors import found
from handraise.desk.pipeline.forms import (
    EndingForm,
    LoseForm,
    PurchaseForm,
    WinForm,
    plain,
    sentence,
)
from handraise.desk.pipeline.views import deal_or_404
from handraise.kit import clock
from handraise.leads.decide import Stage, Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission


@needs(Permission.QUALIFY)
def win_deal(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Win a deal, with what was bought."""
    deal, at = deal_or_404(request, pk), clock.now()
    start = {"amount": plain(deal.amount), "currency": deal.currency or usual_currency(),
             "starts_on": day_of(at)}  # fmt: skip
    form = WinForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            actions.win(
                deal, bought=form.bought(), note=form.cleaned_data["note"], by=request.user,
                at=at, via=Via.WEB,
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            who = deal.lead.canonical
            messages.success(request, f"Won: {deal}. {who} is a customer.")
            return redirect("deal", deal.pk)
    return render(request, "desk/pipeline/win.html", {"deal": deal, "form": form})


@needs(Permission.QUALIFY)
def lose_deal(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Lose a deal, with the reason, which says what becomes of the lead."""
    deal, form = deal_or_404(request, pk), LoseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.lose(
                deal, reason=form.cleaned_data["reason"], note=form.cleaned_data["note"],
                by=request.user, at=clock.now(), via=Via.WEB,
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            lead = deal.lead.canonical
            lead.refresh_from_db()
            messages.success(request, f"Lost: {deal}. {lead} stands at {Stage(lead.stage).label}.")
            return redirect("deal", deal.pk)
    context = {"deal": deal, "form": form, "reasons": lost_reasons()}
    return render(request, "desk/pipeline/lose.html", context)


@require_POST
@needs(Permission.QUALIFY)
def deal_reopening(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Open a closed deal again."""
    deal = deal_or_404(request, pk)
    why = request.POST.get("why", "")
    return _done(
        request,
        deal,
        lambda: actions.reopen(deal, why=why, by=request.user, at=clock.now(), via=Via.WEB),
        f"{deal} is open again.",
    )


@require_POST
@needs(Permission.QUALIFY)
def deal_purchases(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Say what else a won deal brought."""
    deal, form = deal_or_404(request, pk), PurchaseForm(request.POST)
    bought = form.bought() if form.is_valid() else None
    if bought is None:
        return _refused(request, deal, sentence(form))
    return _done(
        request,
        deal,
        lambda: purchases.add_purchase(
            deal, bought=bought, by=request.user, at=clock.now(), via=Via.WEB
        ),
        "Noted.",
    )


@require_POST
@needs(Permission.QUALIFY)
def purchase_ending(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Say the last day of what recurs."""
    purchase = _purchase_or_404(request, pk)
    form = EndingForm(request.POST)
    if not form.is_valid():
        return _refused(request, purchase.deal, sentence(form))
    last_day = form.cleaned_data["last_day"]
    return _done(
        request,
        purchase.deal,
        lambda: purchases.end_purchase(
            purchase, last_day=last_day, by=request.user, at=clock.now(), via=Via.WEB
        ),
        "It ends then.",
    )


@require_POST
@needs(Permission.QUALIFY)
def purchase_withdrawal(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Take back a purchase that was told wrongly."""
    purchase = _purchase_or_404(request, pk)
    return _done(
        request,
        purchase.deal,
        lambda: purchases.withdraw_purchase(purchase, by=request.user, at=clock.now(), via=Via.WEB),
        "It no longer counts.",
    )


def _purchase_or_404(request: HttpUserRequest, pk: int) -> Purchase:
    return found(lambda: purchase_visible_to(request.user, pk))


def _done(
    request: HttpUserRequest, deal: Deal, verb: Callable[[], object], said: str
) -> HttpResponse:
    """Do it, say so or say why not, and go back to the deal."""
    try:
        verb()
    except Refused as refused:
        return _refused(request, deal, str(refused))
    messages.success(request, said)
    return redirect("deal", deal.pk)


def _refused(request: HttpUserRequest, deal: Deal, why: str) -> HttpResponse:
    messages.error(request, why)
    return redirect("deal", deal.pk)
