"""Pages: have the agreement reviewed, read what was found, put a finding into a draft."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from handraise.agreement import queries as agreements
from handraise.agreement.faults import AgreementError
from handraise.feedback.review import actions, queries
from handraise.feedback.review.forms import DismissalForm, ReviewForm, TakingForm, usual
from handraise.feedback.review.models import Review
from handraise.feedback.review.pages import page_of
from handraise.kit.clock import now
from handraise.leads.decide import Refused, Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.SEE)
def reviews(request: HttpUserRequest) -> HttpResponse:
    """What was reviewed; POST has another one made."""
    form = ReviewForm(request.POST or None, initial=usual(now()))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.ask(form.asked(), by=request.user, at=now(), via=Via.WEB)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("review", pk=made.pk)
    found = Paginator(queries.reviews_visible_to(request.user).defer("report", "charts"), 25)
    context = {
        "form": form,
        "page": found.get_page(request.GET.get("page")),
        "may_ask": may(request.user, Permission.PROPOSE),
        "published": agreements.published(),
    }
    return render(request, "feedback/review/reviews.html", context)


@require_GET
@needs(Permission.SEE)
def review(request: HttpUserRequest, pk: int) -> HttpResponse:
    """What a review found; or how far it is."""
    found = _visible(request, pk)
    if found.report is None:
        return render(request, "feedback/review/waiting.html", {"review": found})
    context = {"review": found, "charts": found.charts, **page_of(found, request.user)}
    return render(request, "feedback/review/review.html", context)


@require_GET
@needs(Permission.SEE)
def progress(request: HttpUserRequest, pk: int) -> HttpResponse:
    """How far it is; once it is over, the whole page is asked for anew."""
    found = _visible(request, pk)
    response = render(request, "feedback/review/_progress.html", {"review": found})
    if not found.is_under_way:
        response.headers["HX-Redirect"] = reverse("review", args=[pk])
    return response


@require_POST
@needs(Permission.PROPOSE)
def taking(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Put findings into a draft, and have it rehearsed."""
    found = _visible(request, pk)
    form = TakingForm(request.POST, findings=len((found.report or {}).get("findings", ())))
    if not form.is_valid():
        messages.error(request, "Choose a finding, and a draft that there is.")
        return redirect("review", pk=pk)
    try:
        _take(request, found, form)
    except Refused as refused:
        messages.error(request, str(refused))
    except AgreementError as error:
        messages.error(request, f"The draft cannot be read: {error.faults[0].sentence}")
    return redirect("review", pk=pk)


def _take(request: HttpUserRequest, found: Review, form: TakingForm) -> None:
    into, seen = None, form.draft_seen()
    if seen is not None:
        drafts = {one.number: one for one in queries.drafts_visible_to(request.user)}
        if seen[0] not in drafts:
            raise Refused(f"Version {seen[0]} is no draft any more: choose another, or a new one.")
        into = drafts[seen[0]]
    taken = actions.take(
        found, form.cleaned_data["finding"], draft=into, by=request.user, at=now(), via=Via.WEB,
        seen=None if seen is None else seen[1],
    )  # fmt: skip
    said = f"Put into version {taken.draft.number}. It is in force when both sides have signed."
    messages.success(request, f"{said} It is being rehearsed." if taken.rehearsal else said)
    for word in (taken.met, taken.why_not and f"Not rehearsed yet: {taken.why_not}"):
        if word:
            messages.warning(request, word)


@require_POST
@needs(Permission.PROPOSE)
def dismissal(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Say why nothing is done about a finding."""
    found, form = _visible(request, pk), DismissalForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose a finding, and say why in plain text.")
        return redirect("review", pk=pk)
    place, why = form.cleaned_data["finding"], form.cleaned_data["why"]
    try:
        actions.dismiss(found, place, why, by=request.user, at=now(), via=Via.WEB)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("review", pk=pk)


def _visible(request: HttpUserRequest, pk: int) -> Review:
    found = queries.reviews_visible_to(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such review.")
    return found
