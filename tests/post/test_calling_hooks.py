"""Other systems are called once, where they may be; what they answer decides what follows."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any

import pytest

from handraise.post.actions import Refused, post_hook
from handraise.post.decide import Kind, State, is_public
from handraise.post.models import Outgoing
from handraise.post.sending import send_hooks, send_mails, send_one
from tests.personas import NOON
from tests.post.conftest import System

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_home(settings: Any) -> None:
    settings.HOOKS_PRIVATE = True


def called(url: str, **asked: Any) -> Outgoing:
    """The row after one round of the worker."""
    row = post_hook(url=url, payload={"text": "Žofie took it."}, about="test", at=NOON, **asked)
    send_hooks(at=NOON)
    row.refresh_from_db()
    return row


def test_a_call_arrives_as_json(system: System, at_home: None) -> None:
    row = called(system.url + "?a=1", headers={"X-Token": "t"})

    path, headers, body = system.calls[0]
    assert (path, body) == ("/hook?a=1", {"text": "Žofie took it."})
    assert headers["X-Token"] == "t"
    assert headers["Webhook-Id"] == row.message_id
    assert row.state == State.SENT
    assert send_hooks(at=NOON) == send_mails(at=NOON) == 0


def test_the_house_itself_is_not_called_unless_it_may_be(system: System) -> None:
    row = called(system.url)

    assert row.state == State.FAILED
    assert "HANDRAISE_HOOKS_PRIVATE" in row.last_error
    assert system.calls == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_who_is_busy_is_called_later(system: System, at_home: None, status: int) -> None:
    system.status = status
    row = called(system.url)

    assert (row.state, row.due_at) == (State.WAITING, NOON + timedelta(minutes=1))


@pytest.mark.parametrize("status", [301, 302, 400, 404, 410])
def test_who_does_not_want_it_is_not_called_again(
    system: System, at_home: None, status: int
) -> None:
    system.status, system.headers = status, {"Location": system.url}
    row = called(system.url)

    assert row.state == State.FAILED
    assert len(system.calls) == 1


def test_who_hangs_up_may_have_heard_it(system: System, at_home: None) -> None:
    system.hangs_up = True

    assert called(system.url).state == State.UNCLEAR


def test_who_is_not_there_is_called_later(system: System, at_home: None) -> None:
    row = called("http://127.0.0.1:1/hook")

    assert row.state == State.WAITING
    assert row.last_error == "Nobody listens there."


def test_who_says_nothing_may_have_heard_it(system: System, at_home: None) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        row = post_hook(url=url, payload={}, about="test", at=NOON)
        send_one(Kind.HOOK, at=NOON, hook_timeout=0.1)
    row.refresh_from_db()
    assert row.state == State.UNCLEAR


@pytest.mark.parametrize(
    "url",
    [
        "ftp://acme.example/",
        "https:///hook",
        "https://user:word@acme.example/",
        "https://acme.example/\r\nX: y",
        "https://acme.example:99999/",
        "https://acme.example/a b",
        "javascript:alert(1)",
        "",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        post_hook(url=url, payload={}, about="test", at=NOON)


@pytest.mark.parametrize(
    "place",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00:ec2::254",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::",
        "ff02::1", "fec0::1", "::127.0.0.1", "::ffff:0:127.0.0.1", "192.88.99.1", "168.63.129.16",
    ],
)  # fmt: skip
def test_these_places_are_inside(place: str) -> None:
    assert not is_public(place)


@pytest.mark.parametrize("place", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34"])
def test_these_places_are_outside(place: str) -> None:
    assert is_public(place)


@pytest.mark.parametrize(
    "url", ["http://2130706433/", "http://0x7f.1/", "http://localhost/", "http://[::1]/"]
)
def test_other_ways_to_write_this_machine_are_seen_through(url: str) -> None:
    assert called(url).state == State.FAILED
