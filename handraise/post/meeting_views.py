"""Pages of meetings: a new one, one that is booked, and what came of it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.post.decide import MissedBy, Standing
from handraise.post.doors import lead_or_404, meeting_or_404
from handraise.post.forms import MeetingForm
from handraise.post.meetings import (
    Conflict,
    book_meeting,
    call_off,
    change_meeting,
    note_held,
    note_missed,
)
from handraise.post.models import Meeting
from handraise.post.queries import may_change, reach_of
from handraise.post.servers import missing
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission


@needs(Permission.EDIT_LEADS)
def new_meeting(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Book a meeting with a lead; what stands in the way is said, and nothing typed is lost."""
    lead = lead_or_404(request.user, pk)
    form = MeetingForm(request.POST or None, organiser=request.user)
    conflict = ""
    if request.method == "POST" and form.is_valid():
        conflict = _tried(
            form,
            lambda: book_meeting(
                lead, form.plan(), despite="despite" in request.POST, by=request.user,
                at=clock.now(), via=Via.WEB,
            ),
        )  # fmt: skip
        if form.is_valid() and not conflict:
            messages.success(request, "Booked. The invitation leaves in a minute.")
            return redirect(f"{reverse('lead', args=[lead.pk])}#post")
    context = {"lead": lead, "form": form, "conflict": conflict, "reach": reach_of(lead),
               "hindered": missing(request.user.team_id)}  # fmt: skip
    return render(request, "post/new_meeting.html", context)


@needs(Permission.SEE)
def meeting(request: HttpUserRequest, pk: int) -> HttpResponse:
    """One meeting; those who take part change it here."""
    shown = meeting_or_404(request.user, pk)
    at, conflict = clock.now(), ""
    form = MeetingForm(request.POST or None, organiser=shown.by, meeting=shown)
    if request.method == "POST" and form.is_valid():
        conflict = _tried(
            form,
            lambda: change_meeting(
                shown, form.plan(), despite="despite" in request.POST, by=request.user, at=at,
                via=Via.WEB,
            ),
        )  # fmt: skip
        if form.is_valid() and not conflict:
            messages.success(request, "Changed. Those who take part are told in a minute.")
            return redirect("meeting", shown.pk)
    has_begun = shown.starts_at <= at
    is_theirs = shown.standing == Standing.BOOKED and may_change(request.user, shown)
    context = {"meeting": shown, "lead": shown.lead.canonical, "form": form, "conflict": conflict,
               "may_change": is_theirs and not has_begun, "is_asked": is_theirs and has_begun,
               "hindered": missing(shown.by.team_id)}  # fmt: skip
    return render(request, "post/meeting.html", context)


def _tried(form: MeetingForm, deed: Callable[[], Meeting]) -> str:
    """Do it; what refuses it goes into the form, a conflict is given back."""
    try:
        deed()
    except Conflict as conflict:
        return str(conflict)
    except ValueError as refused:
        form.add_error(None, str(refused))
    return ""


@require_POST
@needs(Permission.EDIT_LEADS)
def meeting_calling_off(request: HttpUserRequest, pk: int) -> HttpResponse:
    """It does not take place; who was invited is told."""
    shown = meeting_or_404(request.user, pk)
    word = request.POST.get("word", "")
    try:
        call_off(shown, word=word, by=request.user, at=clock.now(), via=Via.WEB)
    except ValueError as refused:
        messages.error(request, str(refused))
        return redirect("meeting", shown.pk)
    messages.success(request, f"“{shown.subject}” is called off.")
    return redirect("lead", shown.lead.canonical_id)


@require_POST
@needs(Permission.EDIT_LEADS)
def meeting_answer(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Whether it took place: `came` is yes, them or us; back to where it was asked."""
    shown = meeting_or_404(request.user, pk)
    word, came = request.POST.get("word", ""), request.POST.get("came", "")
    try:
        if came == "yes":
            note_held(shown, word=word, by=request.user, at=clock.now(), via=Via.WEB)
            messages.success(request, "Noted: it took place.")
        elif came in set(MissedBy):
            note_missed(shown, missed_by=MissedBy(came), word=word, by=request.user,
                        at=clock.now(), via=Via.WEB)  # fmt: skip
            messages.success(request, "Noted: it did not take place.")
        else:
            messages.error(request, "Say whether it took place, or who missed it.")
    except ValueError as refused:
        messages.error(request, str(refused))
    return redirect(_back(request, shown))


def _back(request: HttpUserRequest, shown: Meeting) -> str:
    asked = request.POST.get("back", "")
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    return reverse("meeting", args=[shown.pk])
