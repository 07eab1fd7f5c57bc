"""Pages: every journey, and a new one."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from handraise.kit import clock
from handraise.kit.fold import fold
from handraise.leads.decide import Via
from handraise.nurture import editing, figures, publishing, samples
from handraise.nurture.journey_page import draft_picture
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission, Refused
from handraise.team.queries import may


@require_GET
@needs(Permission.SEE)
def journeys(request: HttpUserRequest) -> HttpResponse:
    """Every journey with who is inside."""
    context = {
        "overviews": figures.overviews(request.user, at=clock.now()),
        "may_nurture": may(request.user, Permission.NURTURE),
    }
    return render(request, "nurture/journeys.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.NURTURE)
def new_journey(request: HttpUserRequest) -> HttpResponse:
    """Begin a journey: empty, or from a shipped one."""
    name, refusal = request.POST.get("name", ""), ""
    if request.method == "POST":
        chosen = samples.sample(request.POST.get("from", ""))
        try:
            text = _begun(name, chosen.text if chosen else "")
            made = publishing.create(name, text, by=request.user, at=clock.now(), via=Via.WEB)
        except Refused as refused:
            refusal = str(refused)
        else:
            messages.success(request, f"{made} is begun. Nobody enters until you publish it.")
            return redirect("journey_draft", made.code)
    shown = [(one, draft_picture(one.text)) for one in samples.samples()]
    context = {"samples": shown, "name": name, "refusal": refusal}
    context["chosen"] = request.POST.get("from", "")
    return render(request, "nurture/new_journey.html", context)


_ADDRESSES = {"new", "inside", "suggestions", "of-lead"}  # words that a code would hide behind


def _begun(name: str, text: str) -> str:
    """The text of a new draft, under its name."""
    if "-".join(re.findall(r"[a-z0-9]+", fold(name))) in _ADDRESSES:
        raise Refused("That word is taken; give the journey another name.")
    value = editing.value_of(text or "steps: []")
    said = {"name": " ".join(name.split()), **_rest(value)}
    return editing.changed_text(text, said) if text else editing.laid_out(said)


def _rest(value: dict[str, object]) -> dict[str, object]:
    return {key: said for key, said in value.items() if key != "name"}
