"""Pages: try the routes of a version on the leads of the past, and see who would have got them."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from handraise.agreement.faults import AgreementError
from handraise.agreement.models import Version
from handraise.agreement.queries import version_visible_to
from handraise.feedback.routing import actions, queries
from handraise.feedback.routing.forms import RoutesForm, usual
from handraise.feedback.routing.models import RouteRehearsal
from handraise.feedback.routing.pages import page_of
from handraise.kit.clock import now
from handraise.leads.decide import Refused, Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.SEE)
def rehearsals(request: HttpUserRequest, number: int) -> HttpResponse:
    """What was tried; POST has the routes tried once more."""
    version = _version(request, number)
    faults: tuple[object, ...] = ()
    form = RoutesForm(request.POST or None, initial=usual(now()))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.ask(version, form.asked(), by=request.user, at=now(), via=Via.WEB)
        except AgreementError as error:
            faults = error.faults
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("agreement_routes_tried", number, made.pk)
    found = Paginator(queries.rehearsals_visible_to(request.user, version), 25)
    context = {
        "version": version,
        "form": form,
        "faults": faults,
        "page": found.get_page(request.GET.get("page")),
        "may_ask": may(request.user, Permission.PROPOSE),
    }
    return render(request, "feedback/routing/rehearsals.html", context)


@require_GET
@needs(Permission.SEE)
def rehearsal(request: HttpUserRequest, number: int, pk: int) -> HttpResponse:
    """Who would have got which load; or how far finding out has come."""
    made = _visible(request, number, pk)
    context = {"rehearsal": made, "version": made.version}
    if made.report is None:
        return render(request, "feedback/routing/waiting.html", context)
    return render(request, "feedback/routing/rehearsal.html", context | page_of(made))


@require_GET
@needs(Permission.SEE)
def progress(request: HttpUserRequest, number: int, pk: int) -> HttpResponse:
    """How far it is; once it is over, the whole page is asked for anew."""
    made = _visible(request, number, pk)
    context = {"rehearsal": made, "version": made.version}
    response = render(request, "feedback/routing/_progress.html", context)
    if not made.is_under_way:
        response.headers["HX-Redirect"] = reverse("agreement_routes_tried", args=[number, pk])
    return response


def _version(request: HttpUserRequest, number: int) -> Version:
    try:
        return version_visible_to(request.user, number)
    except Version.DoesNotExist:
        raise Http404(f"There is no version {number} of the agreement.") from None


def _visible(request: HttpUserRequest, number: int, pk: int) -> RouteRehearsal:
    found = queries.rehearsals_visible_to(request.user, _version(request, number))
    made = found.filter(pk=pk).first()
    if made is None:
        raise Http404("There is no such rehearsal.")
    return made
