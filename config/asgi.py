"""The web: capture's thin endpoints beside Django, in one ASGI application."""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable, MutableMapping
from threading import Thread
from typing import Any

from django.core.asgi import get_asgi_application

from config import family

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if server := os.environ.get(family.PARENT_OF_WEB):
    # A web worker whose server was killed would go on taking connections at the same port.
    family.end_with_parent(signal.SIGKILL, int(server))

pages = get_asgi_application()

# Models need the apps that are now ready.
from django.db import DatabaseError, connection  # noqa: E402

from handraise.agreement.queries import published  # noqa: E402
from handraise.capture import accept  # noqa: E402
from handraise.scoring.queries import prepare  # noqa: E402


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] == "http" and is_capture(scope["path"]):
        await accept.application(scope, receive, send)
    else:
        await pages(scope, receive, send)  # type: ignore[arg-type]


def is_capture(path: str) -> bool:
    return path == "/v1" or path.startswith("/v1/")


def _prepare() -> None:
    """What the first visitor would otherwise wait for. Without a database there is no hurry."""
    try:
        if agreed := published():
            prepare(agreed.document)
    except DatabaseError:
        pass
    finally:
        connection.close()


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            Thread(target=_prepare, daemon=True).start()
            await send({"type": "lifespan.startup.complete"})
        else:
            await accept.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
