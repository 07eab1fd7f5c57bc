"""The logbook of a courier: what it hands over and what became of it, on the disk of its machine.

A line is written before the text of a message goes over the line, and one after the server's
answer, straight to the system: so a worker that is killed leaves at most one message of each of its
connections without an answer, and the database, which may be away, is not waited for. The book is
locked as long as its writer lives; who gets the lock may bring the load home.

A machine that lost its power may have lost lines as well: a book written before the last start
proves nothing about what it does not tell.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Self
from uuid import UUID, uuid4

import msgspec
from django.conf import settings

from handraise.post.decide import End

_SUFFIX = ".log"


class Answer(msgspec.Struct, array_like=True, frozen=True):
    """What the server said of a send, and when. `is_address`: its address was refused for good."""

    send_id: int
    end: End
    at: datetime
    words: str
    is_address: bool = False


class _Handing(msgspec.Struct, array_like=True, frozen=True):
    send_id: int


_encode = msgspec.json.Encoder().encode
_handing = msgspec.json.Decoder(_Handing)
_answer = msgspec.json.Decoder(Answer)


@dataclass(frozen=True, slots=True)
class Told:
    """What a book tells: answers, and the sends that were handed over without one."""

    answers: dict[int, Answer] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)


class Logbook:
    """A book of ours, open and locked. Any thread may write; each line is one write."""

    def __init__(self, name: UUID, path: Path, descriptor: int) -> None:
        self.name, self.path, self._file = name, path, descriptor
        self._alone = Lock()

    @classmethod
    def begin(cls) -> Self:
        """A new book, locked before anybody can see it."""
        name = uuid4()
        shelf = _shelf()
        hidden = shelf / f".{name}"
        descriptor = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        path = shelf / f"{name}{_SUFFIX}"
        hidden.rename(path)
        return cls(name, path, descriptor)

    @classmethod
    def take_over(cls, path: Path) -> Self | None:
        """The book of a dead worker, now locked by us; None while its writer lives."""
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), path.stat()):
                return cls(UUID(path.stem), path, descriptor)
        except OSError:  # locked, or brought home meanwhile
            pass
        os.close(descriptor)
        return None

    def handing(self, send_id: int) -> None:
        """From here on this message may arrive."""
        self._write(b">" + _encode(_Handing(send_id)) + b"\n")

    def answered(self, answer: Answer) -> None:
        self._write(b"<" + _encode(answer) + b"\n")

    def told(self) -> Told:
        """Everything that the book tells. A line without its end was never finished: a message
        is handed over only after its line was, and an answer that is not whole is none."""
        told = Told()
        os.lseek(self._file, 0, os.SEEK_SET)
        with os.fdopen(os.dup(self._file), "rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                try:
                    _read(line, told)
                except msgspec.DecodeError:  # zeros, as a power cut leaves; others are still told
                    continue
        return told

    def leave(self) -> None:
        """Close it and let it lie, for whoever brings its load home."""
        fcntl.flock(self._file, fcntl.LOCK_UN)  # a forked child may have it open too
        os.close(self._file)

    def end(self) -> None:
        """Everything it tells stands in the database."""
        self.path.unlink(missing_ok=True)
        os.close(self._file)

    def _write(self, line: bytes) -> None:
        with self._alone:
            written = os.write(self._file, line)
            if written != len(line):  # what follows shall stand on a line of its own
                os.ftruncate(self._file, os.fstat(self._file).st_size - written)
                raise OSError(f"The logbook {self.path} could not be written: is the disk full?")


def _read(line: bytes, told: Told) -> None:
    if line.startswith(b">"):
        told.open.add(_handing.decode(line[1:]).send_id)
        return
    answer = _answer.decode(line[1:])
    told.answers[answer.send_id] = answer
    told.open.discard(answer.send_id)


def left_books() -> Iterator[Logbook]:
    """The books of dead workers on this machine, each locked by us."""
    for path in sorted(_shelf().glob(f"*{_SUFFIX}")):
        book = Logbook.take_over(path)
        if book is not None:
            yield book


def books_here() -> list[UUID]:
    """The couriers whose books lie on this machine, at work or dead."""
    return [UUID(path.stem) for path in _shelf().glob(f"*{_SUFFIX}")]


def boot() -> str:
    """Which start of this machine it is."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:  # no Linux: every start of ours counts as one of the machine
        return f"process {os.getpid()}"


def _shelf() -> Path:
    shelf = Path(settings.DATA) / "couriers"
    shelf.mkdir(parents=True, exist_ok=True)
    return shelf
