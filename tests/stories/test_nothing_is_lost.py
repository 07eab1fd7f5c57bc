"""Promise 1: an acknowledged activity is never lost and never counted twice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.stories.installation import ROOT, Installation

KINDS = ("web server", "web worker", "worker", "database", "supervisor")
THREADS = 6


def test_an_acknowledged_activity_is_never_lost_and_never_counted_twice() -> None:
    _kill_under_load(kills=10, pause=(0.2, 1.2))


@pytest.mark.slow
def test_an_acknowledged_activity_is_never_lost_in_many_kills() -> None:
    _kill_under_load(kills=60, pause=(0.1, 4.0))


def _kill_under_load(*, kills: int, pause: tuple[float, float]) -> None:
    seed = int(os.environ.get("HANDRAISE_STORY_SEED") or random.SystemRandom().randrange(10**6))
    print(f"seed {seed}")
    chance = random.Random(seed)
    deck = [KINDS[number % len(KINDS)] for number in range(kills)]
    chance.shuffle(deck)
    with Installation() as here:
        key = _ready(here)
        log, stop = here.data / "sent.log", here.data / "stop"
        with _sending(here.address, key, log, stop, seed) as sender:
            for kind in deck:
                time.sleep(chance.uniform(*pause))
                here.kill(kind)
                if kind == "supervisor":
                    here.up()
            _wait_for_progress(log, here)
            stop.touch()
            said = sender.communicate(timeout=180)[0]

        assert sender.returncode == 0, said
        _wait_for_empty_inbox(here)
        sent, acknowledged = _read(log)
        stored = _stored(here)
        print(f"seed {seed}: {kills} kills {dict(Counter(deck))}, {len(sent)} sent,"
              f" {len(acknowledged)} acknowledged, {sum(stored.values())} stored")  # fmt: skip
        assert acknowledged == sent, "after the end every message could be delivered"
        assert not [one for one in acknowledged if stored[one] == 0], f"lost (seed {seed})"
        assert not [one for one in stored if stored[one] > 1], f"counted twice (seed {seed})"
        assert here.stop() == 0


def _ready(here: Installation) -> str:
    """Up, with an agreement that both sides signed, so that everything has its work to do."""
    here.up()
    here.wait_until_it_serves()
    return here.found()


@contextmanager
def _sending(
    address: str, key: str, log: Path, stop: Path, seed: int
) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.stories.sender", address, key, str(log), str(stop)]
    with subprocess.Popen(
        [*command, str(THREADS), str(seed)], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as sender:  # fmt: skip
        try:
            yield sender
        finally:
            sender.kill()


def _wait_for_progress(log: Path, here: Installation) -> None:
    """After the last kill all must come back by itself: wait for messages acknowledged since."""
    before = log.stat().st_size
    deadline = time.monotonic() + 90
    while log.stat().st_size < before + 20_000:
        assert time.monotonic() < deadline, f"nothing is acknowledged: {here.said()}"
        time.sleep(0.1)


def _wait_for_empty_inbox(here: Installation) -> None:
    deadline = time.monotonic() + 180
    with here.connect() as connection:
        while True:
            row = connection.execute("select count(*) from capture_inbox").fetchone()
            assert row is not None
            if row[0] == 0:
                return
            assert time.monotonic() < deadline, f"{row[0]} calls are still in the inbox"
            time.sleep(0.2)


def _read(log: Path) -> tuple[set[str], set[str]]:
    lines = log.read_text().splitlines()
    return (
        {line[2:] for line in lines if line.startswith("?")},
        {line[2:] for line in lines if line.startswith("+")},
    )


def _stored(here: Installation) -> Counter[str]:
    with here.connect() as connection:
        rows = connection.execute("select message_id, count(*) from leads_activity group by 1")
        return Counter({str(name): int(str(count)) for name, count in rows})
