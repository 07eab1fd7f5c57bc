"""How the supervisor paces itself. What it restarts and in which order, the stories show."""

from __future__ import annotations

import socket

import pytest

from config import session, supervise
from config.supervise import LONGEST_PAUSE, pause_after


def test_a_first_death_is_followed_by_no_pause() -> None:
    assert pause_after(0) == 0


def test_pauses_grow_and_end_growing() -> None:
    pauses = [pause_after(failures) for failures in range(20)]

    assert pauses == sorted(pauses)
    assert pauses[1:4] == [0.5, 1.0, 2.0]
    assert pauses[-1] == LONGEST_PAUSE


def test_a_taken_port_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "PORT_PATIENCE", 0.2)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        with pytest.raises(session.Refused, match="choose another with --port"):
            supervise._wait_for_port("127.0.0.1", taken.getsockname()[1])
