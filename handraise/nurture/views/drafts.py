"""Pages: the draft of a journey, its parts as forms, its text."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from handraise.agreement import suggesting
from handraise.agreement.faults import AgreementError
from handraise.agreement.queries import published
from handraise.kit import clock
from handraise.nurture import editing, part_page, showing, steps, undoing
from handraise.nurture.draft_page import draft_context, text_context
from handraise.nurture.kinds import FORMS
from handraise.nurture.models import Journey
from handraise.nurture.part_page import Page
from handraise.nurture.publishing import Overtaken
from handraise.nurture.views.doors import journey_or_404, place_or_404, to, value_or_text
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission, Refused

FORM = "nurture/part.html"


@require_GET
@needs(Permission.NURTURE)
def draft(request: HttpUserRequest, code: str) -> HttpResponse:
    """The whole draft: its rules, its steps, the picture of them, what is wrong."""
    journey = journey_or_404(request.user, code)
    value = value_or_text(request, journey)
    if isinstance(value, HttpResponse):
        return value
    context = draft_context(journey, value)
    context["may_undo"] = undoing.last(request.session, journey) is not None
    return render(request, "nurture/draft.html", context)


@require_GET
@needs(Permission.NURTURE)
def kinds(request: HttpUserRequest, code: str) -> HttpResponse:
    """Which kind of step to add at a place."""
    journey = journey_or_404(request.user, code)
    at = request.GET.get("at", "0")
    place_or_404(at)
    context = {"journey": journey, "forms": FORMS.values(), "at": at}
    return render(request, "nurture/kinds.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.NURTURE)
def new_step(request: HttpUserRequest, code: str, kind: str) -> HttpResponse:
    """Fill in a step and add it."""
    journey = journey_or_404(request.user, code)
    if kind not in FORMS:
        raise Http404("There is no such kind of step.")
    given = request.POST if request.method == "POST" else None
    gap = place_or_404((given or request.GET).get("at", "0"))
    return _part(request, journey, lambda: part_page.begun(journey, kind, gap, given))


@require_http_methods(["GET", "POST"])
@needs(Permission.NURTURE)
def head(request: HttpUserRequest, code: str) -> HttpResponse:
    """Who enters, the goal, the exits, the rules."""
    journey = journey_or_404(request.user, code)
    given = request.POST if request.method == "POST" else None
    return _part(request, journey, lambda: part_page.opened(journey, None, given))


@require_http_methods(["GET", "POST"])
@needs(Permission.NURTURE)
def step(request: HttpUserRequest, code: str, place: str) -> HttpResponse:
    """Change one step."""
    journey, at = journey_or_404(request.user, code), place_or_404(place)
    given = request.POST if request.method == "POST" else None
    return _part(request, journey, lambda: part_page.opened(journey, at, given))


def _part(request: HttpUserRequest, journey: Journey, opening: Callable[[], Page]) -> HttpResponse:
    try:
        page = opening()
    except AgreementError:
        return to(request, "journey_text", journey.code)
    except LookupError:
        messages.error(request, "That step is not there any more.")
        return to(request, "journey_draft", journey.code)
    deed = request.POST.get("deed", "save") if request.method == "POST" else "open"
    if deed == "save":
        return _save(request, page)
    if deed == "check":
        context = part_page.said(page, part_page.checked(page))
        return render(request, "nurture/_checked.html", context)
    if deed != "open":
        part_page.act(page, deed)
    context = {**part_page.context(page), "is_changed": deed != "open"}
    return render(request, FORM, context)


def _save(request: HttpUserRequest, page: Page) -> HttpResponse:
    found = part_page.checked(page)
    if not found.faults and not page.part.clash:
        try:
            saved = part_page.kept(page, request.session, by=request.user, at=clock.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
            return to(request, "journey_draft", page.journey.code)
        if saved is not None:
            messages.success(request, "Saved.")
            where = part_page.anchor(page)
            return to(request, "journey_draft", saved.code, at=where)
        page = part_page.again(page)
    context = part_page.context(page, found)
    return render(request, FORM, {**context, "is_refused": True, "is_changed": True})


@require_POST
@needs(Permission.NURTURE)
def removal(request: HttpUserRequest, code: str, place: str) -> HttpResponse:
    """Take a step out, and all that stands on its ways; it can be undone."""
    journey, at = journey_or_404(request.user, code), place_or_404(place)
    return _shifted(request, journey, at, lambda value: steps.removed(value, at), "Removed.")


@require_POST
@needs(Permission.NURTURE)
def move(request: HttpUserRequest, code: str, place: str) -> HttpResponse:
    """Move a step up, down, or to another place."""
    journey, at = journey_or_404(request.user, code), place_or_404(place)
    wanted = request.POST.get("to", "")

    def moved(value: dict[str, object]) -> dict[str, object]:
        ends = {"up": steps.above, "down": steps.below}
        goal = ends[wanted](value, at) if wanted in ends else place_or_404(wanted)
        if goal is None:
            raise LookupError(at)
        return steps.moved(value, at, goal)

    return _shifted(request, journey, at, moved, "")


def _shifted(
    request: HttpUserRequest, journey: Journey, place: steps.Place,
    change: Callable[[dict[str, object]], dict[str, object]], said: str,
) -> HttpResponse:  # fmt: skip
    """Change the order of steps, if the one that was meant still stands there."""
    own = ""
    try:
        value = steps.with_ids(editing.value_of(journey.draft))
        part = editing.value_of(journey.draft)
        if showing.digest(steps.step_at(part, place)) != request.POST.get("was", ""):
            raise Overtaken(journey)
        own = steps.ids_of(value)[place]
        text = editing.changed_text(journey.draft, change(value))
        part_page.store(journey, text, request.session, by=request.user, at=clock.now())
    except Overtaken as overtaken:
        messages.error(request, f"{overtaken} Nothing was changed; look again.")
    except (AgreementError, Refused) as refusal:
        messages.error(request, str(refusal))
    except LookupError:
        messages.error(request, "It cannot go there.")
    else:
        if said:
            messages.success(request, f"{said} Undo brings it back.")
    return to(request, "journey_draft", journey.code, at="steps" if said else f"step-{own}")


@require_POST
@needs(Permission.NURTURE)
def undo(request: HttpUserRequest, code: str) -> HttpResponse:
    """Go back to what the draft said before the last change."""
    journey = journey_or_404(request.user, code)
    before = undoing.last(request.session, journey)
    if before is None:
        messages.error(request, "There is nothing to undo, or somebody else has saved since.")
        return to(request, "journey_draft", code)
    try:
        saved = part_page.write(journey, before, by=request.user, at=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        undoing.gone_back(request.session, saved)
        messages.success(request, "Undone.")
    return to(request, "journey_draft", code)


@require_http_methods(["GET", "POST"])
@needs(Permission.NURTURE)
def text(request: HttpUserRequest, code: str) -> HttpResponse:
    """The draft as YAML, checked and drawn while it is typed."""
    journey = journey_or_404(request.user, code)
    if request.method != "POST":
        return render(request, "nurture/text.html", text_context(journey, journey.draft))
    typed = request.POST.get("text", "").replace("\r\n", "\n")
    context = text_context(journey, typed, seen=request.POST.get("seen", ""))
    if request.POST.get("deed") == "check":
        return render(request, "nurture/_text_checked.html", context)
    if not context["is_overtaken"] and not context["is_unreadable"]:
        try:
            part_page.store(journey, typed, request.session, by=request.user, at=clock.now())
        except Overtaken:
            context = text_context(journey, typed, seen="0")
        except Refused as refusal:
            context["refusal"] = refusal
        else:
            messages.success(request, "Saved.")
            return to(request, "journey_draft", code)
    return render(request, "nurture/text.html", {**context, "is_refused": True})


@require_GET
@needs(Permission.NURTURE)
def suggestions(request: HttpUserRequest) -> HttpResponse:
    """What occurs here and fits what was typed into a condition, as the entries of a list."""
    agreed = published()
    lists = list(agreed.document.lists) if agreed else []
    rows = suggesting.fitting(lists, request.GET)
    return render(request, "agreement/rows/_suggestions.html", {"rows": rows})
