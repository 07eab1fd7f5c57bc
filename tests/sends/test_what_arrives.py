"""What a mail program gets: both parts, headers that say the way out, and a signature over them."""

from __future__ import annotations

import quopri
from base64 import b64encode
from email import message_from_bytes, policy
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from handraise.leads.models import Lead
from handraise.messaging.models import MessageVersion
from handraise.sends.composing import as_bytes, compose
from handraise.sends.decide import Refused
from handraise.sends.links import Kind, read, unsubscribe_url
from handraise.sends.models import Send
from handraise.sends.sending import send_due
from handraise.sends.signing import signer
from tests.consent.conftest import give
from tests.personas import NOON
from tests.post.conftest import Mailbox, mailbox
from tests.sends.conftest import people, send

pytestmark = pytest.mark.django_db
__all__ = ["mailbox"]


def made(row: Send, **told: Any) -> bytes:
    """A mail of this send, as it goes over the line."""
    said: dict[str, Any] = {
        "mail_from": "News <news@handraise.example>", "name": "", "reply_to": "",
        "subject": "Your guide", "html": "<p>Good morning.</p>\n", "text": "Good morning.\n",
    }  # fmt: skip
    row.address = row.address or "ada@engines.example"
    return as_bytes(compose(row, **{**said, **told}), at=NOON)


def test_both_parts_say_the_same(mailbox: Mailbox, asked: MessageVersion) -> None:
    row = send(asked, *people(1))
    send_due(at=NOON)

    arrived = mailbox.one()
    plain, sheet = arrived.message.iter_parts()
    assert arrived.message.get_content_type() == "multipart/alternative"
    assert (plain.get_content_type(), sheet.get_content_type()) == ("text/plain", "text/html")
    assert "Good morning" in plain.get_content()
    assert "Good morning" in sheet.get_content()
    assert arrived.message["Message-ID"] == row.message_id
    assert str(arrived.message["Date"]).startswith("Wed, 04 Mar 2026 12:0")
    assert not arrived.message.defects
    assert max(map(len, arrived.raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "line", ["=" * 200, "a" * 74 + "=3D", "é" * 90, "a" * 300 + "é", ".", "\t", "x " * 70 + "\x0b"]
)
def test_a_line_of_any_kind_arrives_as_it_is(asked: MessageVersion, line: str) -> None:
    raw = made(send(asked, *people(1)), text=f"{line}\n{line} \n\n")

    plain, _ = message_from_bytes(raw, policy=policy.default).iter_parts()
    assert quopri.decodestring(plain.as_bytes().partition(b"\n\n")[2]).decode() == (
        f"{line}\n{line} \n\n"
    )
    assert max(map(len, raw.partition(b"quoted-printable")[2].split(b"\r\n"))) <= 76


@given(st.lists(st.text(st.sampled_from("ab =.\t\n\r\u00e9\U0001f600"), max_size=90), max_size=8))
def test_a_text_in_pieces_arrives_as_the_whole(pieces: list[str]) -> None:
    pieces = [piece * (3 if len(piece) > 60 else 1) for piece in pieces]  # some that are kept
    send = Send(pk=1, message_id="<1@handraise.example>", address="ada@engines.example")
    send.lead = Lead(pk=1, name="Ada")
    send.lead.canonical = send.lead

    raw = made(send, html=tuple(pieces))

    body = raw.partition(b"text/html")[2].partition(b"\r\n\r\n")[2].rpartition(b"\r\n--=_")[0]
    whole = "".join(pieces).replace("\r\n", "\n").replace("\r", "\n")
    assert quopri.decodestring(body).decode().replace("\r\n", "\n") == whole
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert not any(line.endswith((b" ", b"\t")) for line in body.split(b"\r\n"))


def test_every_link_is_ours_and_the_decoy_is_among_them(
    mailbox: Mailbox, asked: MessageVersion, settings: Any
) -> None:
    row = send(asked, *people(1))
    send_due(at=NOON)

    sheet = str(list(mailbox.one().message.iter_parts())[1].get_content())
    tokens = [part.split('"')[0] for part in sheet.split(f'href="{settings.ADDRESS}/c/')[1:]]
    told = [read(token) for token in tokens]
    assert {(one.kind, one.send_id) for one in told if one} == {(Kind.CLICK, row.pk)}
    assert 0 in {one.place for one in told if one}


def test_what_is_sent_for_a_purpose_says_the_way_out(
    version: MessageVersion, settings: Any
) -> None:
    settings.ADDRESS = "https://handraise.example"
    settings.UNSUBSCRIBE_TO = "leave@handraise.example"
    row = send(version, *people(1))

    lines = made(row).decode().split("\r\n")

    assert f"List-Unsubscribe: <{unsubscribe_url(row.pk)}>," in lines
    assert f" <mailto:leave@handraise.example?subject=unsubscribe-{row.pk}>" in lines
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines


def test_what_a_journey_sends_for_a_purpose_says_the_way_out_in_its_text(
    mailbox: Mailbox, asked: MessageVersion
) -> None:
    (lead,) = people(1)
    give(lead)
    row = send(asked, lead, purpose="newsletter")

    send_due(at=NOON)

    for part in mailbox.one().message.iter_parts():
        assert unsubscribe_url(row.pk) in part.get_content()


def test_what_was_asked_for_has_no_list_to_leave(asked: MessageVersion) -> None:
    assert b"List-Unsubscribe" not in made(send(asked, *people(1)))


@pytest.mark.parametrize(
    "told", [{"subject": "Hello\r\nBcc: all@post.example"}, {"html": "\x00"}, {"text": "x" * 10**6},
             {"mail_from": "News <news@post.example>\nX: y"}],
)  # fmt: skip
def test_no_text_writes_a_header(asked: MessageVersion, told: dict[str, str]) -> None:
    row = send(asked, *people(1))
    with pytest.raises(Refused):
        made(row, **told)


@pytest.mark.parametrize(
    "name", ["Zoë Ångström", 'Ada "the" <b@c.example>', "Smith, Ada", "x" * 90]
)
def test_any_name_can_be_written_to(asked: MessageVersion, name: str) -> None:
    row = send(asked, *people(1))
    row.lead.canonical.name = name
    read_back = message_from_bytes(made(row, subject="Grüße – " * 20), policy=policy.default)

    assert read_back["To"].addresses[0].addr_spec == "ada@engines.example"
    assert len(read_back["To"].addresses) == 1
    assert read_back["Subject"] == ("Grüße – " * 20).strip()
    assert not read_back.defects


def keys() -> tuple[str, bytes]:
    """A private key as PEM, and what stands in the DNS of it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    public = b64encode(key.public_key().public_bytes(serialization.Encoding.DER, form))
    return pem.decode(), b"v=DKIM1; k=rsa; p=" + public


def test_a_signature_covers_the_way_out(version: MessageVersion, settings: Any) -> None:
    settings.ADDRESS = "https://handraise.example"
    settings.DKIM_DOMAIN, settings.DKIM_SELECTOR = "handraise.example", "s1"
    settings.DKIM_KEY, record = keys()
    text = made(send(version, *people(1)), text=" Good  morning. \r\n\n..\nBye  \n\n\n")
    signing = signer()
    assert signing is not None

    signed = signing.signature(text, at=1_772_625_600) + text

    def dns(name: bytes, timeout: int = 5) -> bytes:
        return record if name == b"s1._domainkey.handraise.example." else b""

    assert dkim.verify(signed, dnsfunc=dns)
    covered = signed.partition(b"h=")[2].partition(b";")[0].split(b":")
    assert {b"list-unsubscribe", b"list-unsubscribe-post", b"from"} <= set(covered)
    for changed in (b"List-Unsubscribe-Post: ", b"List-Unsubscribe: <", b"Subject: "):
        assert not dkim.verify(signed.replace(changed, changed + b"x"), dnsfunc=dns)


def test_half_a_signer_is_refused(settings: Any) -> None:
    settings.DKIM_DOMAIN = "handraise.example"
    with pytest.raises(Refused, match="together"):
        signer()


@pytest.mark.parametrize("key", ["no key", "-----BEGIN PRIVATE KEY-----\nAA==\n"])
def test_a_key_that_is_none_is_refused(settings: Any, key: str) -> None:
    settings.DKIM_DOMAIN, settings.DKIM_SELECTOR, settings.DKIM_KEY = "a.example", "s", key
    with pytest.raises(Refused, match="PEM"):
        signer()
