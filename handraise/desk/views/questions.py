"""Questions about handovers, and contests of rejections: the page of both, and what is posted."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from handraise.desk.asked import board_for
from handraise.desk.contested import cases_for
from handraise.desk.doors import found, number_in
from handraise.desk.queue import open_handover
from handraise.desk.views.inbox import to_inbox
from handraise.handover import asking, contesting
from handraise.handover.contests import contest_visible_to
from handraise.handover.models import Handover, Rejection
from handraise.handover.questions import asked_side, people_asked, question_visible_to
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission


@needs(Permission.SEE)
def questions(request: HttpUserRequest) -> HttpResponse:
    """What waits for an answer or a ruling, the oldest first, and what came lately."""
    at = clock.now()
    contested, ruled = cases_for(request.user, at=at)
    context = {"board": board_for(request.user, at=at), "contested": contested, "ruled": ruled}
    return render(request, "desk/questions.html", context)


@require_POST
@needs(Permission.TAKE)
def handover_questions(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Ask the side that made this handover."""
    shown = open_handover(request.user, pk)
    whom = request.POST.get("asked_of", "")
    side = people_asked(asked_side(shown))
    asked_of = found(lambda: side.get(pk=number_in(whom))) if whom else None
    _do(
        request,
        lambda: asking.ask(
            shown,
            text=request.POST.get("text", ""),
            asked_of=asked_of,
            by=request.user,
            at=clock.now(),
            via=Via.WEB,
        ),
        "Asked. The answer appears beside the brief.",
    )
    return to_inbox(request, pk) if request.htmx else redirect("handover", pk)


@require_POST
@needs(Permission.EDIT_LEADS)
def answer(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Answer a question."""
    question = found(lambda: question_visible_to(request.user, pk))
    text = request.POST.get("text", "")
    _do(
        request,
        lambda: asking.answer(question, text=text, by=request.user, at=clock.now(), via=Via.WEB),
        "Answered.",
    )
    return _back(request, question.handover)


@require_POST
@needs(Permission.TAKE)
def taking_back(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Ask no more."""
    question = found(lambda: question_visible_to(request.user, pk))
    _do(
        request,
        lambda: asking.take_back(question, by=request.user, at=clock.now(), via=Via.WEB),
        "Taken back.",
    )
    return _back(request, question.handover)


@require_POST
@needs(Permission.EDIT_LEADS)
def contest(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Hold that the rejection of this handover is wrong."""
    shown = open_handover(request.user, pk)
    rejection = Rejection.objects.filter(handover=shown).first()
    if rejection is None:
        messages.error(request, "This handover was not rejected.")
        return redirect("handover", pk)
    _do(
        request,
        lambda: contesting.contest(
            rejection,
            said=request.POST.get("said", ""),
            evidence=[number_in(one) for one in request.POST.getlist("evidence")],
            by=request.user,
            at=clock.now(),
            via=Via.WEB,
        ),
        "Contested. A third person rules.",
    )
    return redirect("handover", pk)


@require_POST
@needs(Permission.OVERRIDE)
def ruling(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Rule on a contest."""
    contested = found(lambda: contest_visible_to(request.user, pk))
    if request.POST.get("upheld") not in {"yes", "no"}:
        messages.error(request, "Please say whether the rejection stands.")
        return _back(request, contested.rejection.handover)
    _do(
        request,
        lambda: contesting.rule(
            contested,
            is_upheld=request.POST["upheld"] == "yes",
            ruling=request.POST.get("ruling", ""),
            by=request.user,
            at=clock.now(),
            via=Via.WEB,
        ),
        "Ruled. Both sides see it.",
    )
    return _back(request, contested.rejection.handover)


def _do(request: HttpUserRequest, verb: Callable[[], object], said: str) -> None:
    """Do it, and say so or say why not."""
    try:
        verb()
    except ValueError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)


def _back(request: HttpUserRequest, handover: Handover) -> HttpResponse:
    """To the page it was done on: that of all questions, of the lead, or of the handover."""
    match request.POST.get("back"):
        case "lead":
            return redirect("lead", handover.lead.canonical_id)
        case "handover":
            return redirect("handover", handover.pk)
        case _:
            return redirect("questions")
