"""Turns are given up in the order in which they were taken, also by those who fail."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from handraise.capture.turns import Turns


def test_it_lets_the_first_finish_first() -> None:
    turns, done, second_began = Turns(), list[str](), Event()

    def second() -> None:
        with turns.next() as wait:
            second_began.set()
            wait()
            done.append("second")

    with turns.next() as wait:
        later = Thread(target=second)
        later.start()
        second_began.wait(10)
        wait()
        done.append("first")
    later.join(10)

    assert done == ["first", "second"]


def test_one_that_fails_keeps_nobody_waiting() -> None:
    turns = Turns()

    with pytest.raises(ZeroDivisionError), turns.next():
        raise ZeroDivisionError

    with turns.next() as wait:
        wait()
