"""Pages: the frameworks there are, and one's own to write."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from handraise.agreement.faults import AgreementError
from handraise.kit import clock
from handraise.kit.fold import fold
from handraise.leads.decide import Via
from handraise.qualification.frameworks import actions, queries
from handraise.qualification.frameworks.actions import Overtaken, Refused
from handraise.qualification.frameworks.forms import FrameworkForm
from handraise.qualification.models import OwnFramework
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may


@needs(Permission.SEE)
def frameworks(request: HttpUserRequest) -> HttpResponse:
    """Every framework with its questions."""
    kept = queries.frameworks_visible_to(request.user)
    context = {"kept": kept, "may_write": may(request.user, Permission.ADMINISTER)}
    return render(request, "qualification/frameworks.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.ADMINISTER)
def new_framework(request: HttpUserRequest) -> HttpResponse:
    """Write one, beginning with a copy (`?from=BANT`)."""
    if request.method == "GET":
        text = _copy(request.user, request.GET.get("from", "BANT"))
        return _page(request, FrameworkForm(initial={"text": text}), None)
    return _written(request, None)


@require_http_methods(["GET", "POST"])
@needs(Permission.ADMINISTER)
def framework(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Change one's own."""
    own = _own(request.user, pk)
    if request.method == "GET":
        form = FrameworkForm(initial={"text": own.text, "revision": own.revision})
        return _page(request, form, own)
    return _written(request, own)


@require_POST
@needs(Permission.ADMINISTER)
def framework_removal(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Take one's own away; answers that were given stay."""
    own = _own(request.user, pk)
    try:
        actions.remove(own, by=request.user, at=clock.now(), via=Via.WEB)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("framework", pk)
    messages.success(request, f"The framework {own.name} was removed.")
    return redirect("frameworks")


def _own(user: User, pk: int) -> OwnFramework:
    try:
        return queries.own_framework_visible_to(user, pk)
    except OwnFramework.DoesNotExist:
        raise Http404("There is no such framework.") from None


def _copy(user: User, name: str) -> str:
    """The text of a framework under a name that is not taken."""
    kept = queries.frameworks_visible_to(user)
    source = next((one for one in kept if one.framework.folded == fold(name)), kept[0])
    before = source.framework.name
    return source.text.replace(f"name: {before}\n", f"name: Our {before}\n", 1)


def _written(request: HttpUserRequest, own: OwnFramework | None) -> HttpResponse:
    """Keep what was typed, or show it with its faults."""
    form = FrameworkForm(request.POST)
    if not form.is_valid():
        return _page(request, form, own)
    text, by, at = form.cleaned_data["text"], request.user, clock.now()
    try:
        if own is None:
            kept = actions.write(text, by=by, at=at, via=Via.WEB)
        else:
            seen = form.cleaned_data["revision"]
            kept = actions.change(own, text, by=by, at=at, via=Via.WEB, seen=seen)
    except AgreementError as error:
        return _page(request, form, own, faults=error.faults)
    except Overtaken as overtaken:
        again = FrameworkForm(initial={"text": text, "revision": overtaken.now.revision})
        return _page(request, again, overtaken.now, overtaken=str(overtaken))
    except Refused as refused:
        form.add_error(None, str(refused))
        return _page(request, form, own)
    messages.success(request, f"The framework {kept.name} is kept.")
    return redirect("frameworks")


def _page(
    request: HttpUserRequest, form: FrameworkForm, own: OwnFramework | None, **more: Any
) -> HttpResponse:
    context = {"form": form, "own": own, **more}
    return render(request, "qualification/framework.html", context)
