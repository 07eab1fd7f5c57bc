"""`handraise up`: database, web and worker as one; what dies is started again, at once, then with
growing pauses. Web and worker end first, the database last.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from config import family, session
from config.embedded import EmbeddedError, EmbeddedPostgres, product_settings

PATIENCE = 20.0  # seconds that web and worker get to finish what they hold
PORT_PATIENCE = 10.0  # and the children of a killed supervisor, to free the port
LONGEST_PAUSE = 30.0
DATABASE_PAUSE = 5.0
STARTS = 10
SETTLED_AFTER = 10.0  # a child that lived this long starts again without a pause


def pause_after(failures: int) -> float:
    """Seconds before the next start, after so many quick deaths in a row."""
    return 0.0 if failures == 0 else min(LONGEST_PAUSE, 0.5 * 2.0 ** (failures - 1))


@dataclass
class Child:
    """A process that is meant to run for ever."""

    name: str
    arguments: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_after: float = 0.0
    failures: int = field(default=0)

    def start(self) -> None:
        environment = os.environ | {family.PARENT: str(os.getpid())}
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.cli", *self.arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the supervisor only, who minds the order
            preexec_fn=family.born_of(signal.SIGKILL),
        )

    def ended(self) -> int | None:
        """The exit status, once: the child is then due to start again after a pause."""
        if self.process is None or (status := self.process.poll()) is None:
            return None
        self.process = None
        now = time.monotonic()
        self.failures = 0 if now - self.started_at > SETTLED_AFTER else self.failures + 1
        self.start_after = now + pause_after(max(0, self.failures - 1))
        return status

    def is_due(self) -> bool:
        return self.process is None and time.monotonic() >= self.start_after

    def terminate(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def finish(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Supervisor:
    """Runs until told to stop by SIGINT, SIGTERM or SIGHUP."""

    def __init__(self, data: Path, *, host: str, port: int, say: Callable[[str], None]) -> None:
        self.data = session.choose_data(data)
        self.host, self.port, self.say = host, port, say
        self.postgres = None if session.is_external() else EmbeddedPostgres(self.data)
        self.children = [
            Child("web", ["web", "--host", host, "--port", str(port)]),
            Child("worker", ["worker"]),
        ]
        # Not an Event: a signal that arrives while its own thread waits for one may never end.
        self._must_stop = False
        self._lock = -1
        self._database_after = 0.0

    def start(self) -> None:
        """All that must hold before the children run; raises a sentence where it does not."""
        self._lock = _only_one(self.data)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._told_to_stop)
        _wait_for_port(self.host, self.port)
        self._begin()

    def _begin(self) -> None:
        """Database and migrations; once more where the database was killed meanwhile."""
        for _ in range(STARTS):
            if self.postgres is not None:
                self.postgres.start(*product_settings())
            try:
                session.set_up()
                return
            except Exception:
                if self.postgres is None or self.postgres.pid() is not None:
                    raise
                self.say("The database ended; starting it again.")
                session.disconnect()
        raise session.Refused("The database ends again and again: see postgres.log.")

    def run(self, ready: Callable[[], None]) -> None:
        """Mind the children until told to stop. `ready` is called once, when pages are served."""
        session.disconnect()
        is_ready = False
        try:
            while not self._must_stop:
                self._mind()
                if not is_ready and _answers(self.host, self.port):
                    is_ready = True
                    ready()
                time.sleep(0.1)
        finally:
            self.stop()

    def stop(self) -> None:
        deadline = time.monotonic() + PATIENCE
        for child in self.children:
            child.terminate()
        for child in self.children:
            child.finish(deadline)
        if self.postgres is not None:
            self.postgres.stop()

    def abandon(self) -> None:
        """Undo a start that failed; what others run in this directory goes on."""
        if self.postgres is not None and self._lock >= 0:
            self.postgres.leave()

    def _mind(self) -> None:
        self._mind_database()
        for child in self.children:
            status = child.ended()
            if status is not None:
                pause = max(0.0, child.start_after - time.monotonic())
                self.say(f"The {child.name} {_how(status)}; starting it again in {pause:.1f} s.")
            if child.is_due():
                child.start()

    def _mind_database(self) -> None:
        """Start it again, at once; where that fails (a full disk), say so and go on trying."""
        if self.postgres is None or self.postgres.pid() is not None:
            return
        if time.monotonic() < self._database_after:
            return
        self.say("The database ended; starting it again.")
        try:
            self.postgres.start(*product_settings())
        except EmbeddedError as error:
            self.say(f"{error} Trying again in {DATABASE_PAUSE:.0f} s.")
            self._database_after = time.monotonic() + DATABASE_PAUSE

    def _told_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._must_stop = True


def _how(status: int) -> str:
    return f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"


def _only_one(data: Path) -> int:
    """Hold the directory; the kernel lets go when we die, however."""
    lock = os.open(data / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = os.pread(lock, 20, 0).decode().strip()
        os.close(lock)
        raise session.Refused(f"Handraise runs on {data} already (process {pid}).") from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def _wait_for_port(host: str, port: int) -> None:
    """Web workers share their port with whoever asks for it, so ask here whether it is free.

    A killed supervisor's children need a moment to end.
    """
    family_of = socket.AF_INET6 if ":" in host else socket.AF_INET
    deadline = time.monotonic() + PORT_PATIENCE
    while time.monotonic() < deadline:
        with socket.socket(family_of) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except PermissionError:
                raise session.Refused(f"Port {port} needs more rights than you have.") from None
            except OSError:
                time.sleep(0.1)
            else:
                return
    raise session.Refused(f"Port {port} at {host} is taken: choose another with --port.")


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=0.2):
            return True
    except OSError:
        return False
