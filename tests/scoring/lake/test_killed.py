"""A sync that dies, or meets another: the lake stays whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from handraise.leads.models import Lead, Source
from handraise.leads.record import record
from handraise.scoring.lake import BusyLakeError, read_manifest
from handraise.scoring.lake.verifying import verify
from tests.leads.said import did
from tests.personas import NOON
from tests.scoring.lake.conftest import files_on_disk, files_that_count, ids, synced

pytestmark = pytest.mark.django_db(transaction=True)
_SYNC = """
import sys, django
django.setup()
from django.db import connections
connections.databases["default"]["NAME"] = sys.argv[2]
from pathlib import Path
from datetime import UTC, datetime
from handraise.feedback.lake import TABLES
from handraise.scoring.lake.syncing import sync

def stop(table, written, expected):
    if table == sys.argv[3]:
        print("here", flush=True)
        sys.stdin.read()

sync(Path(sys.argv[1]), at=datetime.now(UTC), tables=TABLES, progress=stop)
"""


class Elsewhere:
    """A sync in a process of its own, which stops when it comes to a table."""

    def __init__(self, lake: Path, table: str) -> None:
        name = str(connection.settings_dict["NAME"])
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SYNC, str(lake), name, table],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        )  # fmt: skip
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "here\n"

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self.end()

    def end(self) -> int:
        self._process.communicate("")
        return self._process.returncode


@pytest.mark.parametrize("table", ["leads_lead", "leads_activity", "agreement_version"])
def test_one_that_is_killed_leaves_the_lake_as_it_was(
    lake: Path, ada: Lead, website: Source, table: str
) -> None:
    synced(lake)
    before, there = read_manifest(lake), ids(lake)
    record([did(source=website, user_id="ada"), did(source=website, user_id="zoe")], at=NOON)

    Elsewhere(lake, table).kill()

    assert read_manifest(lake) == before
    assert ids(lake) == there
    assert verify(lake) == []

    synced(lake)

    assert len(ids(lake)) == len(there) + 2
    assert verify(lake) == []
    leaving = {one.path for one in read_manifest(lake).leaving}
    assert files_on_disk(lake) == files_that_count(lake) | leaving


def test_the_first_one_killed_is_no_hindrance(lake: Path, ada: Lead) -> None:
    Elsewhere(lake, "leads_fact").kill()
    assert files_on_disk(lake)

    synced(lake)
    synced(lake)

    assert verify(lake) == []
    assert files_on_disk(lake) == files_that_count(lake)


def test_the_second_of_two_is_refused(lake: Path, ada: Lead) -> None:
    first = Elsewhere(lake, "leads_activity")

    with pytest.raises(BusyLakeError, match="is running: wait until it has ended"):
        synced(lake)

    assert first.end() == 0
    assert verify(lake) == []
    synced(lake)


def test_a_database_that_goes_away_leaves_the_lake_as_it_was(lake: Path, ada: Lead) -> None:
    synced(lake)
    before = read_manifest(lake)
    parameters = connection.get_connection_params()
    told = {name: parameters[name] for name in ("dbname", "user", "password", "host", "port")
            if parameters.get(name)}  # fmt: skip
    first = Elsewhere(lake, "leads_activity")
    with psycopg.connect(**told, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE state = 'idle in transaction' AND datname = current_database()"
        )

    assert first.end() != 0
    assert read_manifest(lake) == before
    assert verify(lake) == []
