"""All sends: what waits, what left, what did not and why."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from handraise.desk.paging import Order, page_of
from handraise.sends.decide import State
from handraise.sends.queries import sends_visible_to
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission

_ORDER = Order("id", True, int)


@require_safe
@needs(Permission.SEE)
def sends(request: HttpUserRequest) -> HttpResponse:
    """The newest first; of one state, if asked."""
    asked = request.GET.get("state", "")
    state = State(asked) if asked in set(State) else None
    rows = sends_visible_to(request.user)
    if state is not None:
        rows = rows.filter(state=state)
    page = page_of(
        rows, _ORDER, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    context = {"page": page, "states": list(State), "state": state}
    return render(request, "desk/sends.html", context)
