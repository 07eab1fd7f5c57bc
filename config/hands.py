"""More processes of one worker: the threads of one process share a single core for Python."""

from __future__ import annotations

import os
import signal
from _thread import start_new_thread
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from multiprocessing import connection, get_context
from multiprocessing.context import ForkProcess
from threading import Event, Thread

from config import family

PATIENCE = 15.0  # seconds that a hand gets to finish what it holds


class HandLost(RuntimeError):
    """One of the processes ended by itself; the worker ends too, to be started again whole."""


def set_by_signals(stop: Event) -> None:
    """Let SIGINT and SIGTERM set `stop`; in a thread of its own, since setting takes a lock: of two
    signals at once the second would wait for the first for ever, both in the main thread."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: start_new_thread(stop.set, ()))


@contextmanager
def hands(count: int, work: Callable[[Event], None], stop: Event) -> Iterator[None]:
    """Inside, `count` processes forked from this one do `work` until it returns.

    Call it in the main thread, with no connection open and signals that set `stop`: each process
    inherits the signals with an event of its own. `work` does not wait for `stop` in the thread
    that handles signals: a signal at the wrong moment would then never end. None outlives this
    process, also when that is killed. When one dies, `stop` is set; the block then ends with
    HandLost.
    """
    parent = os.getpid()
    context = get_context("fork")
    # A signal that reaches a new process before Python is awake in it is forgotten: it waits.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    arguments = (parent, work, stop, before)
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


def _live(parent: int, work: Callable[[Event], None], stop: Event, mask: Collection[int]) -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    family.end_with_parent(signal.SIGTERM, parent)
    work(stop)


def _mind(started: list[ForkProcess], stop: Event, lost: list[int]) -> None:
    connection.wait([process.sentinel for process in started])
    if not stop.is_set():
        lost.append(1)
        stop.set()
