"""Pages: the week that the two teams read together."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from handraise.feedback.weekly import actions, queries
from handraise.feedback.weekly.decide import Week, meant
from handraise.feedback.weekly.forms import DecisionForm
from handraise.feedback.weekly.models import Decision
from handraise.kit import clock
from handraise.leads.decide import Refused, Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may


@require_GET
@needs(Permission.SEE)
def weekly(request: HttpUserRequest) -> HttpResponse:
    """What was handed over, kept, rejected and why; what is open, and what was decided."""
    week, why = meant(request.GET.get("week", ""), queries.today_here(clock.now()))
    return _page(request, week, DecisionForm(), why=why)


@require_POST
@needs(Permission.EDIT_LEADS)
def weekly_decisions(request: HttpUserRequest) -> HttpResponse:
    """Write a decision down; what cannot be kept stands in its field again."""
    at, form = clock.now(), DecisionForm(request.POST)
    week, why = meant(request.POST.get("week", ""), queries.today_here(at))
    if form.is_valid() and not why:
        given = form.cleaned_data
        try:
            actions.write_down(
                given["text"], week=week, due=given["due"], by=request.user, at=at, via=Via.WEB
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return _back(week)
    return _page(request, week, form, why=why)


@require_POST
@needs(Permission.EDIT_LEADS)
def decision_doing(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Mark it as done; with `undo`, as not done after all."""
    return _change(request, pk, actions.reopen if "undo" in request.POST else actions.finish)


@require_POST
@needs(Permission.EDIT_LEADS)
def decision_removal(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Take it back."""
    return _change(request, pk, actions.take_back)


def _change(request: HttpUserRequest, pk: int, deed: Callable[..., object]) -> HttpResponse:
    at = clock.now()
    try:
        decision = queries.decision_visible_to(request.user, pk)
        deed(decision, by=request.user, at=at, via=Via.WEB)
    except Decision.DoesNotExist:
        raise Http404("There is no such decision.") from None
    except Refused as refused:
        messages.error(request, str(refused))
    given = request.POST.get("week", "") or decision.week.isoformat()
    return _back(meant(given, queries.today_here(at))[0])


def _back(week: Week) -> HttpResponse:
    return redirect(f"{reverse('weekly')}?week={week.first.isoformat()}#decisions")


def _page(request: HttpUserRequest, week: Week, form: DecisionForm, *, why: str) -> HttpResponse:
    at = clock.now()
    today = queries.today_here(at)
    context = {
        "week": week,
        "why": why,
        "is_under_way": week.last >= today,
        "has_next": week.after.first <= today,
        "report": queries.report(request.user, week, at=at),
        "decisions": queries.decisions(request.user, week, at=at),
        "form": form,
        "may_decide": may(request.user, Permission.EDIT_LEADS),
    }
    return render(request, "feedback/weekly/weekly.html", context)
