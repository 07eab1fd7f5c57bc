"""All sends: what waits, what left, what did not and why; and what somebody says of those."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from handraise.desk.paging import Order, page_of
from handraise.kit import clock
from handraise.leads.decide import Refused, Via
from handraise.sends.decide import State
from handraise.sends.queries import sends_visible_to
from handraise.sends.settling import say_it_arrived, send_again
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may

_ORDER = Order("id", True, int)
_SETTLED = {
    "arrived": (say_it_arrived, "It counts as sent."),
    "again": (send_again, "It is sent again, if its guards let it go."),
}


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
    context = {
        "page": page, "states": list(State), "state": state,
        "may_settle": may(request.user, Permission.NURTURE),
    }  # fmt: skip
    return render(request, "desk/sends.html", context)


@require_POST
@needs(Permission.NURTURE)
def settling(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Say that an unclear send arrived, or have it or a failed one sent again."""
    send = get_object_or_404(sends_visible_to(request.user), pk=pk)
    if request.POST.get("how") not in _SETTLED:
        return HttpResponseBadRequest("Nothing of that name can be done.")
    settle, done = _SETTLED[request.POST["how"]]
    try:
        settle(send, by=request.user, at=clock.now(), via=Via.WEB)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect(_back(request))


def _back(request: HttpUserRequest) -> str:
    """The page of the list that they came from."""
    back = request.POST.get("back", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if is_ours and back.startswith("/sends/") else "/sends/"
