"""The address that providers of mail call: bounces and complaints."""

from __future__ import annotations

from anymail.exceptions import AnymailError
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from handraise.kit.clock import now
from handraise.sends.bounces import take_note
from handraise.sends.decide import Refused
from handraise.sends.providers import read_provider


@csrf_exempt
@login_not_required
@require_http_methods(["POST", "HEAD"])
def mail_hook(request: HttpRequest) -> HttpResponse:
    """What the provider of HANDRAISE_MAIL_URL tells. Only with the name and password of
    HANDRAISE_MAIL_HOOK_SECRET, and signed where the provider signs; without a secret there is no
    such address. Whatever else is told is answered for, so that it is not told again."""
    if not settings.MAIL_HOOK_SECRET:
        raise Http404
    try:
        hook = read_provider(settings.MAIL_URL).hook(settings.MAIL_HOOK_SECRET)
    except (Refused, AnymailError):
        raise Http404 from None
    if request.method == "HEAD":  # some providers ask so whether it is there
        return HttpResponse()
    try:
        hook.run_validators(request)
        events = hook.parse_events(request)
    except (SuspiciousOperation, AnymailError, ValueError, KeyError, TypeError):
        return HttpResponse("Not ours, or not to be read.", status=400)
    take_note(events, at=now())
    return HttpResponse()
