"""Further processes of a worker: they end with it, and it ends when it loses one."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import pytest

_WORKER = """
import threading
from config.hands import hands, set_by_signals

stop = threading.Event()
set_by_signals(stop)

def work(stop):
    stop.wait()

with hands(2, work, stop):
    print("working", flush=True)
    work(stop)
print("ended", flush=True)
"""


@contextmanager
def a_worker() -> Iterator[tuple[subprocess.Popen[str], list[psutil.Process]]]:
    """A process with two hands, and the hands."""
    process = subprocess.Popen(
        [sys.executable, "-c", _WORKER], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        yield process, psutil.Process(process.pid).children()
    finally:
        process.kill()
        process.communicate(timeout=10)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.02)


def ended(hands: list[psutil.Process]) -> bool:
    return not any(hand.is_running() and hand.status() != "zombie" for hand in hands)


def test_it_ends_with_its_hands_when_told_to() -> None:
    with a_worker() as (worker, hands):
        worker.terminate()

        said, _ = worker.communicate(timeout=20)

        assert (len(hands), worker.returncode, said) == (2, 0, "ended\n")
        assert ended(hands)


def test_no_hand_outlives_a_killed_worker() -> None:
    with a_worker() as (worker, hands):
        worker.kill()

        until(lambda: ended(hands))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_when_it_loses_a_hand(number: signal.Signals) -> None:
    with a_worker() as (worker, hands):
        hands[0].send_signal(number)

        _, said = worker.communicate(timeout=20)

        assert worker.returncode == 1
        assert "HandLost" in said
        assert ended(hands)


_BIRTHS = """
import os, signal, threading
from multiprocessing import active_children
from config.hands import HandLost, hands

def work(stop):
    stop.wait()

for _ in range(100):
    stop = threading.Event()
    try:
        with hands(1, work, stop):
            os.kill(active_children()[0].pid, signal.SIGTERM)
            work(stop)
    except HandLost:
        print("lost", flush=True)
"""


_STORM = """
import threading
from config.hands import set_by_signals

stop = threading.Event()
set_by_signals(stop)
threads = [threading.Thread(target=lambda: [None for _ in iter(lambda: stop.wait(0.1), True)])
           for _ in range(4)]
for thread in threads:
    thread.start()
print("up", flush=True)
for thread in threads:
    thread.join()
"""


def test_many_signals_at_once_end_it_as_one_does() -> None:
    for _ in range(15):
        with subprocess.Popen(
            [sys.executable, "-c", _STORM], text=True, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "up\n"
            for number in [signal.SIGTERM, signal.SIGINT] * 60:
                process.send_signal(number)
            try:
                process.wait(20)
            finally:
                process.kill()


def test_a_signal_that_comes_while_a_hand_is_born_is_not_forgotten() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BIRTHS], text=True, capture_output=True, timeout=60, check=True
    )

    assert done.stdout.split() == ["lost"] * 100
