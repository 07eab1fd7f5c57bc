"""Crews: who hands the mails of a load over by the lines of one way.

Either kind writes into the logbook before a text leaves and after the answer, and gives a line
that failed nothing more of this load.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from queue import Empty, Queue
from threading import Event, Thread
from typing import Protocol

import structlog

from handraise.post.decide import End, Outcome
from handraise.sends.composing import Mail
from handraise.sends.hands import AHEAD, ASIDE, Hand
from handraise.sends.lines import Lines, SmtpLine, Unreachable, WaitingLine
from handraise.sends.serving import Talks

log = structlog.get_logger()


class Crew(Protocol):
    """Takes mails, and gives what became of each to its hand."""

    def give(self, mail: Mail) -> None: ...

    def is_full(self) -> bool:
        """Whether enough wait for a line."""
        ...

    def is_done(self) -> bool:
        """Whether all that was given has come to an end."""
        ...

    def turn(self, wait: float) -> None:
        """Do what can be done now; when nothing can, wait for so many seconds at most."""
        ...

    def stop(self) -> None:
        """Whatever is under way is left as it is: nothing is written into the book afterwards."""
        ...


def crew_of(lines: Lines, hand: Hand) -> Crew:
    """Who serves these lines."""
    to_servers = [line for line in lines.all if isinstance(line, SmtpLine)]
    if to_servers:
        return Talks(hand, lines, to_servers)
    return Threads(hand, lines, [line for line in lines.all if isinstance(line, WaitingLine)])


class Threads:
    """Serves the lines to a provider, whose client waits for every answer: a thread for each. There
    is no database in them."""

    def __init__(self, hand: Hand, lines: Lines, all_: Sequence[WaitingLine]) -> None:
        if not all_:
            raise TypeError("Nobody can hand over by these lines.")
        self.hand, self.lines = hand, lines
        self.queue: Queue[Mail | None] = Queue()
        self.moved, self.stopping = Event(), Event()
        self.threads = [
            Thread(target=self._hand_over_all, args=(line,), name="handraise-line") for line in all_
        ]
        for thread in self.threads:
            thread.start()

    def give(self, mail: Mail) -> None:
        self.queue.put(mail)

    def is_full(self) -> bool:
        return self.queue.qsize() >= max(AHEAD, len(self.threads))

    def is_done(self) -> bool:
        return self.queue.unfinished_tasks == 0

    def turn(self, wait: float) -> None:
        if wait:
            self.moved.wait(wait)
            self.moved.clear()

    def stop(self) -> None:
        self.stopping.set()
        try:
            while True:
                self.queue.get_nowait()  # it waits again by its book
        except Empty:
            pass
        for _ in self.threads:
            self.queue.put(None)
        for thread in self.threads:
            thread.join()

    def _hand_over_all(self, line: WaitingLine) -> None:
        is_away = False
        while (mail := self.queue.get()) is not None:
            if is_away or self.stopping.is_set() or self.hand.is_late():
                self.hand.unsent(mail, aside=ASIDE if is_away else timedelta(0))
            else:
                is_away = not self._hand_over(line, mail)
            self.queue.task_done()
            self.moved.set()

    def _hand_over(self, line: WaitingLine, mail: Mail) -> bool:
        """Whether the line can be used further."""
        try:
            self.hand.ended(mail, self._delivered(line, mail))
        except Exception as fault:  # nothing was handed over
            line.close()
            self.hand.failed(self.lines, fault)
            self.hand.unsent(mail, aside=ASIDE)
            return False
        return True

    def _delivered(self, line: WaitingLine, mail: Mail) -> Outcome:
        """What became of it. Raises only what surely handed nothing over."""
        begun = False

        def begin() -> None:
            nonlocal begun
            self.hand.book.handing(mail.send.pk)
            begun = True

        try:
            return line.deliver(mail, before_text=begin)
        except Unreachable:
            raise
        except Exception as fault:
            if not begun:
                raise
            log.exception("sends.line_broke", send=mail.send.pk)
            line.close()
            return Outcome(End.UNCLEAR, f"handing it over broke off ({type(fault).__name__}).")


__all__ = ["Crew", "crew_of"]
