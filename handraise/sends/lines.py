"""Lines to mail servers: connections that stay open from one message to the next.

A line that fails before the server asked for the text has handed nothing over. One that was open
before may have been closed by the server meanwhile: then the same message goes over a new one.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Protocol

import structlog

from handraise.post.decide import End, Outcome, Server
from handraise.post.mailing import TIMEOUT, connected, fault_of, hand_over
from handraise.sends.composing import Mail, as_bytes
from handraise.sends.decide import Refused
from handraise.sends.signing import signer
from handraise.sends.ticking import Ticking

log = structlog.get_logger()
IDLE = 30.0  # seconds after which an open line that nobody uses is closed
PAUSE = 5.0  # seconds before a server that could not be reached is asked again


class Unreachable(Exception):
    """The server could not be spoken to; nothing was handed over. Its text says why."""


class Line(Protocol):
    """One way over which one message at a time is handed over."""

    def open(self) -> bool:
        """Be ready; whether it had to be opened anew. Raises Unreachable."""
        ...

    def deliver(self, mail: Mail, *, clock: Ticking, before_text: Callable[[], None]) -> Outcome:
        """Hand over one message; `before_text` is called when it may arrive from then on."""
        ...

    def close(self) -> None: ...


class SmtpLine:
    """A connection to a mail server."""

    def __init__(self, server: Server, timeout: float = TIMEOUT) -> None:
        self.server, self.timeout = server, timeout
        self.spoken: smtplib.SMTP | None = None

    def open(self) -> bool:
        if self.spoken is not None and self.spoken.sock is not None:
            return False
        try:
            self.spoken = connected(self.server, self.timeout)
        except (OSError, smtplib.SMTPException) as fault:
            raise Unreachable(fault_of(fault, self.server)) from None
        return True

    def deliver(self, mail: Mail, *, clock: Ticking, before_text: Callable[[], None]) -> Outcome:
        at = clock.now()
        message = as_bytes(mail, at=at)
        signing = signer()
        if signing is not None:
            message = signing.signature(message, at=int(at.timestamp())) + message
        while True:
            is_new = self.open()
            assert self.spoken is not None
            outcome = hand_over(
                self.spoken, self.server, mail_from=mail.mail_from, recipients=[mail.recipient],
                message=message, before_text=before_text,
            )  # fmt: skip
            self._tidy(outcome)
            if is_new or self.spoken is not None or outcome.end is not End.LATER:
                return outcome

    def _tidy(self, outcome: Outcome) -> None:
        """Leave the connection ready for the next message, or closed."""
        if self.spoken is None or self.spoken.sock is None or outcome.words.startswith("421"):
            self.close()
        elif outcome.end is not End.SENT:
            try:
                self.spoken.rset()
            except (OSError, smtplib.SMTPException):
                self.close()

    def close(self) -> None:
        if self.spoken is None:
            return
        if self.spoken.sock is not None:
            with suppress(OSError, smtplib.SMTPException):
                self.spoken.sock.settimeout(1.0)
                self.spoken.quit()
        self.spoken.close()
        self.spoken = None


class Lines:
    """All lines of one way, kept open between rounds."""

    def __init__(self, make: Callable[[], Line], count: int) -> None:
        self.all = [make() for _ in range(max(1, count))]
        self.used_at = monotonic()
        self.asked_again_at = 0.0

    def is_reachable(self) -> bool:
        """Whether a first line is open or can be; asked again only after a pause."""
        if monotonic() < self.asked_again_at:
            return False
        try:
            self.all[0].open()
        except (Unreachable, Refused) as fault:
            log.warning("sends.unreachable", why=str(fault))
            self.rest()
            return False
        self.used_at = monotonic()
        return True

    def rest(self) -> None:
        """One of them failed: leave the server alone for a moment."""
        self.asked_again_at = monotonic() + PAUSE

    def close_idle(self) -> None:
        if monotonic() - self.used_at > IDLE:
            self.close()

    def close(self) -> None:
        for line in self.all:
            line.close()


__all__ = ["Line", "Lines", "SmtpLine", "Unreachable"]
