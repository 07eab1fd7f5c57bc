"""Lines to mail servers and providers, kept open from one message to the next."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from time import monotonic
from typing import Protocol, runtime_checkable

import structlog

from handraise.post.decide import Outcome, Server
from handraise.post.mailing import TIMEOUT, connected, fault_of
from handraise.sends.composing import Mail
from handraise.sends.decide import Refused
from handraise.sends.talking import Talk

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

    def close(self) -> None: ...


@runtime_checkable
class WaitingLine(Line, Protocol):
    """A line whose client waits for every answer."""

    def deliver(self, mail: Mail, *, before_text: Callable[[], None]) -> Outcome:
        """Hand over one message; `before_text` is called when it may arrive from then on. Raises
        Unreachable."""
        ...


class SmtpLine:
    """A connection to a mail server."""

    def __init__(self, server: Server, timeout: float = TIMEOUT) -> None:
        self.server, self.timeout = server, timeout
        self.talk: Talk | None = None

    def open(self) -> bool:
        if self.talk is not None and not self.talk.is_over:
            return False
        try:
            spoken = connected(self.server, self.timeout)
        except (OSError, smtplib.SMTPException) as fault:
            raise Unreachable(fault_of(fault, self.server)) from None
        self.talk = Talk(spoken, self.server, self.timeout)
        return True

    def close(self) -> None:
        if self.talk is not None:
            self.talk.leave()
        self.talk = None


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


__all__ = ["Line", "Lines", "SmtpLine", "Unreachable", "WaitingLine"]
