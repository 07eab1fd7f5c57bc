"""The tracking API over HTTP: a real server, a real database, answers after the commit."""

from __future__ import annotations

import base64
import gzip
import json
import socket
import threading
import time
from typing import Any

import pytest

from handraise.capture import keys
from handraise.capture.keys import create_key
from handraise.capture.models import Drop, Inbox, WriteKey
from handraise.leads.decide import SourceKind
from tests.capture.conftest import Server, connected
from tests.personas import NOON

TRACK = {"userId": "u1", "event": "Demo Requested", "messageId": "m1"}
ALL_TAKEN = {"success": True, "refused": []}


def test_it_stores_before_it_answers(server: Server) -> None:
    answer = server.post("/v1/track", TRACK)

    with connected() as database:  # a connection that sees what is committed, and nothing else
        rows = database.execute("SELECT endpoint, body FROM capture_inbox").fetchall()
    assert (answer.status, answer.json) == (200, ALL_TAKEN)
    assert [(endpoint, json.loads(body)) for endpoint, body in rows] == [("track", TRACK)]


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [("/v1/track", "track"), ("/v1/t", "track"), ("/v1/page", "page"), ("/v1/p", "page"),
     ("/v1/identify", "identify"), ("/v1/i", "identify"), ("/v1/screen", "screen"),
     ("/v1/s", "screen"), ("/v1/group", "group"), ("/v1/g", "group"), ("/v1/alias", "alias"),
     ("/v1/a", "alias"), ("/v1/track/", "track")],
)  # fmt: skip
def test_each_kind_has_its_two_addresses(server: Server, path: str, endpoint: str) -> None:
    answer = server.post(path, {**TRACK, "groupId": "g", "previousId": "a"})

    assert answer.json == ALL_TAKEN
    assert Inbox.objects.get().endpoint == endpoint


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/b", "/v1/import"])
def test_a_batch_is_stored_as_it_came(server: Server, path: str) -> None:
    body = {"batch": [{**TRACK, "type": "track"}], "sentAt": "2026-03-04T12:00:00Z"}

    answer = server.post(path, body)

    assert answer.json == ALL_TAKEN
    assert json.loads(bytes(Inbox.objects.get().body)) == body


def test_bad_messages_of_a_batch_are_named_and_kept_and_the_others_taken(server: Server) -> None:
    good, bad = {**TRACK, "type": "track"}, {"type": "track", "userId": "u", "messageId": "m2"}
    body = {"batch": [bad, good, "text"], "sentAt": "2026-03-04T12:00:00Z", "context": {"a": 1}}

    answer = server.post("/v1/batch", body)

    assert answer.status == 200
    assert [(told["index"], told["messageId"], told["reason"]) for told in answer.json["refused"]] \
        == [(0, "m2", "name_missing"), (2, "", "not_an_object")]  # fmt: skip
    assert "event is missing" in answer.json["refused"][0]["message"]
    assert json.loads(bytes(Inbox.objects.get().body)) == {**body, "batch": [good]}
    drop = Drop.objects.get(reason="name_missing")
    assert json.loads(bytes(drop.body)) == {**body, "batch": [bad]}
    assert (drop.message_id, drop.endpoint) == ("m2", "batch")
    assert drop.detail == answer.json["refused"][0]["message"]


def test_a_refused_single_call_is_answered_and_kept_without_its_key(server: Server) -> None:
    answer = server.post("/v1/track", {"userId": "u", "writeKey": server.key}, key="")

    assert (answer.status, answer.json["refused"][0]["reason"]) == (200, "name_missing")
    assert not Inbox.objects.exists()
    assert json.loads(bytes(Drop.objects.get().body)) == {"userId": "u", "writeKey": ""}


@pytest.mark.parametrize("packing", ["gzip", "deflate"])
def test_packed_bodies_are_unpacked(server: Server, packing: str) -> None:
    import zlib

    plain = json.dumps(TRACK).encode()
    packed = gzip.compress(plain) if packing == "gzip" else zlib.compress(plain)

    answer = server.post("/v1/track", packed, headers={"Content-Encoding": packing})

    assert answer.json == ALL_TAKEN
    assert bytes(Inbox.objects.get().body) == plain


def test_the_key_may_stand_in_the_body(server: Server) -> None:
    body = json.dumps({**TRACK, "writeKey": server.key}).encode()

    answer = server.call("POST", "/v1/t", body, {"Content-Type": "text/plain"})

    assert answer.json == ALL_TAKEN


@pytest.mark.parametrize("key", ["hr_unknown", "\u20ac", "x" * 5000])
def test_an_unknown_key_is_turned_away(server: Server, key: str) -> None:
    answer = server.post("/v1/track", TRACK, key=key)

    assert (answer.status, answer.json["code"]) == (401, "unknown_key")
    assert not Inbox.objects.exists()


@pytest.mark.parametrize("header", ["", "Basic", "Basic !", "Basic /w==", "Bearer x"])
def test_no_readable_key_is_turned_away(server: Server, header: str) -> None:
    answer = server.call("POST", "/v1/track", json.dumps(TRACK).encode(), {"Authorization": header})

    assert answer.status == 401


def test_a_revoked_key_stops_working_within_seconds(server: Server, write_key: WriteKey) -> None:
    assert server.post("/v1/track", TRACK).status == 200

    keys.revoke_key(write_key, by=None, at=NOON)

    deadline = time.monotonic() + 10
    while server.post("/v1/track", TRACK).status == 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense", b"[]", b"\xff\xfe", b'{"a":' * 6_000, b"[" * 30_000, b'"\\ud800',
     b"{" + b" " * 40_000 + b"}"],
)  # fmt: skip
def test_a_call_that_cannot_be_read_is_answered_400(server: Server, body: bytes) -> None:
    answer = server.post("/v1/track", body)

    assert (answer.status, answer.json["code"]) == (400, "unreadable")
    assert answer.json["message"].endswith(".")


def test_a_packed_body_that_is_none_is_answered_400(server: Server) -> None:
    whole = gzip.compress(json.dumps(TRACK).encode())
    for body, packing in ((b"x", "gzip"), (whole[:-9], "gzip"), (b"x", "br")):
        answer = server.post("/v1/track", body, headers={"Content-Encoding": packing})

        assert (answer.status, answer.json["code"]) == (400, "unreadable")


@pytest.mark.parametrize(
    ("path", "body"),
    [("/v1/batch", b'{"batch":[' + b"[" * 10_000_000),
     ("/v1/track", b"[" * 10_000_000),
     ("/v1/batch", b'{"batch":[' + b"1," * 250_000 + b"1]}"),
     ("/v1/batch", b'{"batch":[' + b"[" * 499_000)],
    ids=["10 MB batch", "10 MB call", "many", "nested"],
)  # fmt: skip
def test_enormous_calls_are_answered_400_and_harm_nothing(
    server: Server, path: str, body: bytes
) -> None:
    try:
        assert server.post(path, body).status == 400
    except OSError:  # answered and hung up before all was sent: nothing was read to the end
        assert len(body) > 1_000_000

    assert server.post("/v1/track", TRACK).json == ALL_TAKEN


def test_a_gzip_bomb_is_not_unpacked(server: Server) -> None:
    bomb = gzip.compress(bytes(100_000_000))

    answer = server.post("/v1/batch", bomb, headers={"Content-Encoding": "gzip"})

    assert (answer.status, answer.json["code"]) == (400, "unreadable")


def test_a_body_without_a_length_is_read_no_further_than_the_limit(server: Server) -> None:
    told = base64.b64encode(f"{server.key}:".encode()).decode()
    head = (
        f"POST /v1/track HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {told}\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), 10) as client:
        client.sendall(head.encode())
        for _ in range(40):
            client.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")
        answer = client.recv(4096)

    assert answer.startswith(b"HTTP/1.1 400")


def test_one_client_s_nul_byte_harms_nobody_in_its_group(server: Server) -> None:
    answers: list[dict[str, Any]] = [{}] * 40

    def send(place: int) -> None:
        text = ["fine", "a\0b", "\ud800"][place % 3]
        body = {"type": "track", "userId": "u", "event": "E", "properties": {"x": text}}
        answers[place] = server.post("/v1/track", body).json

    threads = [threading.Thread(target=send, args=(place,)) for place in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    refused = [answer["refused"][0]["reason"] for answer in answers if answer["refused"]]
    assert sorted(set(refused)) == ["text_invalid"]
    assert Inbox.objects.count() == 14
    assert Drop.objects.count() == len(refused) == 26


def test_the_agent_is_kept_of_browsers_only(server: Server) -> None:
    agent = {"User-Agent": "Mozilla/5.0 Firefox/1"}
    website = create_key(kind=SourceKind.WEBSITE, name="Pages", by=None, at=NOON)[1]
    server.post("/v1/track", TRACK, headers=agent)
    page = {**agent, "Origin": "https://x.example"}
    server.post("/v1/track", TRACK, key=website, headers=page)

    assert list(Inbox.objects.order_by("id").values_list("agent", flat=True)) == [
        "",
        "Mozilla/5.0 Firefox/1",
    ]


def test_browsers_are_let_in_from_anywhere(server: Server) -> None:
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    preflight = server.call("OPTIONS", "/v1/t", headers=asked)
    website = create_key(kind=SourceKind.WEBSITE, name="Pages", by=None, at=NOON)[1]
    answer = server.post("/v1/t", TRACK, key=website, headers={"Origin": "https://shop.example"})

    assert answer.status == 200
    assert preflight.status == 204
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_servers_key_is_turned_away_from_a_page(server: Server) -> None:
    page = {"Origin": "https://shop.example"}
    answers = [
        server.post("/v1/track", TRACK, headers=page),
        server.post("/v1/track", {**TRACK, "writeKey": server.key}, key="", headers=page),
    ]

    for answer in answers:
        assert (answer.status, answer.json["code"]) == (403, "key_of_a_server")
        assert answer.headers["access-control-allow-origin"] == "*"
    assert not Inbox.objects.exists()


def test_the_browser_client_finds_its_settings(server: Server) -> None:
    answer = server.call("GET", f"/v1/projects/{server.key}/settings")

    assert answer.status == 200
    assert answer.json["integrations"]["Segment.io"] == {
        "apiKey": server.key, "apiHost": f"127.0.0.1:{server.port}/v1", "protocol": "http",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/track", 405), ("DELETE", "/v1/batch", 405), ("POST", "/v1/nothing", 404),
     ("GET", "/v1/projects/unknown/settings", 404), ("GET", "/v1", 404)],
)  # fmt: skip
def test_other_calls_are_told_so(server: Server, method: str, path: str, status: int) -> None:
    answer = server.call(method, path)

    assert answer.status == status
    assert set(answer.json) == {"success", "code", "message"}
