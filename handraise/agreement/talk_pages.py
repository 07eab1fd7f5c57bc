"""Pages: what people say about the signals of a version."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from handraise.agreement import discussing, queries
from handraise.agreement.actions import Refused
from handraise.agreement.models import Thread, Version
from handraise.kit import clock
from handraise.kit.fold import fold
from handraise.leads.decide import Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may


@require_http_methods(["GET", "POST"])
@needs(Permission.SEE)
def talk(request: HttpUserRequest, number: int) -> HttpResponse:
    """Everything said about a version, or about one of its signals (`?signal=`)."""
    try:
        version = queries.version_visible_to(request.user, number)
    except Version.DoesNotExist:
        raise Http404(f"There is no version {number} of the agreement.") from None
    if request.method == "POST":
        return _begun(request, version)
    signal = request.GET.get("signal", "")
    threads = list(queries.threads_visible_to(request.user, number))
    names = queries.signal_names(version)
    shown = [thread for thread in threads if not signal or fold(thread.signal) == fold(signal)]
    context = {
        "version": version,
        "signal": signal,
        "names": names,
        "threads": shown,
        "elsewhere": len(threads) - len(shown),
        "may_talk": may(request.user, Permission.PROPOSE),
    }
    return render(request, "agreement/talk.html", context)


def _begun(request: HttpUserRequest, version: Version) -> HttpResponse:
    signal, text = request.POST.get("signal", ""), request.POST.get("text", "")
    try:
        discussing.comment(version, signal, text, by=request.user, at=clock.now(), via=Via.WEB)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return _back(version.number, signal)


@require_POST
@needs(Permission.PROPOSE)
def answer(request: HttpUserRequest, thread_id: int) -> HttpResponse:
    """Say something in a thread."""
    thread = _thread(request.user, thread_id)
    try:
        discussing.reply(
            thread, request.POST.get("text", ""), by=request.user, at=clock.now(), via=Via.WEB
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    return _back(thread.version.number, thread.signal)


@require_POST
@needs(Permission.PROPOSE)
def resolution(request: HttpUserRequest, thread_id: int) -> HttpResponse:
    """Settle a thread."""
    return _done(request, thread_id, discussing.resolve)


@require_POST
@needs(Permission.PROPOSE)
def reopening(request: HttpUserRequest, thread_id: int) -> HttpResponse:
    """Open a settled thread again."""
    return _done(request, thread_id, discussing.reopen)


def _done(request: HttpUserRequest, thread_id: int, deed: Callable[..., object]) -> HttpResponse:
    thread = _thread(request.user, thread_id)
    deed(thread, by=request.user, at=clock.now(), via=Via.WEB)
    return _back(thread.version.number, thread.signal)


def _thread(user: User, thread_id: int) -> Thread:
    try:
        return queries.thread_visible_to(user, thread_id)
    except Thread.DoesNotExist:
        raise Http404("There is no such talk.") from None


def _back(number: int, signal: str) -> HttpResponse:
    query = f"?{urlencode({'signal': signal})}" if signal else ""
    return redirect(reverse("agreement_talk", args=[number]) + query)
