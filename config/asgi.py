"""The web: capture's thin endpoints beside Django, in one ASGI application."""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable, MutableMapping
from threading import Event, Thread
from typing import Any

from django.core.asgi import get_asgi_application

from config import family
from config.bodies import bounded

LOOKS = 5.0  # seconds between looks at which version is in force
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if server := os.environ.get(family.PARENT_OF_WEB):
    # A web worker whose server was killed would go on taking connections at the same port.
    family.end_with_parent(signal.SIGKILL, int(server))

pages = bounded(get_asgi_application())  # type: ignore[arg-type]

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
        await pages(scope, receive, send)


def is_capture(path: str) -> bool:
    return path == "/v1" or path.startswith("/v1/")


class Preparing:
    """Compiles what is in force, also once another version is, so that no visitor waits for it."""

    def __init__(self) -> None:
        self.prepared: int | None = None

    def prepare(self) -> None:
        """Compile the version in force unless that was done. Without a database, another time."""
        try:
            agreed = published()
            if agreed is not None and agreed.number != self.prepared:
                prepare(agreed.document)
                self.prepared = agreed.number
        except DatabaseError:
            pass
        finally:
            connection.close()

    def go_on(self, stop: Event) -> None:
        while True:
            self.prepare()
            if stop.wait(LOOKS):
                return


async def _live(receive: Receive, send: Send) -> None:
    stop = Event()
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            Thread(target=Preparing().go_on, args=(stop,), daemon=True).start()
            await send({"type": "lifespan.startup.complete"})
        else:
            stop.set()
            await accept.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
