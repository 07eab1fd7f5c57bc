"""More processes of one worker: the threads of one process share a single core for Python."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from multiprocessing import connection, get_context
from multiprocessing.context import ForkProcess
from threading import Event, Thread
from types import FrameType

from config import family

PATIENCE = 15.0  # seconds that a hand gets to finish what it holds


class HandLost(RuntimeError):
    """One of the processes ended by itself; the worker ends too, to be started again whole."""


def set_by_signals(stop: Event) -> None:
    """Let SIGINT and SIGTERM set `stop`; call it in the main thread, once in each process.

    A handler written in Python runs in the main thread and only when that wakes: one that waits
    for a lock just then sleeps on, and one that is about to set `stop` waits for itself. So a
    thread of its own sets it, woken by the byte that the interpreter writes at once.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _heard)
    Thread(target=_set, args=(reading, stop), daemon=True).start()


def _heard(number: int, frame: FrameType | None) -> None:
    """The byte in the pipe says it all."""


def _set(reading: int, stop: Event) -> None:
    while number := os.read(reading, 1):
        if number[0] in (signal.SIGINT, signal.SIGTERM):
            stop.set()


@contextmanager
def hands(count: int, work: Callable[[Event], None], stop: Event) -> Iterator[None]:
    """Inside, `count` processes forked from this one do `work` until it returns.

    Call it in the main thread, with no connection open. Each process has an event of its own, set
    by the signals that it gets. None outlives this process, also when that is killed. When one
    dies, `stop` is set; the block then ends with HandLost.
    """
    parent = os.getpid()
    context = get_context("fork")
    # A signal that reaches a new process before Python is awake in it is forgotten: it waits.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    arguments = (parent, work, before)
    started = [context.Process(target=_live, args=arguments) for _ in range(count)]
    for process in started:
        process.start()
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    lost: list[int] = []
    if started:
        Thread(target=_mind, args=(started, stop, lost), daemon=True).start()
    try:
        yield
    finally:
        stop.set()
        for process in started:
            process.terminate()
        for process in started:
            process.join(PATIENCE)
            process.kill()
    if lost:
        raise HandLost("A process of the worker ended by itself.")


def _live(parent: int, work: Callable[[Event], None], mask: Collection[int]) -> None:
    stop = Event()  # somebody may just have held the lock of the one that was copied
    set_by_signals(stop)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    family.end_with_parent(signal.SIGTERM, parent)
    work(stop)


def _mind(started: list[ForkProcess], stop: Event, lost: list[int]) -> None:
    connection.wait([process.sentinel for process in started])
    if not stop.is_set():
        lost.append(1)
        stop.set()
