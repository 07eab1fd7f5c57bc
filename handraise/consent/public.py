"""What pages have in common that strangers open from a mail: no sign-in, no cookies, no traces."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

A_MINUTE = 60
MOST_A_MINUTE = 30  # posts by one link
# The address of the page is its password: it is told to nobody, found by nobody, kept nowhere.
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "private, no-store",
}


def public_page(view: View[P]) -> View[P]:
    """Decorate a view that strangers open by a signed link.

    Posts need no token against forgery: nothing is done in the name of who is signed in, and who
    has the link may do what it does.
    """

    @wraps(view)
    def opened(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        for name, value in HEADERS.items():
            answer.headers[name] = value
        return answer

    wrapped: View[P] = login_not_required(
        csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(opened))
    )
    return wrapped


def too_often(use: str, token: str) -> bool:
    """Whether this link was posted to without pause: each post may write a row."""
    key = f"consent.{use}.{token[-43:]}"
    cache.add(key, 0, A_MINUTE)
    try:
        return bool(cache.incr(key) > MOST_A_MINUTE)
    except ValueError:  # the minute ended in between
        return False


def nothing_here(request: HttpRequest) -> HttpResponse:
    """For a link that we did not make, or that was cut off on its way."""
    return render(request, "consent/no_link.html", status=404)


def later(request: HttpRequest) -> HttpResponse:
    """For who asks without pause."""
    answer = render(request, "consent/later.html", status=429)
    answer.headers["Retry-After"] = str(A_MINUTE)
    return answer
