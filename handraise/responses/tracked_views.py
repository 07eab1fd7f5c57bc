"""What mails ask for: tracked links and the picture of an opening. Open to everybody."""

from __future__ import annotations

from base64 import b64decode

import structlog
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.encoding import iri_to_uri
from django.views.decorators.http import require_safe

from handraise.kit import clock
from handraise.responses.decide import Deed
from handraise.responses.noting import asking, note
from handraise.sends import links, queries
from handraise.sends.links import Kind
from handraise.sends.models import Send

log = structlog.get_logger()

_GIF = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


@login_not_required
@require_safe
def click(request: HttpRequest, token: str) -> HttpResponse:
    """On to where the link leads, which is what was sent, never what the address says."""
    told = links.read(token)
    if told is None or told.kind is not Kind.CLICK:
        return _nowhere(request)
    if told.place == links.DECOY:
        _noted(request, told.send_id, Deed.DECOY, 0)
        return _nowhere(request)
    send = Send.objects.filter(pk=told.send_id).first()
    url = None if send is None else queries.target(send, told.place)
    if url is None or not url.startswith(("https://", "http://")):
        return _nowhere(request)
    _noted(request, told.send_id, Deed.CLICK, told.place)
    # Django's own redirects refuse addresses longer than some mails carry.
    return HttpResponse(status=302, headers={**_HEADERS, "Location": _one_line(url)})


@login_not_required
@require_safe
def opening(request: HttpRequest, token: str) -> HttpResponse:
    """A picture of one pixel, whatever the token is worth."""
    told = links.read(token)
    if told is not None and told.kind is Kind.OPEN:
        _noted(request, told.send_id, Deed.OPEN, 0)
    return HttpResponse(_GIF, content_type="image/gif", headers=_HEADERS)


def _noted(request: HttpRequest, send_id: int, deed: Deed, place: int) -> None:
    """Write it down. Whoever reads the mail gets on even if that fails."""
    at = clock.now()
    try:
        note(send_id, deed, place, asking(request, at=at), at=at)
    except DatabaseError as fault:
        log.warning("responses.not_noted", send=send_id, deed=deed.value, error=str(fault))


def _nowhere(request: HttpRequest) -> HttpResponse:
    answer = render(request, "responses/nowhere.html", status=404)
    for name, value in _HEADERS.items():
        answer.headers[name] = value
    return answer


def _one_line(url: str) -> str:
    """As a header can carry it."""
    return iri_to_uri("".join(url.split()))
