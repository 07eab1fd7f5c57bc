"""How long the body of a request to the pages may be, before anything of it is kept.

Django keeps the whole body, on the disk when it is long, before it looks at who sends it. So it is
counted here: files are for who has a session; everybody else gets room for a form.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import connection

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

SLACK = 1024 * 1024  # bytes beside the values themselves: boundaries, names
SILENT = 60.0  # seconds in which nothing of a body comes


def bounded(pages: Application, *, silent: float = SILENT) -> Application:
    """The pages, which hear no more of a body than its sender may send: 413 instead."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        body = _Body(scope, receive, silent)
        await pages(scope, body.receive, send)
        if body.is_too_long:
            await _refuse(send)

    return application


@dataclass(slots=True)
class _Body:
    """Counts what comes. To the pages, one that is too long or silent is a sender who hung up."""

    scope: Scope
    wire: Receive
    silent: float
    count: int = 0
    is_signed_in: bool = False
    is_whole: bool = False
    is_too_long: bool = False

    async def receive(self) -> Message:
        if self.is_whole:
            return await self.wire()
        try:
            async with asyncio.timeout(self.silent):
                message = await self.wire()
        except TimeoutError:
            return self._hung_up()
        self.count += len(message.get("body", b""))
        self.is_whole = not message.get("more_body", False)
        if await self._exceeds(max(self.count, self._announced())):
            self.is_too_long = True
            return self._hung_up()
        return message

    async def _exceeds(self, count: int) -> bool:
        if count <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE + SLACK:
            return False
        self.is_signed_in = self.is_signed_in or await sync_to_async(_has_session)(self.scope)
        return not self.is_signed_in or count > settings.IMPORT_LIMIT + SLACK

    def _announced(self) -> int:
        """What it says of its length; one that lies is counted."""
        told = dict(self.scope["headers"]).get(b"content-length", b"0")
        return int(told) if told.isdigit() and len(told) < 20 else 0

    def _hung_up(self) -> Message:
        self.is_whole = True
        return {"type": "http.disconnect"}


def _has_session(scope: Scope) -> bool:
    """Whether somebody is signed in there."""
    jar = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            with suppress(CookieError):
                jar.load(value.decode("latin-1"))
    found = jar.get(settings.SESSION_COOKIE_NAME)
    if found is None:
        return False
    try:
        store = import_module(settings.SESSION_ENGINE).SessionStore(found.value)
        return bool(store.get(SESSION_KEY))
    finally:
        connection.close()  # no request of Django's has begun, at whose end it would be


async def _refuse(send: Send) -> None:
    said = b"The body of this request is too long. Nothing of it was kept."
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(said)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": said})


__all__ = ["bounded"]
