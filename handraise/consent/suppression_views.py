"""Pages of who must not be written to: found, added and lifted by hand, and lists of them."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from handraise.consent import importing
from handraise.consent.decide import Kind, Refused
from handraise.consent.forms import ListForm, SuppressForm
from handraise.consent.models import Suppression, SuppressionImport
from handraise.consent.suppressing import lift, suppress
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission

A_PAGE = 50
RECENT = 10


@needs(Permission.NURTURE)
def suppressions(request: HttpUserRequest) -> HttpResponse:
    """Who must not be written to, the newest first; addresses are added here."""
    form = SuppressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            count = suppress(
                [line for line in given["addresses"].splitlines() if line.strip()],
                kind=Kind.HAND, why=given["why"], by=request.user, at=clock.now(), via=Via.WEB,
            )  # fmt: skip
        except Refused as refused:
            form.add_error("addresses", str(refused))
        else:
            messages.success(request, f"{count} more {'is' if count == 1 else 'are'} suppressed.")
            return redirect("suppressions")
    rows = _wanted(request)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 18:
        rows = rows.filter(pk__lt=int(before))
    shown = list(rows[: A_PAGE + 1])
    context = {
        "form": form, "rows": shown[:A_PAGE], "kinds": list(Kind),
        "older": shown[A_PAGE - 1].pk if len(shown) > A_PAGE else None,
        "q": request.GET.get("q", ""), "kind": request.GET.get("kind", ""),
        "is_lifted": "lifted" in request.GET, "imports": _recent(),
    }  # fmt: skip
    template = "consent/_suppressions.html" if request.htmx else "consent/suppressions.html"
    return render(request, template, context)


def _wanted(request: HttpUserRequest) -> QuerySet[Suppression]:
    """Those that were searched for; lifted ones only if asked for."""
    rows = Suppression.objects.select_related("by", "lifted_by", "brought").order_by("-pk")
    rows = rows.filter(lifted_at__isnull="lifted" not in request.GET)
    q = request.GET.get("q", "").strip().lower().replace("\x00", "")[:254]
    if q:
        rows = rows.filter(value__contains=q)
    kind = request.GET.get("kind", "")
    return rows.filter(kind=kind) if kind in set(Kind) else rows


def _recent() -> list[SuppressionImport]:
    rows = SuppressionImport.objects.select_related("by").defer("pending", "faults")
    return list(rows.order_by("-pk")[:RECENT])


@require_POST
@needs(Permission.NURTURE)
def suppression_lifting(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Allow one again, with a reason."""
    row = get_object_or_404(Suppression, pk=pk)
    try:
        lift(row, why=request.POST.get("why", ""), by=request.user, at=clock.now(), via=Via.WEB)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{row} may be written to again, as far as consent goes.")
    return redirect("suppressions")


@needs(Permission.NURTURE)
def new_suppression_list(request: HttpUserRequest) -> HttpResponse:
    """A list from elsewhere; it is looked at before anybody is suppressed."""
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            name, text = form.listed()
            made = importing.preview(
                text, name=name, why=form.cleaned_data["why"], by=request.user, at=clock.now()
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("suppression_list", made.pk)
    return render(request, "consent/new_list.html", {"form": form})


@require_safe
@needs(Permission.NURTURE)
def suppression_list(request: HttpUserRequest, pk: int) -> HttpResponse:
    """What a list holds, or brought; the lines that could not be read."""
    shown = get_object_or_404(SuppressionImport.objects.select_related("by", "lifted_by"), pk=pk)
    context = {
        "list": shown,
        "outlook": None if shown.carried_out_at else importing.outlook(shown),
        "sample": shown.pending[:20],
        "left": shown.suppressions.filter(lifted_at=None).count(),
    }
    return render(request, "consent/list.html", context)


@require_POST
@needs(Permission.NURTURE)
def suppression_list_doing(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Carry a list out, forget it, or lift all that it brought."""
    held, by, at = get_object_or_404(SuppressionImport, pk=pk), request.user, clock.now()
    wish = request.POST.get("do", "")
    try:
        if wish == "discard":
            importing.discard(held, by=by)
            messages.success(request, "The list is forgotten. Nobody was suppressed.")
            return redirect("suppressions")
        if wish == "lift":
            why = request.POST.get("why", "")
            count = importing.lift_import(held, why=why, by=by, at=at, via=Via.WEB)
            messages.success(request, f"{_addresses(count)} may be written to again.")
        else:
            count = importing.carry_out(held, by=by, at=at, via=Via.WEB)
            messages.success(request, f"No more mails to {_addresses(count)}.")
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("suppression_list", pk)


def _addresses(count: int) -> str:
    return "1 address or domain" if count == 1 else f"{count:,} addresses and domains"
