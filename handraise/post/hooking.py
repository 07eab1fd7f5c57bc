"""One try to call another system: only where it may be called, at the address looked at."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Timer
from urllib.parse import urlsplit

from handraise.post.decide import End, Outcome, Refused, hook_url, is_public

TIMEOUT = 10.0  # seconds without a word
LONGEST = 30.0  # seconds for all of it: an answer that drips is cut off
SHOWN = 300  # characters of an answer that are kept
AGENT = "Handraise"


def call(
    url: str, body: bytes, *, headers: Mapping[str, str], may_be_private: bool,
    timeout: float = TIMEOUT, longest: float = LONGEST,
) -> Outcome:  # fmt: skip
    """POST the body. What was answered with 2xx is sent; redirects are not followed.

    The name is looked up once, all its addresses must be out on the internet unless
    `may_be_private`, and it is one of these that is spoken to: no second look-up can differ.
    """
    try:
        parts = urlsplit(hook_url(url))
        host = parts.hostname or ""
        line = _connected(parts.scheme, host, parts.port, may_be_private, timeout)
    except Refused as refused:
        return Outcome(End.FAILED, str(refused))
    except OSError as fault:
        return Outcome(End.LATER, _fault(fault))
    with _watched(line, longest):
        return _asked(line, parts.netloc, _target(url), body, headers, timeout)


def _connected(
    scheme: str, host: str, port: int | None, may_be_private: bool, timeout: float
) -> socket.socket:
    wanted = port or (443 if scheme == "https" else 80)
    places = {
        str(found[4][0]): None
        for found in socket.getaddrinfo(host, wanted, type=socket.SOCK_STREAM)
    }
    if not may_be_private and not all(map(is_public, places)):
        raise Refused(
            "The address leads into the house's own network, which is not called unless "
            "HANDRAISE_HOOKS_PRIVATE is yes."
        )
    line = socket.create_connection((next(iter(places)), wanted), timeout=timeout)
    if scheme == "http":
        return line
    try:
        return ssl.create_default_context().wrap_socket(line, server_hostname=host)
    except BaseException:
        line.close()
        raise


def _asked(
    line: socket.socket, netloc: str, target: str, body: bytes, headers: Mapping[str, str],
    timeout: float,
) -> Outcome:  # fmt: skip
    talk = http.client.HTTPConnection(netloc, timeout=timeout)
    talk.sock = line  # already there, so it looks nothing up
    try:
        sent = {"User-Agent": AGENT, "Content-Type": "application/json", "Connection": "close"}
        talk.request("POST", target, body=body, headers={**sent, **headers})
        answer = talk.getresponse()
        words = answer.read(SHOWN).decode("utf-8", "replace").replace("\x00", "")
    except (OSError, http.client.HTTPException) as fault:
        said = f"It was called and did not answer for it ({_fault(fault)})"
        return Outcome(End.UNCLEAR, said)
    finally:
        talk.close()
        line.close()
    return _judged(answer.status, " ".join(words.split()))


def _judged(status: int, words: str) -> Outcome:
    said = f"{status} {words}".strip()
    if 200 <= status < 300:
        return Outcome(End.SENT, said)
    if 300 <= status < 400:
        return Outcome(End.FAILED, f"{status}: it sends us elsewhere; enter its final address.")
    if status == 429 or status >= 500:
        return Outcome(End.LATER, said)
    return Outcome(End.FAILED, said)


@contextmanager
def _watched(line: socket.socket, longest: float) -> Iterator[None]:
    """Hang up when all of it takes too long, however lively the other side seems."""
    timer = Timer(longest, _hang_up, [line])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it was over already


def _target(url: str) -> str:
    parts = urlsplit(url.strip())
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _fault(fault: Exception) -> str:
    if isinstance(fault, socket.gaierror):
        return "There is no machine of that name."
    if isinstance(fault, TimeoutError):
        return "It did not answer in time."
    if isinstance(fault, ConnectionRefusedError):
        return "Nobody listens there."
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"Its certificate cannot be trusted: {fault.verify_message}."
    return f"{str(fault) or type(fault).__name__}."


__all__ = ["call"]
