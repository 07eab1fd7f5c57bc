"""The public page of leaving (RFC 8058): a POST leaves, whoever sends it; nothing else does."""

from __future__ import annotations

from urllib.parse import parse_qsl

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.sends.unsubscribing import mail_of, unsubscribe

PAIR = ("List-Unsubscribe", "One-Click")
MOST_FIELDS = 20  # of a body; one is needed


@csrf_exempt  # mail programs post without cookies, and whoever has the link may leave
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscription(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button and leaves nothing; POST with the pair leaves, and says so."""
    mail = mail_of(token)
    if mail is None:
        return _answer(request, "consent/no_link.html", 404)
    if request.method != "POST":
        return _answer(request, "sends/unsubscribe.html", 200, mail=mail)
    if not _is_one_click(request):
        return _answer(request, "sends/unsubscribe.html", 400, mail=mail)
    unsubscribe(mail, at=clock.now(), via=Via.WEB)
    return _answer(request, "sends/unsubscribed.html", 200, mail=mail)


def _is_one_click(request: HttpRequest) -> bool:
    """Whether the body has the pair, in either of the forms that mail programs send."""
    if request.content_type == "multipart/form-data":
        return request.POST.get(PAIR[0], "").strip() == PAIR[1]
    try:
        given = parse_qsl(request.body.decode("ascii", "replace"), max_num_fields=MOST_FIELDS)
    except ValueError:
        return False
    return any((name, value.strip()) == PAIR for name, value in given)


def _answer(request: HttpRequest, template: str, status: int, **context: object) -> HttpResponse:
    answer = render(request, template, context, status=status)
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
