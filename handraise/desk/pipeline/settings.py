"""Revenue operations set up the pipeline: its stages, and why deals are lost."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from handraise.deals import pipeline
from handraise.deals.decide import Afterwards, Refused
from handraise.deals.models import LostReason, PipelineStage
from handraise.deals.queries import lost_reasons, stages, stages_with_counts
from handraise.desk.doors import found
from handraise.desk.pipeline.forms import ReasonForm, StageForm, sentence
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission


@require_GET
@needs(Permission.ADMINISTER)
def pipeline_settings(request: HttpUserRequest) -> HttpResponse:
    """Both lists, each line a form."""
    context = {
        "stages": stages_with_counts(),
        "reasons": lost_reasons(),
        "afterwards": list(Afterwards),
    }
    return render(request, "desk/pipeline/settings.html", context)


@require_POST
@needs(Permission.ADMINISTER)
def pipeline_stages(request: HttpUserRequest) -> HttpResponse:
    """A new stage, after the open ones."""
    form = StageForm(request.POST)
    if not form.is_valid():
        return _refused(request, sentence(form))
    given = form.cleaned_data
    return _done(
        request,
        lambda: pipeline.add_stage(
            name=given["name"], probability=given["probability"] or 0, by=request.user,
            at=clock.now(), via=Via.WEB,
        ),
        f"{given['name']} is a stage now.",
    )  # fmt: skip


@require_POST
@needs(Permission.ADMINISTER)
def pipeline_stage(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Save a stage, put it earlier or later, or remove it: as the button says."""
    stage: PipelineStage = found(lambda: stages().get(pk=pk))
    act, by, at = request.POST.get("act", ""), request.user, clock.now()
    if act == "remove":
        said = f"{stage} is removed."
        return _done(request, lambda: pipeline.remove_stage(stage, by=by, at=at, via=Via.WEB), said)
    if act in {"earlier", "later"}:
        is_earlier = act == "earlier"
        return _done(
            request,
            lambda: pipeline.shift_stage(stage, earlier=is_earlier, by=by, at=at, via=Via.WEB),
        )
    form = StageForm(request.POST)
    if not form.is_valid():
        return _refused(request, sentence(form))
    name, percent = form.cleaned_data["name"], form.cleaned_data["probability"]
    chance = stage.probability if percent is None else percent
    return _done(
        request,
        lambda: pipeline.edit_stage(
            stage, name=name, probability=chance, by=by, at=at, via=Via.WEB
        ),
        "Saved.",
    )


@require_POST
@needs(Permission.ADMINISTER)
def lost_reasons_new(request: HttpUserRequest) -> HttpResponse:
    """A new reason."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _refused(request, sentence(form))
    given = form.cleaned_data
    return _done(
        request,
        lambda: pipeline.add_reason(
            name=given["name"], afterwards=Afterwards(given["afterwards"]),
            wake_after=given["wake_after"], by=request.user, at=clock.now(), via=Via.WEB,
        ),
        f"Deals can be lost for “{given['name']}” now.",
    )  # fmt: skip


@require_POST
@needs(Permission.ADMINISTER)
def lost_reason(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Save a reason or remove it: as the button says."""
    reason: LostReason = found(lambda: lost_reasons().get(pk=pk))
    by, at = request.user, clock.now()
    if request.POST.get("act") == "remove":
        return _done(
            request,
            lambda: pipeline.remove_reason(reason, by=by, at=at, via=Via.WEB),
            f"“{reason}” is removed.",
        )
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _refused(request, sentence(form))
    given = form.cleaned_data
    return _done(
        request,
        lambda: pipeline.edit_reason(
            reason, name=given["name"], afterwards=Afterwards(given["afterwards"]),
            wake_after=given["wake_after"], by=by, at=at, via=Via.WEB,
        ),
        "Saved.",
    )  # fmt: skip


def _done(request: HttpUserRequest, verb: Callable[[], object], said: str = "") -> HttpResponse:
    try:
        verb()
    except Refused as refused:
        return _refused(request, str(refused))
    if said:
        messages.success(request, said)
    return redirect("pipeline_settings")


def _refused(request: HttpUserRequest, why: str) -> HttpResponse:
    messages.error(request, why)
    return redirect("pipeline_settings")
