"""A version that comes into force reaches everybody, whatever is killed, while messages come in."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

from tests.stories.installation import ROOT, Installation, _environment
from tests.stories.test_nothing_is_lost import _read, _sending, _stored, _wait_for_empty_inbox

CROWD = 1_500
SCORED_BY = "select count(*) from scoring_score where version = %s"
WAITING = """
select count(*) from leads_lead lead left join scoring_score score on score.lead_id = lead.id
where lead.is_current and score.version is distinct from %s
"""


def test_everybody_is_scored_by_the_newest_version_under_kills_and_load() -> None:
    with Installation() as here:
        here.up()
        here.wait_until_it_serves()
        key = here.found()
        said(here, "crowd", str(CROWD))
        until(lambda: count(here, WAITING, 1) == 0, here)
        log, stop = here.data / "sent.log", here.data / "stop"
        with _sending(here.address, key, log, stop, 7) as sender:
            said(here, "publish", "61")
            until(lambda: count(here, SCORED_BY, 2) > 0, here)
            here.kill("worker")
            said(here, "publish", "62")
            until(lambda: count(here, SCORED_BY, 3) > CROWD // 4, here)
            before = len(_read(log)[1])
            here.kill("worker")
            until(lambda: count(here, WAITING, 3) == 0, here)
            acknowledged = len(_read(log)[1]) - before
            stop.touch()
            sender.communicate(timeout=180)

        _wait_for_empty_inbox(here)
        sent, taken = _read(log)
        stored = _stored(here)
        print(f"{acknowledged} messages acknowledged while everybody was scored anew")
        assert acknowledged > 0
        assert taken == sent
        assert [one for one in taken if stored[one] != 1] == []
        until(lambda: count(here, WAITING, 3) == 0, here)
        lines = journal(here)
        assert "Everybody is scored by version 3" in lines[-1]
        assert any(line.startswith("Version 3 took over when") for line in lines)
        assert here.stop() == 0


def said(here: Installation, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.stories.publishing", str(here.data), *words],
        env=_environment(), cwd=ROOT, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def count(here: Installation, sql: str, version: int) -> int:
    with here.connect() as connection:
        row = connection.execute(sql.encode(), [version]).fetchone()
        assert row is not None
        return int(str(row[0]))


def journal(here: Installation) -> list[str]:
    with here.connect() as connection:
        rows = connection.execute(
            b"select said from leads_journalline where kind like 'scoring.resc%' order by id"
        )
        return [str(said) for (said,) in rows]


def until(holds: Callable[[], bool], here: Installation, patience: float = 180) -> None:
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, here.said()
        time.sleep(0.05)
