"""What all who hand mails over do the same way: log each, and tell what became of it."""

from __future__ import annotations

from datetime import timedelta
from queue import SimpleQueue

import structlog

from handraise.post.decide import Outcome
from handraise.sends.composing import Mail
from handraise.sends.decide import Refused, is_gone
from handraise.sends.lines import Lines, Unreachable
from handraise.sends.logbook import Answer, Logbook
from handraise.sends.noting import Ended, ended, unsent
from handraise.sends.ticking import Ticking

log = structlog.get_logger()
LONGEST = 20.0  # seconds after which what is not on its way is left for another round
ASIDE = timedelta(seconds=10)  # how long sends are put off when their server is away
AHEAD = 100  # mails that wait for a line


class Hand:
    """Of one load: its book, its clock, and what came `back`. Any thread may use it."""

    def __init__(self, book: Logbook, clock: Ticking) -> None:
        self.book, self.clock = book, clock
        self.back: SimpleQueue[Ended] = SimpleQueue()

    def ended(self, mail: Mail, outcome: Outcome) -> None:
        words, is_address = outcome.words, any(map(is_gone, outcome.refused.values()))
        answer = Answer(mail.send.pk, outcome.end, self.clock.now(), words, is_address)
        try:
            self.book.answered(answer)
        except OSError as fault:  # a full disk: it is noted below all the same
            log.warning("sends.book_failed", error=str(fault))
        self.back.put(ended(mail.send, answer))

    def unsent(self, mail: Mail, *, aside: timedelta = timedelta(0)) -> None:
        self.back.put(unsent(mail.send, at=self.clock.now(), aside=aside))

    def failed(self, lines: Lines, fault: Exception) -> None:
        """A line failed before it handed anything over."""
        lines.rest()
        is_known = isinstance(fault, Unreachable | Refused)
        log.warning("sends.line_failed", error=str(fault), is_known=is_known)

    def is_late(self) -> bool:
        return self.clock.passed() > LONGEST


__all__ = ["AHEAD", "ASIDE", "LONGEST", "Hand"]
