"""A request for a tracked link or picture becomes a row, at once; what it means is judged later."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest

from handraise.leads.bulk import execute
from handraise.responses.decide import Deed

AGENT_CHARS = 512
AN_HOUR = timedelta(hours=1)
MOST_AN_HOUR = 20  # requests of one link that are kept: more say nothing new, and fill the disk

# Nothing of a send that is not there, and nothing more of what was asked for again and again.
_NOTE = """
    INSERT INTO responses_hit
        (send_id, deed, place, at, origin, agent, is_head, is_prefetch, reasons, why)
    SELECT id, %(deed)s, %(place)s, %(at)s, %(origin)s, %(agent)s, %(is_head)s, %(is_prefetch)s,
        '{}', ''
    FROM sends_send WHERE id = %(send)s AND (
        SELECT count(*) FROM responses_hit
        WHERE send_id = %(send)s AND at > %(since)s AND deed = %(deed)s AND place = %(place)s
            AND is_head = %(is_head)s
    ) < %(most)s
"""


@dataclass(frozen=True, slots=True)
class Asking:
    """What a request says of who asks."""

    origin: str
    agent: str
    is_head: bool
    is_prefetch: bool


def asking(request: HttpRequest, *, at: datetime) -> Asking:
    """The request, without the address it came from."""
    agent = request.headers.get("User-Agent", "").replace("\0", "")
    purpose = " ".join(request.headers.get(name, "") for name in _PURPOSES).lower()
    return Asking(
        origin=origin_of(address_of(request), at=at),
        agent=agent.encode("utf-8", "replace").decode()[:AGENT_CHARS],
        is_head=request.method == "HEAD",
        is_prefetch="prefetch" in purpose or "preview" in purpose,
    )


_PURPOSES = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def address_of(request: HttpRequest) -> str:
    """The client's address: behind trusted proxies, what the outermost of them saw."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    told = request.headers.get("X-Forwarded-For", "").split(",")
    if proxies and len(told) >= proxies:
        return told[-proxies].strip()
    return str(request.META.get("REMOTE_ADDR") or "")


def origin_of(address: str, *, at: datetime) -> str:
    """A hash of the address under a key of this day: equal only for requests of one day, and of no
    use to anybody who does not have the installation's secret."""
    key = sha256(f"handraise.responses.origin:{at:%Y-%m-%d}:{settings.SECRET_KEY}".encode())
    return hmac.digest(key.digest(), address.encode("utf-8", "replace"), "sha256").hex()[:32]


def note(send_id: int, deed: Deed, place: int, asked: Asking, *, at: datetime) -> bool:
    """Write the request down; false when there is no such send, or it was asked for too often."""
    told = {
        "send": send_id, "deed": deed.value, "place": place, "at": at, "origin": asked.origin,
        "agent": asked.agent, "is_head": asked.is_head, "is_prefetch": asked.is_prefetch,
        "since": at - AN_HOUR, "most": MOST_AN_HOUR,
    }  # fmt: skip
    return bool(execute(_NOTE, told))
