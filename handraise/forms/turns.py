"""How often one place may post: counted in the database, so that every process counts alike."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

from handraise.forms.decide import MOST_A_WINDOW, WINDOW, window_of
from handraise.forms.models import Turn
from handraise.leads.bulk import execute, rows_of

KEPT = timedelta(days=1)

_TAKE = """
    INSERT INTO forms_turn (form_id, place, since, count) VALUES (%s, %s, %s, 1)
    ON CONFLICT (form_id, place, since) DO UPDATE SET count = forms_turn.count + 1
    RETURNING count
"""
_SHOW = """
    INSERT INTO forms_shown (form_id, "on", page, count) VALUES (%s, %s, %s, 1)
    ON CONFLICT (form_id, "on", page) DO UPDATE SET count = forms_shown.count + 1
"""
MOST_PAGES = 300  # of one form and day that are told apart: nobody fills the table with names
_HAS_ROOM = """
    SELECT count(*) < %s OR bool_or(page = %s) FROM forms_shown WHERE form_id = %s AND "on" = %s
"""


def take(form_id: int, place: str, *, at: datetime) -> bool:
    """Count one post from there; False when it was one too many."""
    ((count,),) = rows_of(_TAKE, [form_id, place, window_of(at, WINDOW)])
    return bool(count <= MOST_A_WINDOW)


def note_shown(form_id: int, page: str, *, at: datetime) -> None:
    """Count that the form was shown there."""
    on = at.date()
    ((has_room,),) = rows_of(_HAS_ROOM, [MOST_PAGES, page, form_id, on])
    execute(_SHOW, [form_id, on, page if has_room else "elsewhere"])


def forget_old(*, at: datetime) -> int:
    """Remove what counts no more."""
    return Turn.objects.filter(since__lt=at - KEPT).delete()[0]


def place_of(request: HttpRequest) -> str:
    """A digest of the network address a request came from: enough to count by, and no address.

    Of an IPv6 address the part that a household or firm is given, since its rest changes at will.
    """
    host = _address(request)
    try:
        found = ip_address(host)
        if isinstance(found, IPv6Address):
            host = str(ip_network(f"{found}/64", strict=False))
    except ValueError:
        host = "unknown"
    return hmac.new(settings.SECRET_KEY.encode(), f"forms:{host}".encode(), sha256).hexdigest()[:32]


def _address(request: HttpRequest) -> str:
    """Behind proxies the entry that the outermost trusted one wrote; what stands before it anybody
    may have written."""
    count = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    passed = request.headers.get("X-Forwarded-For", "").split(",")
    if count and len(passed) >= count:
        return passed[-count].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
