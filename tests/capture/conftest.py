"""A real server on 127.0.0.1, over the database of this test run."""

from __future__ import annotations

import base64
import gzip
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection

from handraise.capture import keys
from handraise.capture.models import WriteKey
from handraise.leads.decide import SourceKind
from tests.personas import NOON


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url() -> str:
    """The address of the test database, for a process beside this one."""
    told = connection.settings_dict
    user = quote(told["USER"]) + (f":{quote(told['PASSWORD'])}" if told["PASSWORD"] else "")
    if told["HOST"].startswith("/"):
        return f"postgresql://{user}@/{told['NAME']}?host={told['HOST']}"
    return f"postgresql://{user}@{told['HOST']}:{told['PORT'] or 5432}/{told['NAME']}"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Server:
    """A running tracking API. `key` is the plain text of a live write key."""

    port: int
    process: subprocess.Popen[bytes]
    key: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def post(
        self, path: str, body: object, *, key: str | None = None, packed: bool = False,
        headers: dict[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        """POST JSON (or the given bytes) as a client with a write key does."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        if packed:
            data, sent["Content-Encoding"] = gzip.compress(data), "gzip"
        if key != "":
            told = base64.b64encode(f"{key or self.key}:".encode()).decode()
            sent["Authorization"] = f"Basic {told}"
        return self.call("POST", path, data, sent)

    def call(
        self, method: str, path: str, data: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:  # fmt: skip
        request = urllib.request.Request(self.url + path, data, headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return Answer(answer.status, dict(answer.headers.items()), answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, dict(error.headers.items()), error.read())


def start(url: str, port: int) -> subprocess.Popen[bytes]:
    """The server as it is run in earnest; returns when it answers."""
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--port", str(port),
               "--loop", "uvloop", "--log-level", "warning", "config.asgi:application"]  # fmt: skip
    environment = {**os.environ, "HANDRAISE_DATABASE_URL": url}
    process = subprocess.Popen(command, env=environment)
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return process
        except OSError:
            if time.monotonic() > deadline or process.poll() is not None:
                process.kill()
                raise
            time.sleep(0.05)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


@pytest.fixture(scope="session")
def tracking_api(django_db_setup: None, django_db_blocker: Any) -> Iterator[Server]:
    """One server for all tests of the run; `server` empties the tables behind it."""
    with django_db_blocker.unblock():
        url = database_url()
    port = free_port()
    process = start(url, port)
    yield Server(port, process)
    stop(process)


@pytest.fixture
def server(tracking_api: Server, transactional_db: None) -> Server:
    """The tracking API with a fresh write key over empty tables."""
    _, tracking_api.key = keys.create_key(kind=SourceKind.API, name="Website", by=None, at=NOON)
    return tracking_api


@pytest.fixture
def write_key(server: Server) -> WriteKey:
    return WriteKey.objects.get()


def connected() -> psycopg.Connection[Any]:
    """A connection of our own, to look at what the server has committed."""
    return psycopg.connect(database_url(), autocommit=True)
