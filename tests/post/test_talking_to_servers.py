"""How a server is spoken to: encrypted, with a name and password, or not at all."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from handraise.post.decide import End, Outcome, Refused, Security, Server, read_server
from handraise.post.mailing import deliver
from tests.post.conftest import Listening, Mailbox

MESSAGE = b"Subject: Hello\r\n\r\nHello.\r\n"


def certificate(folder: Path) -> tuple[str, str]:
    """A certificate that this machine gave itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(folder / "cert.pem"), str(folder / "key.pem")


def _knows(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
) -> AuthResult:
    is_mia = isinstance(given, LoginPassword) and (given.login, given.password) == (b"mia", b"s")
    return AuthResult(success=is_mia, handled=is_mia)  # else the server says 535 itself


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[tuple[Mailbox, str]]:
    """A server that wants encryption, a name and a password; and its certificate."""
    mailbox = Mailbox()
    cert, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    running = Listening(
        mailbox, hostname="127.0.0.1", port=0, tls_context=context, require_starttls=True,
        authenticator=_knows, auth_required=True, auth_exclude_mechanism=["LOGIN"],
    )  # fmt: skip
    running.start()
    mailbox.port = running.port
    yield mailbox, cert
    running.stop()


def sent(mailbox: Mailbox, security: Security, user: str = "", password: str = "") -> Outcome:
    server = Server("127.0.0.1", mailbox.port, security, user, password)
    return deliver(
        server, mail_from="us@a.example", recipients=["ada@b.example"], message=MESSAGE, timeout=5
    )


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.IF_OFFERED])
def test_it_is_encrypted_and_signed_in(
    guarded: tuple[Mailbox, str], monkeypatch: pytest.MonkeyPatch, security: Security
) -> None:
    mailbox, cert = guarded
    monkeypatch.setenv("SSL_CERT_FILE", cert)  # this machine trusts it

    assert sent(mailbox, security, "mia", "s").end is End.SENT
    assert len(mailbox.arrived) == 1


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    guarded: tuple[Mailbox, str],
) -> None:
    outcome = sent(guarded[0], Security.STARTTLS, "mia", "s")

    assert outcome.end is End.LATER
    assert "cannot be trusted" in outcome.words


def test_a_wrong_password_is_said_and_tried_again_later(
    guarded: tuple[Mailbox, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox, cert = guarded
    monkeypatch.setenv("SSL_CERT_FILE", cert)

    outcome = sent(mailbox, Security.STARTTLS, "mia", "wrong")

    assert outcome.end is End.LATER
    assert "did not take the name and password" in outcome.words
    assert "wrong" not in outcome.words


def test_what_must_be_encrypted_is_not_sent_in_the_clear(mailbox: Mailbox) -> None:
    outcome = sent(mailbox, Security.STARTTLS)

    assert outcome.end is End.LATER
    assert "does not offer STARTTLS" in outcome.words
    assert mailbox.arrived == []


def test_a_password_does_not_go_to_another_machine_in_the_clear(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handraise.post.mailing._is_here", lambda host: False)

    outcome = sent(mailbox, Security.IF_OFFERED, "mia", "s")

    assert outcome.end is End.LATER
    assert "the password was not sent" in outcome.words


def test_a_mail_that_is_too_large_is_not_handed_over(mailbox: Mailbox) -> None:
    server = Server("127.0.0.1", mailbox.port, Security.PLAIN)
    large = MESSAGE + b"x" * 34_000_000
    outcome = deliver(server, mail_from="a@b.example", recipients=["c@d.example"], message=large)

    assert outcome.end is End.FAILED
    assert mailbox.arrived == []


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("", None),
        ("smtp://mail.example", Server("mail.example", 587, Security.IF_OFFERED)),
        ("smtp://mail.example:25?starttls=no", Server("mail.example", 25, Security.PLAIN)),
        ("smtp://mail.example?starttls=yes", Server("mail.example", 587, Security.STARTTLS)),
        ("smtps://m%40a:p%2F@mail.example", Server("mail.example", 465, Security.TLS, "m@a", "p/")),
    ],
)
def test_an_address_of_a_server_is_read(url: str, server: Server | None) -> None:
    assert read_server(url) == server


@pytest.mark.parametrize(
    "url", ["http://a:secret@b", "smtp://", "smtp://a:secret@b:x", "smtp://a:secret@b?starttls=1"]
)
def test_one_that_cannot_be_read_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(Refused) as refused:
        read_server(url)
    assert "secret" not in str(refused.value)
