"""Pages: have a draft rehearsed, see how far that is, move its bar."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from handraise.agreement.faults import AgreementError
from handraise.feedback.rehearsal import actions, queries, showing
from handraise.feedback.rehearsal.forms import RehearsalForm, usual
from handraise.feedback.rehearsal.models import Rehearsal
from handraise.feedback.rehearsal.pages import page_of
from handraise.kit.clock import now
from handraise.leads.decide import Refused, Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.SEE)
def rehearsals(request: HttpUserRequest) -> HttpResponse:
    """What was rehearsed; POST has another one made."""
    faults: tuple[object, ...] = ()
    form = RehearsalForm(request.user, request.POST or None, initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        version, asked = form.asked()
        try:
            made = actions.ask(version, asked, by=request.user, at=now(), via=Via.WEB)
        except AgreementError as error:
            faults = error.faults
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("rehearsal", pk=made.pk)
    found = Paginator(queries.rehearsals_visible_to(request.user), 25)
    context = {
        "form": form,
        "faults": faults,
        "page": found.get_page(request.GET.get("page")),
        "may_ask": may(request.user, Permission.PROPOSE),
    }
    return render(request, "feedback/rehearsal/rehearsals.html", context)


def _initial(request: HttpUserRequest) -> dict[str, Any]:
    return usual(now()) | {
        name: request.GET[name] for name in ("version", "since", "until") if name in request.GET
    }


@require_GET
@needs(Permission.SEE)
def bars(request: HttpUserRequest) -> HttpResponse:
    """The bars of the version that is being chosen."""
    form = RehearsalForm(request.user, initial=_initial(request))
    return render(request, "feedback/rehearsal/_bars.html", {"field": form["bar"]})


@require_GET
@needs(Permission.SEE)
def rehearsal(request: HttpUserRequest, pk: int) -> HttpResponse:
    """What a rehearsal found, with its bar at `?at_least=`; or how far it is."""
    found = _visible(request, pk)
    if found.report is None:
        return render(request, "feedback/rehearsal/waiting.html", {"rehearsal": found})
    page = page_of(found, request.user, _number(request.GET.get("at_least")))
    template = "_answer" if request.htmx else "rehearsal"
    return render(request, f"feedback/rehearsal/{template}.html", {
        "rehearsal": found, "not_simulated": showing.NOT_SIMULATED, **page,
    })  # fmt: skip


@require_GET
@needs(Permission.SEE)
def progress(request: HttpUserRequest, pk: int) -> HttpResponse:
    """How far it is; once it is over, the whole page is asked for anew."""
    found = _visible(request, pk)
    response = render(request, "feedback/rehearsal/_progress.html", {"rehearsal": found})
    if not found.is_under_way:
        response.headers["HX-Redirect"] = reverse("rehearsal", args=[pk])
    return response


def _visible(request: HttpUserRequest, pk: int) -> Rehearsal:
    found = queries.rehearsals_visible_to(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such rehearsal.")
    return found


def _number(text: str | None) -> float | None:
    try:
        found = float(text or "")
    except ValueError:
        return None
    return found if 0 <= found <= 100 else None
