"""Pages: who would cross the bar under a version, before it is signed."""

from __future__ import annotations

from datetime import timedelta
from tempfile import TemporaryFile

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from handraise.agreement.faults import AgreementError
from handraise.agreement.models import Version
from handraise.agreement.queries import published
from handraise.feedback.preview import actions, names_file, queries
from handraise.feedback.preview.decide import Outcome
from handraise.feedback.preview.models import PreviewedLead
from handraise.feedback.preview.queries import PAGE_SIZE, Shown
from handraise.feedback.work import State
from handraise.kit import clock
from handraise.leads.decide import Refused, Via
from handraise.scoring.rescoring import rescoring_news
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may
from handraise.ui.downloads import download

BEGINS_WITHIN = timedelta(minutes=2)  # later than that, no worker runs


@require_GET
@needs(Permission.SEE)
def preview(request: HttpUserRequest, number: int) -> HttpResponse:
    """Counts first, then everybody by name; `?outcome=`, `?after=` the last place shown."""
    shown = _shown(request, number)
    outcome = _outcome(request.GET.get("outcome", ""))
    context = _context(request, shown) | {"outcome": outcome}
    if shown.answer is not None and shown.answer.state == State.DONE:
        rows = queries.leads_visible_to(request.user, shown.answer, outcome=outcome)
        found = list(rows.filter(place__gt=_place(request.GET.get("after", "")))[: PAGE_SIZE + 1])
        context |= {"rows": found[:PAGE_SIZE], "next": _next(found)}
    return render(request, "feedback/preview/preview.html", context)


@require_GET
@needs(Permission.SEE)
def part(request: HttpUserRequest, number: int) -> HttpResponse:
    """What the page of the version shows: the counts, or how far finding out has come."""
    return _part(request, number)


@require_POST
@needs(Permission.PROPOSE)
def asking(request: HttpUserRequest, number: int) -> HttpResponse:
    """Have it found out."""
    shown = _shown(request, number)
    try:
        actions.ask(shown.version, by=request.user, at=clock.now(), via=Via.WEB)
    except (Refused, AgreementError) as refusal:
        if request.htmx:
            return render(request, "feedback/preview/_refused.html", {"refusal": str(refusal)})
        messages.error(request, str(refusal))
        return redirect("agreement_version", number)
    return _part(request, number) if request.htmx else redirect("agreement_preview", number)


@require_GET
@needs(Permission.EXPORT)
def leads_file(request: HttpUserRequest, number: int) -> StreamingHttpResponse:
    """Everybody as CSV."""
    shown = _shown(request, number)
    if shown.answer is None or shown.answer.state != State.DONE:
        raise Http404("Nobody has found out yet who would cross.")
    file = TemporaryFile()  # noqa: SIM115 (closed when it is sent)
    names_file.write(shown.answer, to=file, by=request.user, at=clock.now(), via=Via.WEB)
    name = f"who-would-cross-version-{number}.csv"
    return download(request, file, name=name, content_type="text/csv")


def _part(request: HttpUserRequest, number: int) -> HttpResponse:
    context = _context(request, _shown(request, number))
    return render(request, "feedback/preview/_part.html", context)


@require_GET
@needs(Permission.SEE)
def rescoring(request: HttpUserRequest) -> HttpResponse:
    """How far everybody is scored by the version in force; nothing long after."""
    at = clock.now()
    news, held = rescoring_news(at=at), published()
    is_new = held is not None and at - held.published_at < BEGINS_WITHIN
    if held is not None and is_new and (news is None or news.version != held.number):
        return render(request, "feedback/preview/_rescoring.html", {"soon": held.number})
    return render(request, "feedback/preview/_rescoring.html", {"rescoring": news})


def _context(request: HttpUserRequest, shown: Shown) -> dict[str, object]:
    return {
        "shown": shown,
        "version": shown.version,
        "may_ask": may(request.user, Permission.PROPOSE) and shown.is_open,
        "may_export": may(request.user, Permission.EXPORT),
    }


def _shown(request: HttpUserRequest, number: int) -> Shown:
    try:
        return queries.shown_to(request.user, number, at=clock.now())
    except Version.DoesNotExist:
        raise Http404(f"There is no version {number} of the agreement.") from None


def _outcome(text: str) -> Outcome | None:
    return Outcome(text) if text in set(Outcome) else None


def _place(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _next(found: list[PreviewedLead]) -> int | None:
    return found[PAGE_SIZE - 1].place if len(found) > PAGE_SIZE else None
