"""Providers of mail by one URL, played by a web server of this machine; and what they tell back."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client

from handraise.consent.models import Suppression
from handraise.messaging.models import MessageVersion
from handraise.sends.decide import Refused, State
from handraise.sends.models import Send
from handraise.sends.providers import read_provider
from handraise.sends.sending import send_due
from tests.personas import NOON
from tests.sends.conftest import people, send
from tests.world import kinds, said

pytestmark = pytest.mark.django_db

URLS = {
    "mailgun": "mailgun://key-1@mg.handraise.example?signing=sign&api=",
    "postmark": "postmark://Token-1?api=",
    "brevo": "brevo://Key-1?api=",
}
TAKEN: dict[str, Any] = {
    "mailgun": {"id": "<1@mg.handraise.example>", "message": "Queued."},
    "postmark": {"ErrorCode": 0, "Message": "OK", "MessageID": "1", "To": "",
                 "SubmittedAt": "2026-03-04T12:00:00Z"},
    "brevo": {"messageId": "<1@brevo.example>"},
}  # fmt: skip


@dataclass
class Played:
    """What a provider was sent, and how it answers."""

    url: str = ""
    status: int = 200
    answer: Any = field(default_factory=dict)
    hangs_up: bool = False
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def played() -> Iterator[Played]:
    made = Played()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.calls.append((self.path, dict(self.headers), body))
            if made.hangs_up:
                self.connection.close()
                return
            said = json.dumps(made.answer).encode()
            self.send_response(made.status)
            self.send_header("Content-Length", str(len(said)))
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: Any) -> None:
            return

        def finish(self) -> None:
            if not made.hangs_up:
                super().finish()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    made.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def by(settings: Any, played: Played) -> Any:
    settings.MAIL_FROM = "News <news@handraise.example>"
    settings.ADDRESS = "https://handraise.example"
    settings.MAIL_CONNECTIONS = 1

    def named(name: str) -> None:
        settings.MAIL_URL, played.answer = URLS[name] + played.url, TAKEN[name]

    return named


@pytest.mark.parametrize("name", list(URLS))
def test_a_provider_takes_it(by: Any, played: Played, asked: MessageVersion, name: str) -> None:
    by(name)
    (lead,) = people(1)
    played.answer["To"] = lead.email
    row = send(asked, lead)

    assert send_due(at=NOON) == 1

    row.refresh_from_db()
    assert (row.state, row.why) == (State.SENT, "")
    (_, headers, body) = played.calls[0]
    assert (
        "ey-1" in str(headers)
        or "Token-1" in str(headers)
        or b64encode(b"api:key-1").decode() in str(headers)
    )
    for part in (lead.email, "news@handraise.example", "Your guide", "Good morning", str(row.pk)):
        assert part.encode() in body.replace(b"%40", b"@").replace(b"+", b" ")


ANSWERS = [(400, State.FAILED), (429, State.WAITING), (401, State.WAITING), (500, State.UNCLEAR)]


@pytest.mark.parametrize(("status", "state"), ANSWERS)
def test_what_a_provider_says_decides(
    by: Any, played: Played, asked: MessageVersion, status: int, state: State
) -> None:
    by("brevo")
    played.status = status
    row = send(asked, *people(1))

    send_due(at=NOON)

    row.refresh_from_db()
    assert row.state == state


def test_a_provider_that_hangs_up_leaves_it_unclear(
    by: Any, played: Played, asked: MessageVersion
) -> None:
    by("postmark")
    played.hangs_up = True
    row = send(asked, *people(1))

    send_due(at=NOON)

    row.refresh_from_db()
    assert row.state == State.UNCLEAR
    assert len(played.calls) == 1


def test_a_provider_that_is_not_there_is_asked_later(
    by: Any, settings: Any, asked: MessageVersion
) -> None:
    by("postmark")
    settings.MAIL_URL = "postmark://Token-1?api=http://127.0.0.1:1/"
    row = send(asked, *people(1))

    send_due(at=NOON)

    row.refresh_from_db()
    assert row.state == State.WAITING


@pytest.mark.parametrize("url", ["pigeon://x", "mailgun://key", "mailjet://key", "postmark://"])
def test_a_url_that_names_no_provider_is_refused(url: str) -> None:
    with pytest.raises(Refused) as refused:
        read_provider(url)
    assert "key" not in str(refused.value).replace("lacks a key", "")


def hook(body: Any, *, secret: str = "hook:secret") -> Any:
    told = f"Basic {b64encode(secret.encode()).decode()}" if secret else ""
    return Client().post(
        "/hooks/mail/", json.dumps(body), content_type="application/json", HTTP_AUTHORIZATION=told
    )


def bounce(row: Send, kind: str = "HardBounce") -> dict[str, Any]:
    """What Postmark tells of a bounce."""
    return {
        "RecordType": "Bounce", "ID": 1, "Type": kind, "TypeCode": 1, "Email": row.address,
        "Description": "The mailbox does not exist.", "Details": "550 5.1.1 Unknown\x00 user",
        "BouncedAt": "2026-03-04T12:00:00Z", "MessageID": "1", "Metadata": {"send": str(row.pk)},
    }  # fmt: skip


@pytest.fixture
def sent(by: Any, settings: Any, asked: MessageVersion) -> Send:
    by("postmark")
    settings.MAIL_HOOK_SECRET = "hook:secret"
    row = send(asked, *people(1))
    Send.objects.update(state=State.SENT, sent_at=NOON, address=row.lead.email)
    row.refresh_from_db()
    return row


def test_an_address_that_bounced_is_not_written_to_again(sent: Send) -> None:
    assert hook(bounce(sent)).status_code == 200
    assert hook(bounce(sent)).status_code == 200

    assert Suppression.objects.get().value == sent.address
    assert kinds(sent.lead).count("sends.bounced") == 1
    assert "came back" in said(sent.lead, "sends.bounced")[0]


def test_who_complains_is_not_written_to_again(sent: Send) -> None:
    hook(bounce(sent, "SpamComplaint") | {"RecordType": "SpamComplaint"})

    assert Suppression.objects.get().kind == "complaint"
    assert "sends.complained" in kinds(sent.lead)


def test_a_full_mailbox_may_be_written_to_again(sent: Send) -> None:
    assert hook(bounce(sent, "SoftBounce")).status_code == 200
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("secret", ["", "hook:guess"])
def test_a_stranger_tells_nothing(sent: Send, secret: str) -> None:
    assert hook(bounce(sent), secret=secret).status_code == 400
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("body", [[], {}, {"RecordType": "Bounce"}, {"RecordType": 7}, "x"])
def test_what_cannot_be_read_is_said_so(sent: Send, body: Any) -> None:
    assert hook(body).status_code in {200, 400}
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 30, "987654321", "²"])
def test_a_send_that_is_none_of_ours_is_passed_over(sent: Send, number: str) -> None:
    assert hook(bounce(sent) | {"Metadata": {"send": number}}).status_code == 200
    assert not Suppression.objects.exists()


def test_without_a_secret_there_is_no_such_address(sent: Send, settings: Any) -> None:
    settings.MAIL_HOOK_SECRET = ""
    assert hook(bounce(sent)).status_code == 404
