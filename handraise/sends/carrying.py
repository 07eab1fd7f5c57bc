"""One load on its way: a thread for each line, and what they bring back noted in portions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from queue import Empty, Full, SimpleQueue
from queue import Queue as Waiting
from threading import Event, Thread
from time import monotonic

import structlog

from handraise.post.decide import End, Outcome
from handraise.sends.composing import Mail
from handraise.sends.decide import Refused, State, is_gone
from handraise.sends.lines import Line, Lines, Unreachable
from handraise.sends.logbook import Answer, Logbook
from handraise.sends.models import Send
from handraise.sends.noting import Ended, ended, note, unsent
from handraise.sends.preparing import Unready, prepare
from handraise.sends.ticking import Ticking
from handraise.sends.ways import Ways

log = structlog.get_logger()
NOTED_EVERY = 100  # answers
NOTED_AFTER = 0.5  # seconds
BEAT = 60.0  # seconds after which the courier is heard of though nothing came back
LONGEST = 20.0  # seconds after which what is not on its way is left for another round
ASIDE = timedelta(seconds=10)  # how long sends are put off when their server is away
AHEAD = 100  # mails that wait for a line


class Carrying:
    """One load, from its claim until all of it is noted."""

    def __init__(self, book: Logbook, ways: Ways, clock: Ticking) -> None:
        self.book, self.ways, self.clock = book, ways, clock
        self.back: SimpleQueue[Ended] = SimpleQueue()
        self.stopping = Event()
        self.noted_at = monotonic()
        self.kept: list[Ended] = []
        self.running: dict[int, tuple[Waiting[Mail | None], list[Thread]]] = {}

    def carry(self, sends: Sequence[Send]) -> None:
        """Hand over all of them, and note what became of each."""
        with self._at_work():
            for portion in prepare(sends, self.ways, at=self.clock.at):
                for one in portion:
                    self._pass_on(one)
            for queue, threads in self.running.values():
                for _ in threads:
                    self._put(queue, None)
            while any(thread.is_alive() for _, them in self.running.values() for thread in them):
                self._collect(wait=0.05)
        self._collect(wait=0.0, is_last=True)

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """However it ends, no thread of ours writes into the book afterwards."""
        try:
            yield
        finally:
            self.stopping.set()
            for queue, threads in self.running.values():
                _drain(queue)
                for _ in threads:
                    queue.put(None)
                for thread in threads:
                    thread.join()

    def _pass_on(self, one: Mail | Unready) -> None:
        if isinstance(one, Unready):
            now = self.clock.now()
            self.back.put(Ended(one.send, State.FAILED, at=now, why=one.why))
            return
        way = self.ways.of(one.send.version.message.team_id)
        assert way is not None
        if id(way.lines) not in self.running:
            self.running[id(way.lines)] = self._started(way.lines)
        self._put(self.running[id(way.lines)][0], one)

    def _started(self, lines: Lines) -> tuple[Waiting[Mail | None], list[Thread]]:
        queue: Waiting[Mail | None] = Waiting(max(AHEAD, len(lines.all)))
        threads = [
            Thread(target=self._hand_over_all, args=(line, lines, queue), name="handraise-line")
            for line in lines.all
        ]
        for thread in threads:
            thread.start()
        return queue, threads

    def _put(self, queue: Waiting[Mail | None], mail: Mail | None) -> None:
        """Let it wait for a line; meanwhile note what came back."""
        self._collect(wait=0.0)
        while True:
            try:
                queue.put(mail, timeout=0.05)
                return
            except Full:
                self._collect(wait=0.0)

    def _collect(self, *, wait: float, is_last: bool = False) -> None:
        """Take what came back, and note it when it is much or has waited."""
        try:
            self.kept.append(self.back.get(timeout=wait) if wait else self.back.get_nowait())
            while True:
                self.kept.append(self.back.get_nowait())
        except Empty:
            pass
        waited = monotonic() - self.noted_at
        is_time = waited > (NOTED_AFTER if self.kept else BEAT)
        if is_last or is_time or len(self.kept) >= NOTED_EVERY:
            note(self.book.name, self.kept, at=self.clock.now(), is_over=is_last)
            self.kept, self.noted_at = [], monotonic()

    # In the thread of a line: no database there.

    def _hand_over_all(self, line: Line, lines: Lines, queue: Waiting[Mail | None]) -> None:
        is_away = False
        while (mail := queue.get()) is not None:
            if is_away or self.stopping.is_set() or self.clock.passed() > LONGEST:
                self.back.put(unsent(mail.send, at=self.clock.now(), aside=_aside(is_away)))
                continue
            try:
                self.back.put(self._hand_over(line, mail))
            except Exception as fault:  # nothing was handed over
                is_away = True
                line.close()
                lines.rest()
                is_known = isinstance(fault, Unreachable | Refused)
                log.warning("sends.line_failed", error=str(fault), is_known=is_known)
                self.back.put(unsent(mail.send, at=self.clock.now(), aside=ASIDE))

    def _hand_over(self, line: Line, mail: Mail) -> Ended:
        outcome = self._delivered(line, mail)
        answer = Answer(
            mail.send.pk, outcome.end, self.clock.now(), outcome.words, _is_gone(outcome)
        )
        try:
            self.book.answered(answer)
        except OSError as fault:  # a full disk: it is noted below all the same
            log.warning("sends.book_failed", error=str(fault))
        return ended(mail.send, answer)

    def _delivered(self, line: Line, mail: Mail) -> Outcome:
        """What became of it. Raises only what surely handed nothing over."""
        begun = False

        def begin() -> None:
            nonlocal begun
            self.book.handing(mail.send.pk)
            begun = True

        try:
            return line.deliver(mail, clock=self.clock, before_text=begin)
        except Unreachable:
            raise
        except Exception as fault:
            if not begun:
                raise
            log.exception("sends.line_broke", send=mail.send.pk)
            line.close()
            return Outcome(End.UNCLEAR, f"handing it over broke off ({type(fault).__name__}).")


def _aside(is_away: bool) -> timedelta:
    return ASIDE if is_away else timedelta(0)


def _is_gone(outcome: Outcome) -> bool:
    return any(is_gone(words) for words in outcome.refused.values())


def _drain(queue: Waiting[Mail | None]) -> None:
    """Make room, so that threads can be told to end; what is taken out waits again by its book."""
    try:
        while True:
            queue.get_nowait()
    except Empty:
        pass


__all__ = ["Carrying"]
