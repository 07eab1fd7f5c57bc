"""Settings of consent: purposes, their wording and topics, and what is not in use."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from handraise.consent import arranging
from handraise.consent.decide import Refused
from handraise.consent.forms import NewPurposeForm, purpose_form
from handraise.consent.models import Purpose, Topic
from handraise.consent.queries import Tally, tallies
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission


@require_safe
@needs(Permission.NURTURE)
def purposes(request: HttpUserRequest) -> HttpResponse:
    """Every purpose with how many agreed; and the codes of consent that no purpose has."""
    found, counted = list(Purpose.objects.prefetch_related("topics")), tallies()
    there = {one.code for one in found}
    context = {
        "used": [_row(one, counted) for one in found if one.retired_at is None],
        "retired": [_row(one, counted) for one in found if one.retired_at is not None],
        "unknown": [(code, one) for code, one in (counted or {}).items() if code not in there],
        "is_counted": counted is not None,
    }
    return render(request, "consent/purposes.html", context)


def _row(purpose: Purpose, counted: dict[str, Tally] | None) -> dict[str, object]:
    return {
        "purpose": purpose,
        "topics": [topic for topic in purpose.topics.all() if topic.retired_at is None],
        "tally": None if counted is None else counted.get(purpose.code, Tally()),
    }


@needs(Permission.NURTURE)
def new_purpose(request: HttpUserRequest) -> HttpResponse:
    """One more thing that people are written to for; `?code=` takes an old code into use."""
    code = request.GET.get("code", "")[:60].replace("\x00", "")
    begun = {"code": code, "name": code.capitalize(), "needs_confirmation": True}
    form = NewPurposeForm(request.POST or None, initial=begun)
    if request.method == "POST" and form.is_valid():
        try:
            made = arranging.add_purpose(
                form.terms(), code=form.cleaned_data["code"], by=request.user, at=clock.now(),
                via=Via.WEB,
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{made} is here. Add topics if people may choose parts.")
            return redirect("purpose", made.pk)
    return render(request, "consent/new_purpose.html", {"form": form})


@needs(Permission.NURTURE)
def purpose(request: HttpUserRequest, pk: int) -> HttpResponse:
    """What a purpose says, its topics, and every wording that it had."""
    shown = get_object_or_404(Purpose, pk=pk)
    form = purpose_form(shown, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            arranging.change_purpose(
                shown, form.terms(), by=request.user, at=clock.now(), via=Via.WEB
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Saved.")
            return redirect("purpose", pk)
    context = {
        "purpose": shown, "form": form, "topics": shown.topics.all(),
        "wordings": shown.wordings.select_related("by").order_by("-number"),
    }  # fmt: skip
    return render(request, "consent/purpose.html", context)


@require_POST
@needs(Permission.NURTURE)
def purpose_retirement(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Do not write to anybody for it any more, or do so again."""
    shown = get_object_or_404(Purpose, pk=pk)
    is_back = request.POST.get("do") == "bring back"
    verb = arranging.bring_back_purpose if is_back else arranging.retire_purpose
    return _done(
        request, shown, lambda: verb(shown, by=request.user, at=clock.now(), via=Via.WEB),
        f"{shown} is in use again." if is_back else f"Nobody is written to for {shown} any more.",
    )  # fmt: skip


@require_POST
@needs(Permission.NURTURE)
def purpose_topics(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Add a topic."""
    shown, name = get_object_or_404(Purpose, pk=pk), request.POST.get("name", "")
    return _done(
        request, shown,
        lambda: arranging.add_topic(shown, name, by=request.user, at=clock.now(), via=Via.WEB),
        "The topic is added.",
    )  # fmt: skip


@require_POST
@needs(Permission.NURTURE)
def purpose_topic(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Call a topic otherwise, or retire it."""
    topic = get_object_or_404(Topic.objects.select_related("purpose"), pk=pk)
    by, at, name = request.user, clock.now(), request.POST.get("name", "")
    if request.POST.get("do") == "retire":
        return _done(
            request, topic.purpose,
            lambda: arranging.retire_topic(topic, by=by, at=at, via=Via.WEB),
            f"Nobody is written to about {topic} any more.",
        )  # fmt: skip
    return _done(
        request, topic.purpose,
        lambda: arranging.rename_topic(topic, name, by=by, at=at, via=Via.WEB), "Saved.",
    )  # fmt: skip


def _done(
    request: HttpUserRequest, purpose: Purpose, verb: Callable[[], object], said: str
) -> HttpResponse:
    try:
        verb()
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return redirect("purpose", purpose.pk)
