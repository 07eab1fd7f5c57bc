"""Claim, hand on, pass on, undo, and log a touch: what else people do with an offer."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from handraise.desk.doors import found, lead_or_404, number_in
from handraise.desk.queue import open_handover
from handraise.desk.views.inbox import to_inbox
from handraise.handover import actions
from handraise.kit import clock
from handraise.leads.actions import log_activity
from handraise.leads.decide import TOUCHES, Via
from handraise.talk.models import Note
from handraise.talk.noting import write_note
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import working_people


@require_POST
@needs(Permission.TAKE)
def claiming(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Take an offer out of the team's queue."""
    shown = open_handover(request.user, pk)
    is_mine = _done(
        request,
        lambda: actions.claim(shown, by=request.user, at=clock.now(), via=Via.WEB),
        f"{shown.lead} is yours to answer.",
    )
    return to_inbox(request, pk if is_mine else None)


@require_POST
@needs(Permission.TAKE)
def handing_on(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Give an open offer to a colleague, who gets a clock of their own."""
    shown, to = open_handover(request.user, pk), _person(request.POST.get("to", ""))
    if to is None:
        messages.error(request, "Choose a colleague.")
        return to_inbox(request, pk)
    is_done = _done(
        request,
        lambda: actions.hand_on(
            shown, to=to, why=request.POST.get("why", ""), by=request.user, at=clock.now(),
            via=Via.WEB,
        ),
        f"{shown.lead} is with {to} now.",
    )  # fmt: skip
    return to_inbox(request, None if is_done else pk)


@require_POST
@needs(Permission.TAKE)
def taking_back(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Undo one's own answer of a moment ago."""
    shown = open_handover(request.user, pk)
    is_done = _done(
        request,
        lambda: actions.undo(shown, by=request.user, at=clock.now(), via=Via.WEB),
        f"{shown.lead} waits for your answer again.",
    )
    return to_inbox(request, pk if is_done else None)


@require_POST
@needs(Permission.EDIT_LEADS)
def touch(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Log a call, a meeting or a mail of one's own, without leaving the inbox."""
    shown, name, at = open_handover(request.user, pk), request.POST.get("name", ""), clock.now()
    note = request.POST.get("note", "").strip()
    if name not in TOUCHES or len(note) > 4000 or "\x00" in note:
        messages.error(request, "Say whether you called, wrote or met, with a note if you like.")
        return to_inbox(request, pk)
    _done(
        request,
        lambda: log_activity(
            shown.lead.canonical, name=name, properties={"note": note} if note else {},
            occurred_at=at, by=request.user, at=at, via=Via.WEB,
        ),
        f"Logged: {TOUCHES[name].lower()}.",
    )  # fmt: skip
    return to_inbox(request, pk)


@require_POST
@needs(Permission.EDIT_LEADS)
def noting(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Write a note on the lead, without leaving the inbox."""
    shown, text = open_handover(request.user, pk), request.POST.get("text", "")
    try:
        note = write_note(
            shown.lead.canonical, text, by=request.user, at=clock.now(), via=Via.WEB
        )  # fmt: skip
    except ValueError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _told(note))
    return to_inbox(request, pk)


def _told(note: Note) -> str:
    """That it is written down, and who was told: an @ that names nobody tells nobody."""
    named = dict.fromkeys(
        note.mentions.order_by("start").values_list("person__name", flat=True)
    )  # fmt: skip
    if named:
        return f"Written down, and told to {', '.join(named)}."
    return "Written down. The @ in it names nobody." if "@" in note.text else "Written down."


@require_POST
@needs(Permission.QUALIFY)
def passing_on(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Pass an SAL on to who decides on SQL."""
    lead, given = lead_or_404(request.user, pk), request.POST
    to = _person(given.get("to", ""))
    try:
        made = actions.pass_on(
            lead, to=to, note=given.get("note", ""), override=given.get("override", ""),
            by=request.user, at=clock.now(), via=Via.WEB,
        )  # fmt: skip
    except ValueError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Passed on to {made.whose}.")
    return redirect("lead", lead.pk)


def _person(text: str) -> User | None:
    return found(lambda: working_people().get(pk=number_in(text))) if text else None


def _done(request: HttpUserRequest, verb: Callable[[], object], said: str) -> bool:
    """Do it and say so, or say why not; whether it was done."""
    try:
        verb()
    except ValueError as refused:
        messages.error(request, str(refused))
        return False
    messages.success(request, said)
    return True
