"""A real mail server and a real web server on this machine, that answer as a test wants."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_string, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Arrived:
    mail_from: str
    to: list[str]
    message: EmailMessage
    raw: bytes


@dataclass
class Mailbox:
    """What arrived, and what the server says instead of yes. `hangs_up`: after the text."""

    arrived: list[Arrived] = field(default_factory=list)
    says: dict[str, str] = field(default_factory=dict)  # an address, MAIL or DATA -> its answer
    hangs_up: bool = False
    port: int = 0

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from, envelope.mail_options = address, options
        return self.says.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = self.says.get(address, "250 OK")
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.says:
            return self.says["DATA"]
        raw = envelope.content
        assert isinstance(raw, bytes)
        read = message_from_string(raw.decode(), policy=policy.SMTPUTF8)
        assert isinstance(read, EmailMessage)
        self.arrived.append(Arrived(envelope.mail_from or "", envelope.rcpt_tos, read, raw))
        if self.hangs_up:
            server.transport.close()
        return "250 Taken"

    def one(self) -> Arrived:
        assert len(self.arrived) == 1
        return self.arrived[0]


class Listening(Controller):
    """A server at whatever port is free; its own look whether it is up has to know which."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """A mail server that the house sends by."""
    made = Mailbox()
    running = Listening(made, hostname="127.0.0.1", port=0, enable_SMTPUTF8=True)
    running.start()
    made.port = running.port
    settings.SMTP_URL = f"smtp://127.0.0.1:{made.port}"
    settings.MAIL_FROM = "sales@handraise.example"
    yield made
    running.stop()


@dataclass
class System:
    """Another system: what it was sent, and how it answers."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    hangs_up: bool = False


@pytest.fixture
def system() -> Iterator[System]:
    """A web server on this machine that takes what it is sent."""
    made = System()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.calls.append((self.path, dict(self.headers), json.loads(body)))
            if made.hangs_up:
                self.connection.close()
                return
            self.send_response(made.status)
            for name, value in made.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            return

        def finish(self) -> None:
            if not made.hangs_up:
                super().finish()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    made.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()
