"""Promise: a message reaches nobody twice, and none that is due is lost.

Worker, mail server and database are killed at random while sends go out. What the protocol cannot
decide, as the server was cut off before it answered, is one message of each open connection for
each kill at most; it is named unclear, and not sent again.
"""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from tests.stories.installation import ROOT, Installation

KINDS = ("worker", "mail server", "database")
CONNECTIONS = 6


def test_sends_survive_kills() -> None:
    _kill_while_sending(sends=900, kills=3, pause=(0.3, 2.0))


@pytest.mark.slow
def test_twenty_thousand_sends_survive_many_kills() -> None:
    sends = int(os.environ.get("HANDRAISE_STORY_SENDS", "20000"))
    _kill_while_sending(sends=sends, kills=30, pause=(0.5, 5.0))


class PostOffice:
    """The mail server: killed without a word, and there again at the same port."""

    def __init__(self, log: Path) -> None:
        self.log = log
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.open()

    def open(self) -> None:
        command = [sys.executable, "-m", "tests.stories.post_office", str(self.port)]
        self.process = subprocess.Popen([*command, str(self.log)], cwd=ROOT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def arrived(self) -> Counter[str]:
        """How often each message arrived, by its Message-ID."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return Counter(line.split()[1] for line in lines)


def _kill_while_sending(*, sends: int, kills: int, pause: tuple[float, float]) -> None:
    seed = int(os.environ.get("HANDRAISE_STORY_SEED") or random.SystemRandom().randrange(10**6))
    print(f"seed {seed}")
    chance = random.Random(seed)
    deck = [KINDS[number % len(KINDS)] for number in range(kills)]
    chance.shuffle(deck)
    with Installation(MAIL_FROM="news@post.example", WORKER_PROCESSES="1",
                      MAIL_CONNECTIONS=str(CONNECTIONS)) as here:  # fmt: skip
        post = PostOffice(here.data / "arrived.log")
        here.told["HANDRAISE_SMTP_URL"] = f"smtp://127.0.0.1:{post.port}"
        try:
            _want(here, sends)
            here.up()
            for kind in deck:
                _wait_for_more(post, here)
                time.sleep(chance.uniform(*pause))
                if kind == "mail server":
                    post.kill()
                    time.sleep(chance.uniform(0.0, 1.0))
                    post.open()
                else:
                    here.kill(kind)
            _wait_until_all_ended(here, sends)
        finally:
            post.kill()
        _check(here, post.arrived(), kills=kills, said=f"seed {seed}, {Counter(deck)}")
        assert here.stop() == 0


def _want(here: Installation, sends: int) -> None:
    command = [sys.executable, "-m", "tests.stories.mailing", str(here.data), str(sends)]
    done = subprocess.run(
        command, env=here.environment(), cwd=ROOT, capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def _check(here: Installation, arrived: Counter[str], *, kills: int, said: str) -> None:
    with here.connect() as connection:
        rows = connection.execute("select message_id, state, attempts from sends_send").fetchall()
    states = {str(name): str(state) for name, state, _ in rows}
    counted = Counter(states.values())
    print(f"{said}: {len(arrived)} arrived, {dict(counted)}")
    assert not [one for one in arrived if arrived[one] > 1], f"sent twice ({said})"
    assert set(counted) <= {"sent", "unclear"}, f"not every one has an end ({said}): {counted}"
    lost = [one for one, state in states.items() if state == "sent" and one not in arrived]
    assert not lost, f"said to be sent, and never arrived ({said})"
    secret = [one for one in arrived if states[one] not in {"sent", "unclear"}]
    assert not secret, f"arrived, and said not to have been sent ({said})"
    assert counted["unclear"] <= CONNECTIONS * kills, f"too many are unclear ({said})"


def _wait_for_more(post: PostOffice, here: Installation) -> None:
    """Whatever was killed last must come back by itself, and go on."""
    before = len(post.arrived())
    deadline = time.monotonic() + 120
    while len(post.arrived()) <= before and _open(here):
        assert time.monotonic() < deadline, f"nothing leaves any more: {here.said()}"
        time.sleep(0.1)


def _wait_until_all_ended(here: Installation, sends: int) -> None:
    deadline = time.monotonic() + 120 + sends / 20
    while found := _open(here):
        assert time.monotonic() < deadline, f"{found} never left: {here.said()}"
        time.sleep(0.5)


def _open(here: Installation) -> int:
    """How many wait or are on their way; while the database is down, some."""
    try:
        with here.connect() as connection:
            row = connection.execute(
                "select count(*) from sends_send where state in ('waiting', 'sending')"
            ).fetchone()
    except psycopg.Error:  # it was killed a moment ago
        return 1
    assert row is not None
    return int(str(row[0]))
