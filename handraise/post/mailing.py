"""One try to hand a mail to a server: what became of it, and whether it can have arrived.

Until the server has asked for the text (354) nothing was handed over, and another try is safe.
From the last line of the text until its answer nobody can know; that is `unclear`.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Sequence
from ipaddress import ip_address
from socket import gaierror

from handraise.post.decide import End, Outcome, Security, Server

TIMEOUT = 30.0  # seconds without a word from the server
LONGEST_WORDS = 500
_LONE_END = re.compile(rb"\r\n|\r|\n")


class Stopped(Exception):
    """The try ended with this outcome, before anything was handed over."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.words)
        self.outcome = outcome


def deliver(
    server: Server, *, mail_from: str, recipients: Sequence[str], message: bytes,
    is_last: bool = False, timeout: float = TIMEOUT,
) -> Outcome:  # fmt: skip
    """Hand over one message. On the last try it goes to those who are taken, without the rest."""
    spoken = None
    try:
        spoken = connected(server, timeout)
        return hand_over(
            spoken, server, mail_from=mail_from, recipients=recipients, message=message,
            is_last=is_last,
        )  # fmt: skip
    except (OSError, smtplib.SMTPException) as fault:
        return Outcome(End.LATER, fault_of(fault, server))
    finally:
        if spoken is not None:
            spoken.close()


def hand_over(
    spoken: smtplib.SMTP, server: Server, *, mail_from: str, recipients: Sequence[str],
    message: bytes, is_last: bool = False,
) -> Outcome:  # fmt: skip
    """The same over a connection that is open, and stays so unless it broke (`spoken.sock`)."""
    try:
        refused = _announced(spoken, mail_from, recipients, message, is_last=is_last)
        taken(spoken.docmd("DATA"), wanted=354)
    except Stopped as stopped:
        return stopped.outcome
    except (OSError, smtplib.SMTPException) as fault:  # all of these come before the text
        spoken.close()
        return Outcome(End.LATER, fault_of(fault, server))
    return _handed_over(spoken, message, refused)


def connected(server: Server, timeout: float) -> smtplib.SMTP:
    """A server that has greeted us, encrypted as agreed, and knows who we are."""
    if server.security is Security.TLS:
        spoken: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=timeout, context=ssl.create_default_context()
        )
    else:
        spoken = smtplib.SMTP(server.host, server.port, timeout=timeout)
    try:
        spoken.ehlo_or_helo_if_needed()
        _encrypt(spoken, server)
        if server.user:
            spoken.login(server.user, server.password)
    except BaseException:
        spoken.close()
        raise
    return spoken


def _encrypt(spoken: smtplib.SMTP, server: Server) -> None:
    if server.security is Security.TLS:
        return
    is_offered = spoken.has_extn("starttls")
    if server.security is Security.STARTTLS and not is_offered:
        raise smtplib.SMTPException("It does not offer STARTTLS, which the settings demand.")
    if is_offered and server.security is not Security.PLAIN:
        spoken.starttls(context=ssl.create_default_context())
        spoken.ehlo()
    elif server.user and server.security is Security.IF_OFFERED and not _is_here(server.host):
        raise smtplib.SMTPException("It offers no encryption, so the password was not sent.")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _announced(
    spoken: smtplib.SMTP, mail_from: str, recipients: Sequence[str], message: bytes, *,
    is_last: bool,
) -> dict[str, str]:  # fmt: skip
    """Say from whom and to whom; who was not taken, and why. Raises Stopped when nobody was, or
    when somebody may be taken later."""
    options = ["SMTPUTF8", "BODY=8BITMIME"] if _needs_utf8(spoken, mail_from, recipients) else []
    taken(spoken.mail(mail_from, options))
    refused: dict[str, str] = {}
    later: dict[str, str] = {}
    for one in recipients:
        code, words = spoken.rcpt(one)
        if code == 421:
            raise Stopped(Outcome(End.LATER, said(code, words)))
        if not 200 <= code < 300:
            (later if 400 <= code < 500 else refused)[one] = said(code, words)
    if later and (not is_last or len(later) + len(refused) == len(recipients)):
        raise Stopped(Outcome(End.LATER, _list(later), refused))
    refused |= later
    if len(refused) == len(recipients):
        raise Stopped(Outcome(End.FAILED, _list(refused), refused))
    if len(message) and spoken.does_esmtp and _is_too_large(spoken, message):
        raise Stopped(Outcome(End.FAILED, "The server takes no mail of this size."))
    return refused


def _needs_utf8(spoken: smtplib.SMTP, mail_from: str, recipients: Sequence[str]) -> bool:
    """Whether an address has other letters before its `@`: then the server must know SMTPUTF8."""
    if all(one.isascii() for one in (mail_from, *recipients)):
        return False
    if not spoken.has_extn("smtputf8"):
        told = "The mail server takes no addresses with letters outside ASCII before the @."
        raise Stopped(Outcome(End.FAILED, told))
    spoken.command_encoding = "utf-8"
    return True


def _is_too_large(spoken: smtplib.SMTP, message: bytes) -> bool:
    most = spoken.esmtp_features.get("size", "")
    return most.isdecimal() and 0 < int(most) < len(message)


def _handed_over(spoken: smtplib.SMTP, message: bytes, refused: dict[str, str]) -> Outcome:
    try:
        spoken.send(dotted(message))
        code, words = spoken.getreply()
    except (OSError, smtplib.SMTPException) as fault:
        spoken.close()
        return unanswered(fault, refused)
    return text_answered(code, words, refused)


def text_answered(code: int, words: bytes, refused: dict[str, str] | None = None) -> Outcome:
    """What the answer to a whole text means."""
    end = End.SENT if 200 <= code < 300 else End.LATER if 400 <= code < 500 else End.FAILED
    return Outcome(end, said(code, words), refused or {})


def unanswered(fault: Exception, refused: dict[str, str] | None = None) -> Outcome:
    """What it means that the connection broke after the text was begun."""
    told = f"The server had the mail and did not answer for it ({_named(fault)})."
    return Outcome(End.UNCLEAR, told, refused or {})


def dotted(message: bytes, *, is_tidy: bool = False) -> bytes:
    """The text as it goes over the line: whole lines, a dot doubled at their beginning, the end.
    `is_tidy`: all its lines end with CRLF already."""
    lines = message if is_tidy else _LONE_END.sub(b"\r\n", message)
    doubled = (b"." if lines.startswith(b".") else b"") + lines.replace(b"\n.", b"\n..")
    return doubled + (b"" if doubled.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def taken(answer: tuple[int, bytes], wanted: int = 250) -> None:
    """Go on if the server agreed. Else it is over: for good at 5xx, for now at 4xx."""
    code, words = answer
    if code == wanted or (wanted == 250 and 200 <= code < 300):
        return
    end = End.FAILED if 500 <= code < 600 else End.LATER
    raise Stopped(Outcome(end, said(code, words)))


def said(code: int, words: bytes) -> str:
    plain = " ".join(words.decode("utf-8", "replace").replace("\x00", "").split())
    return f"{code} {plain}"[:LONGEST_WORDS]


def _list(refused: dict[str, str]) -> str:
    return "; ".join(f"{one}: {words}" for one, words in refused.items())[: 4 * LONGEST_WORDS]


def fault_of(fault: Exception, server: Server) -> str:
    """What went wrong before anything was handed over, in a sentence."""
    if isinstance(fault, smtplib.SMTPAuthenticationError):
        return f"{server} did not take the name and password: {_response(fault)}"
    if isinstance(fault, smtplib.SMTPResponseException):
        return f"{server} said {_response(fault)}"
    if isinstance(fault, gaierror):
        return f"There is no machine called {server.host}."
    if isinstance(fault, ConnectionRefusedError):
        return f"Nobody listens at {server}."
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"The certificate of {server} cannot be trusted: {fault.verify_message}."
    if isinstance(fault, TimeoutError) or "timed out" in str(fault):  # smtplib wraps it
        return f"{server} did not answer in time."
    return f"{server}: {_named(fault)}"[:LONGEST_WORDS]


def _response(fault: smtplib.SMTPResponseException) -> str:
    words = fault.smtp_error
    return said(fault.smtp_code, words if isinstance(words, bytes) else words.encode())


def _named(fault: Exception) -> str:
    is_late = isinstance(fault, TimeoutError) or "timed out" in str(fault)
    return "it did not answer in time" if is_late else str(fault)


__all__ = ["TIMEOUT", "connected", "deliver", "fault_of", "hand_over"]
