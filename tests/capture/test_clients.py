"""Real clients of the tracking specification, as they are published, against the real server."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import rudderstack.analytics.client
import segment.analytics.client

from handraise.capture.digest import digest_once
from handraise.capture.models import Drop, Inbox, Receipt
from handraise.flow.look import look
from handraise.kit import clock
from handraise.leads.models import Activity, Identity, Lead
from tests.capture.conftest import Server

Failures = list[Exception]


@pytest.fixture(autouse=True)
def closed_sessions() -> Iterator[None]:
    """Both clients keep one HTTP session for ever; an open socket at the end is a warning."""
    yield
    for module in (segment.analytics.request, rudderstack.analytics.request):
        module._session.close()


def segment_client(url: str, key: str, failures: Failures, **more: Any) -> Any:
    return segment.analytics.client.Client(
        key,
        host=url,
        on_error=lambda error, _: failures.append(error),
        upload_interval=0.05,
        **more,
    )


def rudder_client(url: str, key: str, failures: Failures, **more: Any) -> Any:
    return rudderstack.analytics.client.Client(
        key,
        host=url,
        on_error=lambda error, _: failures.append(error),
        upload_interval=0.05,
        **more,
    )


CLIENTS = [
    pytest.param(lambda *told: segment_client(*told), id="segment-analytics-python"),
    pytest.param(lambda *told: segment_client(*told, gzip=True), id="segment, gzip"),
    pytest.param(lambda *told: rudder_client(*told), id="rudder-sdk-python"),
]


@pytest.mark.parametrize("client", CLIENTS)
def test_every_call_of_the_client_is_taken(server: Server, client: Callable[..., Any]) -> None:
    failures: Failures = []
    caller = client(server.url, server.key, failures)

    caller.identify("ada", {"email": "Ada@Example.com", "title": "VP Operations"})
    caller.track("ada", "Demo Requested", {"plan": "Pro", "nothing": None})
    caller.page("ada", "Sales", "Pricing", {"path": "/pricing"})
    caller.screen("ada", "Sales", "Home")
    caller.group("ada", "acme", {"name": "Acme", "employees": 80})
    caller.alias("visitor-1", "ada")
    caller.track(anonymous_id="visitor-2", event="Content Downloaded")
    caller.flush()
    caller.join()
    digest_once(limit=100, at=clock.now())
    look(at=clock.now())

    assert failures == []
    assert not Drop.objects.exists()
    assert not Inbox.objects.exists()
    assert Receipt.objects.count() == 7
    assert sorted(Activity.objects.values_list("name", flat=True)) == [
        "Content Downloaded", "Demo Requested", "page", "screen",
    ]  # fmt: skip
    ada = Identity.objects.get(kind="user_id", value="ada").lead
    assert (ada.email, ada.title, ada.company and ada.company.name) == (
        "ada@example.com", "VP Operations", "Acme",
    )  # fmt: skip
    assert Lead.objects.filter(canonical=ada).exists()


@contextmanager
def unreliable(server: Server, fails: int) -> Iterator[str]:
    """A proxy that hands every call on, but answers the first ones 503: their answer was lost."""
    left = [fails]

    class Proxy(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name: value for name, value in self.headers.items() if name != "Host"}
            status, answer = server.call("POST", self.path, body, headers).status, b"{}"
            if left[0] > 0:
                left[0] -= 1
                status, answer = 503, b'{"code": "unavailable", "message": "Come again."}'
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        thread = threading.Thread(target=proxy.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{proxy.server_address[1]}"
        proxy.shutdown()
        thread.join()


@pytest.mark.parametrize("client", CLIENTS)
def test_what_a_client_sends_again_after_a_503_is_counted_once(
    server: Server, client: Callable[..., Any]
) -> None:
    failures: Failures = []
    logging.getLogger("backoff").setLevel(logging.CRITICAL)
    with unreliable(server, fails=2) as url:
        caller = client(url, server.key, failures)
        for number in range(5):
            caller.track("ada", f"Event {number}")
        caller.flush()
        caller.join()
    digest_once(limit=100, at=clock.now())

    assert failures == []
    assert Activity.objects.count() == 5
    assert not Drop.objects.exists()


def test_a_client_with_a_wrong_key_is_told_and_gives_up(server: Server) -> None:
    failures: Failures = []
    caller = segment_client(server.url, "hr_wrong", failures)
    caller.track("ada", "Event")
    caller.flush()
    caller.join()

    assert [getattr(failure, "status", None) for failure in failures] == [401]
