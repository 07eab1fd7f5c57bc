"""The tracker script as browsers get it: without comments and needless space."""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from importlib import resources

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

_COMMENT = re.compile(r"(^|\s)//.*")
_TEXT = re.compile(r'("[^"\n]*")')
_AROUND_SIGNS = re.compile(r"\s*([^\w\s$\"])\s*")
_NEEDLESS = re.compile(r"[;,](?=})")
_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=3600",
}


def squeezed(script: str) -> str:
    """The script in fewer bytes. It ends each statement with a semicolon, has texts only between
    double quotes, and no comment marks or spaces within texts' lines and patterns."""
    lines = [_COMMENT.sub("", line).strip() for line in script.splitlines()]
    parts = _TEXT.split("\n".join(filter(None, lines)))
    code = [part if part.startswith('"') else _squeezed(part) for part in parts]
    return "".join(code)


def _squeezed(code: str) -> str:
    return _NEEDLESS.sub("", _AROUND_SIGNS.sub(r"\1", code))


@cache
def served() -> tuple[bytes, str]:
    """The bytes of the script and their ETag."""
    file = resources.files("handraise.capture") / "static" / "capture" / "tracker.js"
    body = squeezed(file.read_text(encoding="utf-8")).encode()
    return body, f'"{sha256(body).hexdigest()[:32]}"'


@login_not_required
@require_safe
def tracker(request: HttpRequest) -> HttpResponse:
    """The script, for pages anywhere; kept by browsers for an hour."""
    body, etag = served()
    answer = HttpResponse(body, content_type="text/javascript; charset=utf-8", headers=_HEADERS)
    answer.headers["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=answer) or answer
