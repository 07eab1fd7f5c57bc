"""One load on its way: prepared, given to those who hand it over, and noted in portions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from queue import Empty
from time import monotonic

from handraise.sends.composing import Mail
from handraise.sends.crews import Crew, crew_of
from handraise.sends.decide import State
from handraise.sends.hands import Hand
from handraise.sends.logbook import Logbook
from handraise.sends.models import Send
from handraise.sends.noting import Ended, note
from handraise.sends.preparing import Unready, prepare
from handraise.sends.ticking import Ticking
from handraise.sends.ways import Ways

NOTED_EVERY = 250  # answers
NOTED_AFTER = 0.5  # seconds
BEAT = 60.0  # seconds after which the courier is heard of though nothing came back
MOMENT = 0.05  # seconds to wait for servers before looking at what came back


class Carrying:
    """One load, from its claim until all of it is noted."""

    def __init__(self, book: Logbook, ways: Ways, clock: Ticking) -> None:
        self.book, self.ways, self.clock = book, ways, clock
        self.hand = Hand(book, clock)
        self.noted_at = monotonic()
        self.kept: list[Ended] = []
        self.crews: dict[int, Crew] = {}

    def carry(self, sends: Sequence[Send]) -> None:
        """Hand over all of them, and note what became of each."""
        with self._at_work():
            for one in prepare(sends, self.ways, at=self.clock.at, between=self._turn):
                self._pass_on(one)
            while not all(crew.is_done() for crew in self.crews.values()):
                self._turn(MOMENT)
        self._collect(is_last=True)

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """However it ends, nobody writes into the book afterwards."""
        try:
            yield
        finally:
            for crew in self.crews.values():
                crew.stop()

    def _pass_on(self, one: Mail | Unready) -> None:
        """Let it wait for a line; meanwhile note what came back."""
        if isinstance(one, Unready):
            now = self.clock.now()
            self.kept.append(Ended(one.send, State.FAILED, at=now, why=one.why))
            return
        way = self.ways.of(one.send.version.message.team_id)
        assert way is not None
        crew = self.crews.get(id(way.lines))
        if crew is None:
            crew = self.crews[id(way.lines)] = crew_of(way.lines, self.hand)
        while crew.is_full():
            self._turn(MOMENT)
        crew.give(one)

    def _turn(self, wait: float = 0.0) -> None:
        """Have everybody go on, and wait for them a moment when nobody can."""
        for crew in self.crews.values():
            crew.turn(wait / len(self.crews))
        self._collect()

    def _collect(self, *, is_last: bool = False) -> None:
        """Take what came back, and note it when it is much or has waited."""
        try:
            while True:
                self.kept.append(self.hand.back.get_nowait())
        except Empty:
            pass
        waited = monotonic() - self.noted_at
        is_time = waited > (NOTED_AFTER if self.kept else BEAT)
        if is_last or is_time or len(self.kept) >= NOTED_EVERY:
            note(self.book.name, self.kept, at=self.clock.now(), is_over=is_last)
            self.kept, self.noted_at = [], monotonic()


__all__ = ["Carrying"]
