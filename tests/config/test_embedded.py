"""The embedded PostgreSQL survives what happens to it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from config.embedded import LONGEST_SOCKET_FOLDER, EmbeddedPostgres, socket_folder

QUICK = ("fsync=off", "shared_buffers=16MB", "max_connections=20")


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="handraise-pg-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def server(data: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(data)
    server.start(*QUICK)
    yield server
    server.stop()
    assert server.pid() is None


def _elsewhere(data: Path, then: str) -> subprocess.Popen[bytes]:
    """Another process that starts (or joins) the server, and then does what is said."""
    code = (
        "import sys, os, time; from pathlib import Path; from config.embedded import *\n"
        f"server = EmbeddedPostgres(Path({str(data)!r}))\n"
        f"server.start(*{QUICK!r}, outlive={'leave' in then})\n{then}"
    )
    return subprocess.Popen([sys.executable, "-W", "error", "-c", code], stdout=subprocess.PIPE)


def _wait_until(gone: EmbeddedPostgres) -> None:
    deadline = time.monotonic() + 20
    while gone.pid() is not None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_it_listens_on_a_socket_only(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.url) as connection:
        row = connection.execute("show listen_addresses").fetchone()

    assert row == ("",)
    assert server.socket.stat().st_mode & 0o777 == 0o700


def test_nobody_else_reads_its_log(server: EmbeddedPostgres) -> None:
    assert server.log.stat().st_mode & 0o777 == 0o600


def test_it_runs_in_a_process_group_of_its_own(server: EmbeddedPostgres) -> None:
    pid = server.pid()

    assert pid is not None
    assert os.getpgid(pid) == pid


def test_it_starts_again_after_a_kill_and_keeps_what_was_committed(
    server: EmbeddedPostgres,
) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute("create table if not exists kept (n int)")
        connection.execute("insert into kept values (1)")
    before = server.pid()
    assert before is not None

    os.kill(before, signal.SIGKILL)
    assert server.process is not None
    server.process.wait()
    server.start(*QUICK)

    with psycopg.connect(server.url) as connection:
        assert connection.execute("select n from kept").fetchall() == [(1,)]
        connection.execute("drop table kept")
    assert server.pid() != before


def test_it_waits_for_former_backends_whatever_they_say_meanwhile(server: EmbeddedPostgres) -> None:
    before = server.pid()
    assert before is not None
    assert server.process is not None
    last_words = "2026-01-01 UTC [1] FATAL:  connection to client lost\n" * 2
    connection = psycopg.connect(server.url)
    left = connection.info.backend_pid
    os.kill(left, signal.SIGSTOP)  # it keeps the memory of the server that is killed

    def leave() -> None:
        end = time.monotonic() + 2
        while time.monotonic() < end:
            with server.log.open("a") as log:
                log.write(last_words)
            time.sleep(0.005)
        os.kill(left, signal.SIGKILL)

    os.kill(before, signal.SIGKILL)
    server.process.wait()
    leaving = Thread(target=leave)
    leaving.start()
    server.start(*QUICK)
    leaving.join()
    connection.close()

    assert server.pid() not in {None, before}
    assert "pre-existing shared memory block" in server.log.read_text()


def test_a_second_start_joins_the_server_that_runs(server: EmbeddedPostgres) -> None:
    second = EmbeddedPostgres(server.data)

    second.start(*QUICK)

    assert second.pid() == server.pid()
    second.leave()
    assert server.pid() is not None, "who leaves does not stop what others use"


def test_the_last_to_leave_stops_the_server(data: Path) -> None:
    first, second = EmbeddedPostgres(data), EmbeddedPostgres(data)
    first.start(*QUICK)
    second.start(*QUICK)

    first.leave()
    assert second.pid() is not None
    second.leave()

    assert second.pid() is None
    assert first.pid() is None


def test_many_may_start_it_at_once(data: Path) -> None:
    started = [_elsewhere(data, "time.sleep(0.2); server.leave()") for _ in range(4)]

    for process in started:
        process.communicate(timeout=60)

    assert [process.returncode for process in started] == [0, 0, 0, 0]
    assert EmbeddedPostgres(data).pid() is None


def test_it_ends_with_a_killed_parent(data: Path) -> None:
    parent = _elsewhere(data, "print(server.pid(), flush=True); time.sleep(60)")
    assert parent.stdout is not None
    assert int(parent.stdout.readline())

    parent.kill()
    parent.communicate()

    _wait_until(gone=EmbeddedPostgres(data))


def test_an_orphan_is_adopted(data: Path) -> None:
    parent = _elsewhere(data, "os.kill(os.getpid(), 9)  # and does not leave")
    parent.communicate()
    heir = EmbeddedPostgres(data)
    orphan = heir.pid()
    assert orphan is not None

    heir.start(*QUICK)

    assert heir.pid() == orphan
    heir.stop()


def test_the_number_of_another_process_in_the_lock_file_does_not_keep_it_from_starting(
    data: Path,
) -> None:
    server = EmbeddedPostgres(data)
    lock = server.cluster / "postmaster.pid"
    other = subprocess.Popen(["sleep", "60"])
    if os.geteuid() == 0:  # PostgreSQL minds only processes that it could signal
        other.kill()
        other.wait()
        other = subprocess.Popen(["sleep", "60"], user="nobody")
    lock.write_text(f"{other.pid}\n{server.cluster}\n1\n5432\n{server.socket}\n\n0 0\n")

    server.start(*QUICK)

    server.stop()
    other.kill()
    other.wait()


def test_a_path_too_long_for_a_socket_gets_a_short_one_of_its_own() -> None:
    long = Path("/tmp") / ("x" * 90) / "data"

    folder = socket_folder(long)

    assert len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER
    assert folder == socket_folder(long)
    assert folder != socket_folder(long.with_name("other"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that nobody can reach")
def test_as_root_it_runs_from_a_folder_nobody_can_reach() -> None:
    hidden = Path(tempfile.mkdtemp(prefix="handraise-pg-"))  # mode 0700, of root
    server = EmbeddedPostgres(hidden / "data")

    server.start(*QUICK)

    place = server.cluster.resolve()
    with psycopg.connect(server.url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    server.stop()
    for folder in (place, server.socket, hidden):
        shutil.rmtree(folder)
