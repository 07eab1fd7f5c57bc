"""The inbox: the queue beside the brief, answered with two keys."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST

from handraise.desk.asked import talk_about
from handraise.desk.brief_page import brief_page
from handraise.desk.contested import case_of
from handraise.desk.doors import number_in
from handraise.desk.passing import colleagues_for
from handraise.desk.queue import open_handover, queue_of, tag_of
from handraise.handover import actions
from handraise.handover.mailing import mail_brief
from handraise.handover.models import Acceptance, Handover
from handraise.handover.queries import ending_of, ending_sentence, reasons_of
from handraise.handover.rating import may_rate, rate
from handraise.handover.undoing import undoable
from handraise.kit import clock
from handraise.leads.decide import TOUCHES, Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission


@needs(Permission.SEE)
def inbox(request: HttpUserRequest, pk: int | None = None) -> HttpResponse:
    """The queue, and the brief of one offer: the one asked for, else the first."""
    return _inbox(request, None if pk is None else open_handover(request.user, pk))


def _inbox(request: HttpUserRequest, chosen: Handover | None) -> HttpResponse:
    at = clock.now()
    queue = queue_of(request.user, at=at)
    shown = chosen or (queue.offers[0].handover if queue.offers else None)
    if chosen is not None:
        _receipt(request, chosen)
    context = {
        "queue": queue,
        "tag": tag_of(queue),
        "chosen": chosen,
        "shown": shown,
        "brief": brief_page(shown, request.user, at=at) if shown else None,
        "ended": ending_sentence(shown) if shown and shown.ended_at else "",
        "reasons": reasons_of(shown) if shown else (),
        "colleagues": colleagues_for(request.user, shown, at=at) if shown else [],
        "touches": TOUCHES,
        "answered": undoable(request.user, at=at),
        "talk": talk_about(request.user, shown.lead, shown, at=at) if shown else None,
    }
    return render(request, "desk/_inbox.html" if request.htmx else "desk/inbox.html", context)


@needs(Permission.SEE)
def queue(request: HttpUserRequest) -> HttpResponse:
    """The queue alone, for the poll: 204 while it looks as the reader sees it."""
    found = queue_of(request.user, at=clock.now())
    tag = tag_of(found)
    if tag == request.GET.get("tag"):
        return HttpResponse(status=204)
    chosen = number_in(request.GET.get("chosen", ""))
    context = {"queue": found, "tag": tag, "chosen_pk": chosen, "is_poll": True}
    return render(request, "desk/_queue.html", context)


@needs(Permission.SEE)
def handover(request: HttpUserRequest, pk: int) -> HttpResponse:
    """One handover as it was sent, and how it ended: to read again, or to print."""
    found = open_handover(request.user, pk)
    _receipt(request, found)
    at = clock.now()
    ending = ending_of(found)
    context = {
        "shown": found,
        "brief": brief_page(found, request.user, at=at),
        "reasons": reasons_of(found),
        "talk": talk_about(request.user, found.lead, found, at=at),
        "case": case_of(request.user, found, at=at),
        "ending": ending and getattr(found, ending.value),
        "ending_words": ending_sentence(found),
        "ratings": found.ratings.select_related("by").order_by("-at"),
        "may_rate": may_rate(request.user, found),
        "stars": STARS,
        "openings": found.openings.select_related("by").order_by("-at"),
    }
    return render(request, "desk/handover.html", context)


STARS = ("of no use", "poor", "fair", "good", "very good")  # 1 to 5, in words


@require_POST
@needs(Permission.TAKE)
def rating(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Say how good a lead was that was handed over."""
    shown = open_handover(request.user, pk)
    stars, word = number_in(request.POST.get("stars", "")), request.POST.get("word", "")
    try:
        rate(shown, stars=stars, word=word, by=request.user, at=clock.now(), via=Via.WEB)
    except ValueError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Thank you; marketing sees it.")
    return redirect("handover", shown.pk)


@require_POST
@needs(Permission.SEE)
def mailing(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Have the brief as it was sent mailed to oneself; htmx is told in place of the button."""
    shown = open_handover(request.user, pk)
    said, tell = f"The brief is on its way to {request.user.email}.", messages.success
    try:
        mail_brief(shown, by=request.user, at=clock.now(), via=Via.WEB)
    except ValueError as refused:
        said, tell = str(refused), messages.error
    if request.htmx:
        return HttpResponse(format_html('<span class="small soft" role="status">{}</span>', said))
    tell(request, said)
    return redirect("handover", shown.pk)


def _receipt(request: HttpUserRequest, shown: Handover) -> None:
    if shown.assignee_id == request.user.pk and shown.ended_at is None:
        actions.record_opening(shown, by=request.user, at=clock.now())


@require_POST
@needs(Permission.SEE)
def opening(request: HttpUserRequest, pk: int) -> HttpResponse:
    """The first brief came into view without being chosen: it was opened all the same."""
    _receipt(request, open_handover(request.user, pk))
    return HttpResponse(status=204)


@require_POST
@needs(Permission.TAKE)
def acceptance(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Sales takes the lead."""
    shown = open_handover(request.user, pk)
    try:
        taken = actions.accept(shown, by=request.user, at=clock.now(), via=Via.WEB)
    except ValueError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request,
            format_html(
                '<a class="link" href="{}">{}</a> is yours. {}',
                reverse("lead", args=[shown.lead_id]), shown.lead, _until(taken),
            ),
        )  # fmt: skip
    return to_inbox(request)


def _until(taken: Acceptance) -> str:
    if taken.touch_due_at is None:
        return "Say hello within the hour."
    return f"Say hello by {formats.date_format(localtime(taken.touch_due_at), 'j F, H:i')}."


@require_POST
@needs(Permission.TAKE)
def rejection(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Sales gives the lead back, with a reason of the agreement."""
    shown = open_handover(request.user, pk)
    reason, note = request.POST.get("reason", ""), request.POST.get("note", "")
    try:
        actions.reject(
            shown, reason=reason, note=note, by=request.user, at=clock.now(), via=Via.WEB
        )
    except ValueError as refused:
        messages.error(request, str(refused))
        return to_inbox(request, pk)
    messages.success(request, f"{shown.lead} went back: {reason}.")
    return to_inbox(request)


def to_inbox(request: HttpUserRequest, pk: int | None = None) -> HttpResponse:
    """Back to the queue; for htmx the inbox itself, with the address it now has."""
    address = reverse("inbox") if pk is None else reverse("inbox_brief", args=[pk])
    if not request.htmx:
        return redirect(address)
    answer = _inbox(request, None if pk is None else open_handover(request.user, pk))
    answer.headers["HX-Push-Url"] = address
    return answer
