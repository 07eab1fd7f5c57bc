"""News of a person: the page, the bell that counts them, and having read them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from handraise.kit import clock
from handraise.talk.actions import mark_read
from handraise.talk.decide import kind_of
from handraise.talk.queries import MOST_SHOWN, news_of, unread_count
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission


@needs(Permission.SEE)
def notifications(request: HttpUserRequest) -> HttpResponse:
    """What this person was told, by day, the newest first."""
    news = list(news_of(request.user)[:MOST_SHOWN])
    rows = [(one, kind_of(one.kind)) for one in news]
    return render(request, "talk/notifications.html", {"rows": rows})


@needs(Permission.SEE)
def bell(request: HttpUserRequest) -> HttpResponse:
    """The bell alone, for the poll: 204 while it shows what the reader sees."""
    if str(unread_count(request.user)) == request.GET.get("seen"):
        return HttpResponse(status=204)
    return render(request, "talk/_bell.html", {"is_poll": True})


@require_POST
@needs(Permission.SEE)
def reading(request: HttpUserRequest, pk: int) -> HttpResponse:
    """One was read: on to what it is about, or back to the others."""
    shown = get_object_or_404(news_of(request.user), pk=pk)
    mark_read(request.user, at=clock.now(), pk=pk)
    return redirect(shown.link) if "open" in request.POST else redirect("notifications")


@require_POST
@needs(Permission.SEE)
def reading_all(request: HttpUserRequest) -> HttpResponse:
    """All were read."""
    mark_read(request.user, at=clock.now())
    return redirect("notifications")
