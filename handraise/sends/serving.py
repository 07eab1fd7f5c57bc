"""The lines to a mail server, all served by the worker's own thread, each whenever it may go on.

Threads of Python would spend more on waiting for each other than on the mails. Only to open a
connection, which may take as long as the server likes, there is a thread for a moment.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from threading import Thread

import structlog

from handraise.post.decide import End, Outcome
from handraise.sends.composing import Mail, as_bytes
from handraise.sends.hands import AHEAD, ASIDE, Hand
from handraise.sends.lines import Lines, SmtpLine
from handraise.sends.signing import signer
from handraise.sends.talking import Talk
from handraise.sends.ticking import Ticking

log = structlog.get_logger()


class Talks:
    """Serves the connections to a mail server, all of them in turns."""

    def __init__(self, hand: Hand, lines: Lines, all_: Sequence[SmtpLine]) -> None:
        self.hand, self.lines = hand, lines
        self.waiting: deque[Mail] = deque()
        self.selector = DefaultSelector()
        self.desks = [_Desk(self, line) for line in all_]

    def give(self, mail: Mail) -> None:
        self.waiting.append(mail)
        for desk in self.desks:
            if desk.take():
                return

    def is_full(self) -> bool:
        return len(self.waiting) >= AHEAD

    def is_done(self) -> bool:
        return not self.waiting and not any(desk.mail for desk in self.desks)

    def turn(self, wait: float) -> None:
        ready = self.selector.select(wait if self._is_all_said() else 0)
        for key, _ in ready:
            key.data.go_on()
        for desk in self.desks:
            desk.look_after()
        if self.waiting and (self.hand.is_late() or all(desk.is_away for desk in self.desks)):
            self._put_back()

    def stop(self) -> None:
        for desk in self.desks:
            desk.stop()
        self.selector.close()

    def _is_all_said(self) -> bool:
        return not self.waiting or not any(desk.may_take() for desk in self.desks)

    def _put_back(self) -> None:
        is_away = all(desk.is_away for desk in self.desks)
        while self.waiting:
            self.hand.unsent(self.waiting.popleft(), aside=ASIDE if is_away else timedelta(0))


class _Desk:
    """One line to a mail server, and the mail that is on it."""

    def __init__(self, crew: Talks, line: SmtpLine) -> None:
        self.crew, self.line, self.hand = crew, line, crew.hand
        self.mail: Mail | None = None
        self.is_away = self.is_new = False
        self.opening: _Opening | None = None
        self.watched = -1  # descriptor
        self.events = 0
        self._watch()  # it may have to hear the end of the last load

    def may_take(self) -> bool:
        return self.mail is None and not self.is_away and self._is_at_rest()

    def take(self) -> bool:
        """Begin the next mail that waits, if this line is free for it."""
        if not self.may_take() or not self.crew.waiting or self.hand.is_late():
            return False
        self.mail = self.crew.waiting.popleft()
        self.is_new = False
        self._begin()
        return True

    def go_on(self) -> None:
        """Something can be said or heard."""
        talk = self.line.talk
        if talk is None or talk.is_over:
            self._unwatch()
        elif self.mail is None and talk.is_free():
            talk.look_up()
            self._watch()
        else:
            self._heard(self._safely(talk, talk.advance))

    def look_after(self) -> None:
        """What no event tells: an opening that came to its end, a server that fell silent."""
        if self.opening is not None and not self.opening.is_alive():
            self._opened()
        elif self.line.talk is not None and self.line.talk.is_late():
            self._heard(self.line.talk.broken(TimeoutError()))
        while self.take() and self.mail is None:
            pass

    def stop(self) -> None:
        if self.opening is not None:
            self.opening.join()
        if self.mail is not None and self.line.talk is not None:
            self.line.talk.close()
        self._unwatch()

    def _is_at_rest(self) -> bool:
        talk = self.line.talk
        return talk is None or talk.is_over or talk.is_free()

    def _begin(self) -> None:
        talk, mail = self.line.talk, self.mail
        assert mail is not None
        if talk is None or talk.is_over:
            self._unwatch()
            self.is_new = True
            self.opening = _Opening(self.line)
            self.opening.start()
            return
        try:
            message = _signed(mail, self.hand.clock)
        except Exception as fault:
            self._failed(fault)
            return
        self._heard(self._safely(talk, lambda: talk.begin(mail, message)))

    def _opened(self) -> None:
        assert self.opening is not None
        fault, self.opening = self.opening.fault, None
        if fault is not None:
            self._failed(fault)
        else:
            self._begin()

    def _heard(self, outcome: Outcome | None) -> None:
        talk = self.line.talk
        assert talk is not None
        if talk.is_asking and self.mail is not None:
            try:
                self.hand.book.handing(self.mail.send.pk)
            except OSError as fault:
                talk.close()
                self._failed(fault)
                return
            outcome = self._safely(talk, talk.give_text)
        if outcome is not None and self.mail is not None:
            self._ended(talk.is_over, outcome)
        self._watch()

    def _safely(self, talk: Talk, step: Callable[[], Outcome | None]) -> Outcome | None:
        """What nobody thought of must not hold up the others."""
        try:
            return step()
        except Exception as fault:
            log.exception("sends.line_broke", send=self.mail and self.mail.send.pk)
            return talk.broken(fault)

    def _ended(self, is_over: bool, outcome: Outcome) -> None:
        mail = self.mail
        assert mail is not None
        if is_over and not self.is_new and outcome.end is End.LATER:
            self._begin()  # the server had left: the same mail over a new connection
            return
        self.mail = None
        self.hand.ended(mail, outcome)

    def _failed(self, fault: Exception) -> None:
        """Nothing was handed over."""
        mail, self.mail, self.is_away = self.mail, None, True
        assert mail is not None
        self._unwatch()
        self.line.close()
        self.hand.failed(self.crew.lines, fault)
        self.hand.unsent(mail, aside=ASIDE)

    def _watch(self) -> None:
        talk = self.line.talk
        if talk is None or talk.is_over:
            self._unwatch()
            return
        events = EVENT_READ | EVENT_WRITE if talk.unsaid else EVENT_READ
        descriptor = talk.sock.fileno()
        if (descriptor, events) == (self.watched, self.events):
            return
        self._unwatch()
        self.crew.selector.register(descriptor, events, self)
        self.watched, self.events = descriptor, events

    def _unwatch(self) -> None:
        if self.watched >= 0:
            self.crew.selector.unregister(self.watched)
        self.watched = -1


class _Opening(Thread):
    """Opens a line, which may take as long as the server likes."""

    def __init__(self, line: SmtpLine) -> None:
        super().__init__(name="handraise-opening")
        self.line = line
        self.fault: Exception | None = None

    def run(self) -> None:
        try:
            self.line.open()
        except Exception as fault:
            self.fault = fault


def _signed(mail: Mail, clock: Ticking) -> bytes:
    at = clock.now()
    message = as_bytes(mail, at=at)
    signing = signer()
    if signing is None:
        return message
    return signing.signature(message, at=int(at.timestamp())) + message


__all__ = ["Talks"]
