"""Threads of one process prepare side by side and finish in the order in which they began."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition


class Turns:
    """Numbered turns, each given up when its block ends, whatever happened in it."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._taken = 0
        self._served = 0

    @contextmanager
    def next(self) -> Iterator[Callable[[], None]]:
        """Take the next turn; the function given waits until all earlier ones are given up."""
        with self._changed:
            number = self._taken
            self._taken += 1
        try:
            yield lambda: self._wait_for(number)
        finally:
            self._wait_for(number)
            with self._changed:
                self._served += 1
                self._changed.notify_all()

    def _wait_for(self, number: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._served == number)
