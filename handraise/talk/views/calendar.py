"""The calendar of whoever's token it is. Open to programs: no sign-in but the token."""

from __future__ import annotations

from hashlib import sha256

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from handraise.kit import clock
from handraise.talk.calendars import calendar_of
from handraise.talk.feeds import person_of

A_MINUTE = 60
MOST_A_MINUTE = 30  # calendars ask every few minutes at most


@login_not_required
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """The file; 304 for a program that has it already, 429 for one that asks without pause."""
    person = person_of(token)
    if person is None:
        raise Http404
    if _asks_too_often(person.pk):
        return HttpResponse(status=429, headers={"Retry-After": str(A_MINUTE)})
    made = calendar_of(person, at=clock.now(), as_todos=request.GET.get("as") == "todos")
    etag = f'"{sha256(made).hexdigest()[:32]}"'
    answer = HttpResponse(
        made,
        content_type="text/calendar; charset=utf-8",
        headers={"ETag": etag, "Content-Disposition": 'inline; filename="handraise.ics"'},
    )
    return get_conditional_response(request, etag=etag, response=answer) or answer


def _asks_too_often(person: int) -> bool:
    key = f"talk.calendar.{person}"
    cache.add(key, 0, A_MINUTE)
    try:
        return bool(cache.incr(key) > MOST_A_MINUTE)
    except ValueError:  # the minute ended in between
        return False
