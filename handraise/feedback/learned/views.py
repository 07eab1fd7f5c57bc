"""Pages: how good the learned score is, where it disagrees with the points; learn anew."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from handraise.feedback.learned import actions, queries
from handraise.feedback.learned.forms import LearningForm
from handraise.feedback.learned.models import Learning
from handraise.feedback.learned.pages import disagreement, page_of
from handraise.kit.clock import now
from handraise.leads.decide import Refused, Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may


@require_GET
@needs(Permission.SEE)
def learned(request: HttpUserRequest) -> HttpResponse:
    """What was learned last and how good it was."""
    return _page(request, None)


@require_POST
@needs(Permission.PROPOSE)
def asking(request: HttpUserRequest) -> HttpResponse:
    """Have it learned anew."""
    form = LearningForm(request.POST)
    if form.is_valid():
        try:
            actions.ask(form.wanted(), by=request.user, at=now(), via=Via.WEB)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("learned")
    return _page(request, form)


def _page(request: HttpUserRequest, form: LearningForm | None) -> HttpResponse:
    run = queries.shown(request.user)
    context = {
        "form": form or LearningForm(initial={"outcome": run.outcome if run else ""}),
        "may_ask": may(request.user, Permission.PROPOSE),
        **page_of(request.user, run),
    }
    return render(request, "feedback/learned/learned.html", context)


@require_GET
@needs(Permission.SEE)
def disagreeing(request: HttpUserRequest, way: str) -> HttpResponse:
    """The leads that the two orders put far apart, a page at a time."""
    run = queries.shown(request.user)
    if way not in {"high", "low"}:
        raise Http404("There is no such list.")
    page = disagreement(request.user, "high" if way == "high" else "low", request.GET.get("page"))
    context = {"run": run, "way": way, "page": page}
    return render(request, "feedback/learned/disagreeing.html", context)


@require_GET
@needs(Permission.SEE)
def progress(request: HttpUserRequest, pk: int) -> HttpResponse:
    """How far it is; once it is over, the whole page is asked for anew."""
    found = get_object_or_404(Learning, pk=pk)
    response = render(request, "feedback/learned/_progress.html", {"newest": found})
    if not found.is_under_way:
        response.headers["HX-Redirect"] = reverse("learned")
    return response
