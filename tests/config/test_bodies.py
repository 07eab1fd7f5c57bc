"""Nobody fills the disk with a body that nobody asked for."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from config.bodies import SLACK, bounded
from handraise.team.models import User
from tests.capture.conftest import Server, server, tracking_api

__all__ = ["server", "tracking_api"]
PART = b"x" * 1024 * 1024
FORM = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + SLACK


async def _keep(scope: Any, receive: Any, send: Any) -> None:
    """As Django: all of the body first, then an answer that says how long it was."""
    count = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        count += len(message.get("body", b""))
        if not message.get("more_body", False):
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(count).encode()})


def told(
    parts: int, *, size: int = 0, cookie: str = "", is_endless: bool = False
) -> tuple[int, int]:
    """The status that so many megabytes get, and how many of them were taken from the line."""
    headers = [(b"content-length", str(size).encode())] if size else []
    headers += [(b"cookie", f"theme=dark; {settings.SESSION_COOKIE_NAME}={cookie}".encode())]
    sent: list[MutableMapping[str, Any]] = []
    taken = 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 1
        if is_endless and taken > parts:
            await asyncio.sleep(60)
        return {"type": "http.request", "body": PART, "more_body": taken < parts or is_endless}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "path": "/no/such/page", "headers": headers}
    # In a thread: a browser of other tests may have left a loop running in this one.
    with ThreadPoolExecutor(1) as aside:
        aside.submit(
            lambda: asyncio.run(bounded(_keep, silent=0.05)(scope, receive, send))
        ).result()
    return (sent[0]["status"] if sent else 0), taken


def test_a_form_comes_whole() -> None:
    assert told(3) == (200, 3)


def test_of_a_longer_one_no_more_is_taken_than_a_form_may_have() -> None:
    status, taken = told(400)

    assert status == 413
    assert taken == FORM // len(PART) + 1


def test_one_that_says_so_is_refused_at_once() -> None:
    assert told(400, size=400 * len(PART)) == (413, 1)


def test_a_sender_who_falls_silent_is_not_waited_for() -> None:
    assert told(2, is_endless=True) == (0, 3)


@pytest.mark.django_db(transaction=True)
def test_files_are_for_who_is_signed_in_up_to_the_limit_of_imports(
    mark: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "IMPORT_LIMIT", 20 * len(PART))
    client = Client()
    client.force_login(mark)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value

    assert told(10, cookie=cookie) == (200, 10)
    assert told(400, cookie=cookie) == (413, 22)
    assert told(10, cookie="made-up")[0] == 413


@pytest.mark.django_db(transaction=True)
def test_the_server_answers_before_it_heard_all(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 20) as line:
        line.sendall(
            b"POST /no/such/page HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for _ in range(4):
            line.sendall(f"{len(PART):x}\r\n".encode() + PART + b"\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")
