"""The page about messages that were not taken: why, and taking them again after a fix."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from handraise.capture.decide import Refusal
from handraise.capture.drops import counts_by_reason, drops_visible_to, replay
from handraise.kit.clock import now
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission

_AT_ONCE = 10_000
_SHOWN = 2_000  # bytes of a message on the page


@require_safe
@needs(Permission.IMPORT)
def drops(request: HttpUserRequest) -> HttpResponse:
    waiting = drops_visible_to(request.user).filter(replayed_at=None)
    reason = request.GET.get("reason", "")
    chosen = waiting.filter(reason=reason) if reason in set(Refusal) else waiting
    page = Paginator(chosen, 50).get_page(request.GET.get("page"))
    rows = [(drop, bytes(drop.body)[:_SHOWN].decode("utf-8", "replace")) for drop in page]
    context = {"page": page, "rows": rows, "reason": reason, "counts": counts_by_reason(waiting)}
    return render(request, "capture/drops.html", context)


@require_POST
@needs(Permission.IMPORT)
def drop_replays(request: HttpUserRequest) -> HttpResponse:
    """Put the ticked messages, or all of one reason, back into the inbox."""
    ticked = [
        int(text) for text in request.POST.getlist("drop") if text.isdecimal() and len(text) < 18
    ][:_AT_ONCE]
    reason = request.POST.get("all_of", "")
    if reason in set(Refusal):
        waiting = drops_visible_to(request.user).filter(replayed_at=None, reason=reason)
        ticked = list(waiting.values_list("pk", flat=True)[:_AT_ONCE])
    count = replay(ticked, by=request.user, at=now())
    if count:
        noun = "message" if count == 1 else "messages"
        messages.success(request, f"{count:,} {noun} will be tried again in a moment.")
    else:
        messages.warning(request, "Tick the messages that should be tried again.")
    return redirect("drops")
