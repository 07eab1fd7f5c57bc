"""Every rule of what a message must be, as tables of examples."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any

import pytest

from handraise.capture.decide import Refusal
from handraise.capture.reading import CALL_BYTES, Refused, Unreadable, read
from handraise.capture.validate import Call, entry, folded_email, is_nobody
from handraise.leads.entry import Entry, EntryKind

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
CALL = Call(source_id=7, received_at=NOW, known_at=NOW)
TRACK = {"type": "track", "userId": "u1", "event": "Demo Requested", "messageId": "m1"}


def taken(message: dict[str, Any], call: Call = CALL) -> Entry:
    return entry({**message}, call)


def refusal(message: Any, call: Call = CALL) -> Refused:
    with pytest.raises(Refused) as caught:
        entry(message, call)
    return caught.value


def test_it_takes_a_track_call() -> None:
    made = taken({**TRACK, "properties": {"plan": "Pro"}, "timestamp": "2026-03-04T11:00:00Z"})

    assert made.kind is EntryKind.ACTIVITY
    assert (made.source_id, made.message_id, made.user_id) == (7, "m1", "u1")
    assert (made.name, made.properties) == ("Demo Requested", {"plan": "Pro"})
    assert made.occurred_at == NOW - timedelta(hours=1)
    assert made.known_at == NOW


def test_it_takes_a_page_with_what_the_browser_says_of_it() -> None:
    made = taken({
        "type": "page", "anonymousId": "a1", "name": "Pricing", "category": "Sales",
        "properties": {"path": "/pricing"},
        "context": {"page": {"path": "/other", "url": "https://x.example/pricing", "title": "P",
                             "referrer": "", "search": "?a=1", "secret": "not taken"}},
    })  # fmt: skip

    assert made.name == "page"
    assert made.properties == {
        "path": "/pricing", "name": "Pricing", "category": "Sales",
        "url": "https://x.example/pricing", "title": "P", "referrer": "", "search": "?a=1",
    }  # fmt: skip


def test_it_takes_a_screen() -> None:
    made = taken({"type": "screen", "userId": "u1", "name": "Home"})

    assert (made.name, made.properties) == ("screen", {"name": "Home"})


def test_it_takes_an_identify_with_traits_of_both_places() -> None:
    made = taken({
        "type": "identify", "userId": 42, "traits": {"email": " Ada@Example.COM ", "title": "VP"},
        "context": {"traits": {"title": "old", "plan": "free"}},
    })  # fmt: skip

    assert made.kind is EntryKind.FACTS
    assert (made.user_id, made.email) == ("42", "ada@example.com")
    assert made.traits == {"email": "ada@example.com", "title": "VP", "plan": "free"}


def test_it_takes_a_group_whose_traits_are_the_company_s() -> None:
    made = taken({"type": "group", "userId": "u1", "groupId": 9, "traits": {"employees": 80}})

    assert (made.kind, made.group_id) == (EntryKind.GROUP, "9")
    assert made.traits == {"employees": 80}


def test_it_takes_an_alias() -> None:
    made = taken({"type": "alias", "userId": "u1", "previousId": "a1"})

    assert (made.kind, made.user_id, made.previous_id) == (EntryKind.ALIAS, "u1", "a1")


def test_the_endpoint_tells_the_kind_before_the_message_does() -> None:
    made = taken({**TRACK, "type": "identify"}, replace(CALL, kind="track"))

    assert made.kind is EntryKind.ACTIVITY


def test_the_type_is_read_in_any_case() -> None:
    assert taken({"type": "Alias", "userId": "u1", "previousId": "a"}).kind is EntryKind.ALIAS


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@example.com", "mailto:ada@example.com"])
def test_a_user_id_that_is_an_email_is_an_email_and_no_id(email: str) -> None:
    made = taken({**TRACK, "userId": email})

    assert (made.user_id, made.email) == (None, "ada@example.com")
    assert made.traits == {"email": "ada@example.com"}


@pytest.mark.parametrize(
    "text",
    ["ada", "ada@", "@example.com", "a b@example.com", "ada@example", "ada@-x.com", "a@b@c.com",
     "ada@example..com", "<ada@example.com>", "x" * 65 + "@example.com", "ada@x.com\n.evil", 7,
     None],
)  # fmt: skip
def test_what_is_plainly_no_email_identifies_nobody(text: object) -> None:
    assert folded_email(text) is None


def test_an_unusable_email_is_kept_under_another_name() -> None:
    made = taken({"type": "identify", "userId": "u1", "traits": {"email": "ask me"}})

    assert made.email is None
    assert made.traits == {"email_invalid": "ask me"}


@pytest.mark.parametrize(
    "text",
    ["", "  ", "null", "NULL", "undefined", "None", "nil", "NaN", "0", "000", "-1", "anonymous",
     "Unknown", "[object Object]", "00000000-0000-0000-0000-000000000000", "n/a", "(not set)"],
)  # fmt: skip
def test_ids_that_stand_for_nobody_identify_nobody(text: str) -> None:
    assert is_nobody(text.strip())
    assert refusal({**TRACK, "userId": text}).reason is Refusal.NOBODY


@pytest.mark.parametrize("text", ["1", "u0", "10", "annonymous", "nullable", "-12"])
def test_other_ids_identify(text: str) -> None:
    assert taken({**TRACK, "userId": text}).user_id == text


def test_a_message_without_an_id_gets_one_of_its_own() -> None:
    first, second = (taken({"type": "identify", "userId": "u"}).message_id for _ in range(2))

    assert len(first) == 32
    assert first != second


def test_a_whole_number_may_be_a_message_id() -> None:
    assert taken({**TRACK, "messageId": 17}).message_id == "17"


REFUSED: list[tuple[Any, Refusal, str]] = [
    ("text", Refusal.NOT_AN_OBJECT, "A message must be a JSON object, not text."),
    (None, Refusal.NOT_AN_OBJECT, "not null"),
    ([1], Refusal.NOT_AN_OBJECT, "not a list"),
    (True, Refusal.NOT_AN_OBJECT, "not true or false"),
    (1.5, Refusal.NOT_AN_OBJECT, "not a number"),
    ({"userId": "u"}, Refusal.TYPE_UNKNOWN, "type must be one of identify, track, page"),
    ({"type": "purchase", "userId": "u"}, Refusal.TYPE_UNKNOWN, "not “purchase”"),
    ({"type": ["track"], "userId": "u"}, Refusal.TYPE_UNKNOWN, "not a list"),
    ({**TRACK, "userId": None}, Refusal.NOBODY, "userId and anonymousId are missing"),
    ({**TRACK, "userId": "null"}, Refusal.NOBODY, "userId “null” identifies nobody"),
    ({**TRACK, "userId": "x" * 256}, Refusal.ID_INVALID, "userId has 256 characters"),
    ({**TRACK, "userId": {"id": 1}}, Refusal.ID_INVALID, "not an object"),
    ({**TRACK, "userId": True}, Refusal.ID_INVALID, "userId must be text or a whole number"),
    ({**TRACK, "anonymousId": 1.5}, Refusal.ID_INVALID, "anonymousId"),
    ({**TRACK, "messageId": "x" * 101}, Refusal.MESSAGE_ID_INVALID, "messageId has 101"),
    ({**TRACK, "messageId": {}}, Refusal.MESSAGE_ID_INVALID, "messageId must be text"),
    ({**TRACK, "event": None}, Refusal.NAME_MISSING, "event is missing"),
    ({**TRACK, "event": "  "}, Refusal.NAME_MISSING, "event is missing"),
    ({**TRACK, "event": 7}, Refusal.NAME_INVALID, "event must be text"),
    ({**TRACK, "event": "x" * 201}, Refusal.NAME_INVALID, "event has 201 characters"),
    ({**TRACK, "properties": "x"}, Refusal.WRONG_TYPE, "properties must be an object, not text"),
    ({**TRACK, "properties": [1]}, Refusal.WRONG_TYPE, "not a list"),
    ({**TRACK, "traits": 3}, Refusal.WRONG_TYPE, "traits must be an object"),
    ({**TRACK, "context": "x"}, Refusal.WRONG_TYPE, "context must be an object"),
    ({**TRACK, "context": {"traits": "x"}}, Refusal.WRONG_TYPE, "context.traits"),
    ({**TRACK, "context": {"campaign": "x"}}, Refusal.WRONG_TYPE, "context.campaign"),
    ({"type": "page", "userId": "u", "context": {"page": 1}}, Refusal.WRONG_TYPE, "context.page"),
    ({"type": "page", "userId": "u", "name": 5}, Refusal.WRONG_TYPE, "name must be text"),
    ({**TRACK, "properties": {"x": float("nan")}}, Refusal.WRONG_TYPE, "x is not a finite number"),
    ({**TRACK, "properties": {"x": float("inf")}}, Refusal.WRONG_TYPE, "x is not a finite number"),
    ({**TRACK, "properties": {"x": 10**400}}, Refusal.WRONG_TYPE, "x is not a finite number"),
    ({**TRACK, "timestamp": 1700000000}, Refusal.TIMESTAMP_INVALID, "timestamp must be text"),
    ({**TRACK, "timestamp": "yesterday"}, Refusal.TIMESTAMP_INVALID, "“yesterday” is not an ISO"),
    ({**TRACK, "timestamp": "2026-03-04T12:00:00"}, Refusal.TIMESTAMP_INVALID, "no time zone"),
    ({**TRACK, "timestamp": "2026-03-04"}, Refusal.TIMESTAMP_INVALID, "no time zone"),
    ({**TRACK, "originalTimestamp": "x"}, Refusal.TIMESTAMP_INVALID, "originalTimestamp"),
    ({**TRACK, "timestamp": "0001-01-01T00:00:00Z"}, Refusal.TIMESTAMP_ABSURD, "before 1990"),
    ({**TRACK, "timestamp": "0001-01-01T00:00:00+14:00"}, Refusal.TIMESTAMP_ABSURD, "before 1990"),
    ({**TRACK, "timestamp": "9999-12-31T23:59:59Z"}, Refusal.TIMESTAMP_ABSURD, "in the future"),
    ({**TRACK, "timestamp": "9999-12-31T23:59:59-12:00"}, Refusal.TIMESTAMP_ABSURD, "the future"),
    ({**TRACK, "timestamp": "2026-03-06T12:00:00Z"}, Refusal.TIMESTAMP_ABSURD, "in the future"),
    ({**TRACK, "properties": {"x": "a\0b"}}, Refusal.TEXT_INVALID, "The text of x holds a NUL"),
    ({**TRACK, "properties": {"a\0b": 1}}, Refusal.TEXT_INVALID, "NUL"),
    ({**TRACK, "event": "a\0b"}, Refusal.TEXT_INVALID, "The text of event holds a NUL"),
    ({**TRACK, "properties": {"x": ["\ud800"]}}, Refusal.TEXT_INVALID, "half a character"),
    ({**TRACK, "properties": {"\udfff": 1}}, Refusal.TEXT_INVALID, "half a character"),
    ({"type": "group", "userId": "u"}, Refusal.ID_INVALID, "groupId is missing"),
    ({"type": "group", "userId": "u", "groupId": "null"}, Refusal.ID_INVALID, "groupId"),
    ({"type": "alias", "userId": "u"}, Refusal.NOBODY, "previousId is missing"),
    ({"type": "alias", "previousId": "u"}, Refusal.NOBODY, "userId"),
]


@pytest.mark.parametrize(("message", "reason", "part"), REFUSED)
def test_it_refuses_with_a_sentence_that_names_the_field(
    message: Any, reason: Refusal, part: str
) -> None:
    refused = refusal(message)

    assert refused.reason is reason
    assert part in refused.sentence
    assert refused.sentence.endswith(".")


def _nested(levels: int) -> dict[str, Any]:
    inner: dict[str, Any] = {}
    for _ in range(levels):
        inner = {"x": inner}
    return inner


def test_it_refuses_what_is_nested_too_deeply() -> None:
    assert refusal({**TRACK, "properties": _nested(31)}).reason is Refusal.TOO_DEEP
    assert taken({**TRACK, "properties": _nested(30)})


def test_it_refuses_a_message_of_a_batch_that_is_too_long() -> None:
    long = '{"type":"track","event":"' + "x" * CALL_BYTES + '"}'

    reading = read("batch", f'{{"batch":[{long},{{"type":"track"}}]}}'.encode())

    assert refusal(reading.items[0].value).reason is Refusal.TOO_LARGE
    assert reading.items[1].value == {"type": "track"}


def test_numbers_beyond_64_bits_become_floats() -> None:
    made = taken({**TRACK, "properties": {"big": 2**70, "list": [-(2**80)], "ok": 2**63 - 1}})

    assert made.properties == {"big": float(2**70), "list": [-float(2**80)], "ok": 2**63 - 1}


@pytest.mark.parametrize("empty", [None, []])
def test_an_empty_list_is_an_empty_object_as_php_writes_it(empty: object) -> None:
    assert taken({**TRACK, "properties": empty, "context": empty}).properties == {}


@pytest.mark.parametrize(
    ("timestamp", "sent_at", "occurred"),
    [
        (None, None, NOW),
        ("2026-03-04T11:59:00Z", None, NOW - timedelta(minutes=1)),
        ("2026-03-04T13:59:00+02:00", None, NOW - timedelta(minutes=1)),
        # a clock that is 10 years slow, one that is 3 days fast, both asked by sentAt
        ("2016-03-04T11:59:00Z", "2016-03-04T12:00:00Z", NOW - timedelta(minutes=1)),
        ("2026-03-07T11:00:00Z", "2026-03-07T12:00:00Z", NOW - timedelta(hours=1)),
        ("0001-01-01T00:00:00Z", "0001-01-01T01:00:00Z", NOW - timedelta(hours=1)),
        # a useless sentAt corrects nothing
        ("2026-03-04T11:59:00Z", "soon", NOW - timedelta(minutes=1)),
        ("2026-03-04T11:59:00Z", "2026-03-04T11:59:30", NOW - timedelta(minutes=1)),
        ("2026-03-04T11:59:00Z", 5, NOW - timedelta(minutes=1)),
        ("2026-03-04T11:59:00Z", "2020-01-01T00:00:00Z", NOW - timedelta(minutes=1)),
        ("9999-12-31T23:00:00Z", "9999-12-31T23:59:00Z", NOW - timedelta(minutes=59)),
        # up to a day ahead is now
        ("2026-03-05T11:59:00Z", None, NOW),
        ("2026-03-04T12:00:05Z", "2026-03-04T12:00:01Z", NOW),
    ],
)
def test_the_clock_of_the_sender_is_corrected(
    timestamp: str | None, sent_at: object, occurred: datetime
) -> None:
    made = taken({**TRACK, "timestamp": timestamp}, replace(CALL, sent_at=sent_at))

    assert made.occurred_at == occurred


def test_the_sentat_of_the_message_is_used_when_the_envelope_has_none() -> None:
    made = taken({**TRACK, "timestamp": "2020-01-01T00:00:00Z", "sentAt": "2020-01-01T00:01:00Z"})

    assert made.occurred_at == NOW - timedelta(minutes=1)


def test_a_forwarded_message_is_not_corrected_twice() -> None:
    made = taken({
        **TRACK, "timestamp": "2022-05-01T00:00:00Z", "originalTimestamp": "2009-01-01T00:00:00Z",
        "sentAt": "2009-01-01T00:00:05Z", "receivedAt": "2022-05-01T00:00:05Z",
    })  # fmt: skip

    assert made.occurred_at == datetime(2022, 5, 1, tzinfo=UTC)


def test_the_campaign_becomes_properties_and_facts() -> None:
    context = {"campaign": {"source": "newsletter", "name": "spring", "medium": "mail"}}

    made = taken({**TRACK, "traits": {"source": "told"}, "context": context})

    assert made.properties == {"campaign": context["campaign"]}
    assert made.traits == {"source": "told", "campaign": "spring"}


BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120"


@pytest.mark.parametrize(
    ("told", "header", "is_bot"),
    [(BOT, "", True), (PERSON, "", False), (None, BOT, True), (PERSON, BOT, False),
     (None, "", False), ({"x": 1}, "", False)],
)  # fmt: skip
def test_a_robot_is_recognised_by_its_user_agent(told: object, header: str, is_bot: bool) -> None:
    made = taken({**TRACK, "context": {"userAgent": told}}, replace(CALL, agent=header))

    assert bool(made.bot) is is_bot
    if is_bot:
        assert "Googlebot" in made.bot


def test_the_envelope_s_context_is_shared_by_its_messages() -> None:
    call = replace(CALL, context={"userAgent": BOT, "campaign": {"name": "outer"}})

    made = taken({**TRACK, "context": {"campaign": {"name": "inner"}}}, call)

    assert made.bot
    assert made.traits == {"campaign": "inner"}


def test_the_fingerprint_is_of_what_is_said_and_not_of_the_sending() -> None:
    first = taken({**TRACK, "properties": {"a": 1, "b": 2}, "sentAt": "2026-03-04T12:00:00Z"})
    again = taken({**TRACK, "properties": {"b": 2, "a": 1}, "context": {"retry": 1}})
    other = taken({**TRACK, "properties": {"a": 1, "b": 3}})

    assert first.fingerprint == again.fingerprint
    assert first.fingerprint != other.fingerprint
    assert -(2**63) <= first.fingerprint < 2**63


@pytest.mark.parametrize(
    "body",
    [b"", b"nonsense", b"[]", b'"x"', b"{", b"\xff", b"[" * 30_000 + b"]" * 1_000,
     b'{"a":' * 5_000, b"x" * (CALL_BYTES + 1), b"{}{}"],
)  # fmt: skip
def test_a_call_that_cannot_be_read_says_why(body: bytes) -> None:
    with pytest.raises(Unreadable, match=r"\.$"):
        read("track", body)


@pytest.mark.parametrize(
    "body",
    [b"[]", b"{}", b'{"batch":{}}', b'{"batch":null}', b'{"batch":"x"}',
     b'{"batch":[' + b"[" * 200_000, b'{"batch":[' + b"1," * 10_001 + b"1]}", b"x" * 600_000],
)  # fmt: skip
def test_a_batch_that_cannot_be_read_says_why(body: bytes) -> None:
    with pytest.raises(Unreadable, match=r"\.$"):
        read("batch", body)


@pytest.mark.parametrize("bad", [rb'"\ud800"', b'"\xff"', b"NaN", b"1e999", b"-Infinity"])
def test_one_bad_message_leaves_its_batch_readable(bad: bytes) -> None:
    body = b'{"batch":[{"type":"track","userId":"u","event":"E","properties":{"x":%s}},' % bad
    body += b'{"type":"track","userId":"u","event":"E"}]}'

    reading = read("batch", body)

    assert refusal(reading.items[0].value).reason in {Refusal.TEXT_INVALID, Refusal.WRONG_TYPE}
    assert entry(reading.items[1].value, CALL)


@pytest.mark.parametrize("part", ["a", "1", "bo", "-", "a b ", "x/"])
def test_a_user_agent_made_to_be_slow_is_not(part: str) -> None:
    call = replace(CALL, agent=part * 1000)

    began = process_time()
    for number in range(20):
        taken({**TRACK, "context": {"userAgent": f"{number}{part * 1000}"}}, call)

    assert process_time() - began < 0.5  # it was five seconds


def test_the_door_does_not_look_for_robots() -> None:
    told = {**TRACK, "context": {"userAgent": BOT}}

    assert not taken(told, replace(CALL, is_at_the_door=True)).bot
    assert taken(told).bot
