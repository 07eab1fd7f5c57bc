"""A real installation for the stories: `handraise up` in a data directory of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import psycopg

from config.embedded import EmbeddedPostgres

ROOT = Path(__file__).resolve().parent.parent.parent
_OURS = ("HANDRAISE_", "DJANGO_", "PYTEST_")


class Installation:
    """Starts, finds and kills the processes of one installation. Use `with`."""

    def __init__(self, **told: str) -> None:
        """`told` are settings of it, without their HANDRAISE_."""
        self.data = Path(tempfile.mkdtemp(prefix="handraise-story-"))
        self.data.chmod(0o755)  # PostgreSQL runs as nobody when we are root
        self.port = _free_port()
        self.supervisor: subprocess.Popen[bytes] | None = None
        self.told = {f"HANDRAISE_{name}": value for name, value in told.items()}

    def __enter__(self) -> Installation:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        EmbeddedPostgres(self.data).stop()
        shutil.rmtree(self.data, ignore_errors=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def output(self) -> Path:
        return self.data / "up.output"

    def said(self) -> str:
        """The end of what the supervisor and its children printed."""
        return self.output.read_text()[-6000:]

    def found(self) -> str:
        """People, a signed agreement and a write key, which it gives."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.stories.founding", str(self.data)],
            env=_environment(), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def environment(self) -> dict[str, str]:
        return _environment() | self.told

    def up(self) -> None:
        """Start `handraise up`; does not wait."""
        command = [sys.executable, "-m", "config.cli", "up", "--port", str(self.port)]
        with self.output.open("ab") as output:
            self.supervisor = subprocess.Popen(
                [*command, "--data", str(self.data)], env=self.environment(), cwd=ROOT,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip

    def wait_until_it_serves(self, patience: float = 90.0) -> None:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            assert self.supervisor is not None
            assert self.supervisor.poll() is None, self.said()
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"Nothing serves after {patience} s: {self.said()}")

    def stop(self) -> int | None:
        """Ask the supervisor to stop, as Ctrl-C does; gives its exit status."""
        if self.supervisor is None:
            return None
        self.supervisor.send_signal(2)
        try:
            return self.supervisor.wait(60)
        except subprocess.TimeoutExpired:
            self.supervisor.kill()
            raise

    def kill(self, kind: str) -> None:
        """Kill -9 one process of this kind, as soon as there is one."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self.supervisor is not None
            assert self.supervisor.poll() is None, f"the supervisor ended: {self.said()}"
            found = self._process(kind)
            if found is not None:
                try:
                    found.kill()
                except psutil.NoSuchProcess:
                    continue
                if kind == "supervisor":
                    assert self.supervisor is not None
                    self.supervisor.wait()
                return
            time.sleep(0.02)
        raise AssertionError(f"There is no {kind} to kill: {self.said()}")

    def _process(self, kind: str) -> psutil.Process | None:
        assert self.supervisor is not None
        try:
            supervisor = psutil.Process(self.supervisor.pid)
            if kind == "supervisor":
                return supervisor
            if kind == "database":
                pid = EmbeddedPostgres(self.data).pid()
                return psutil.Process(pid) if pid else None
            web = _child(supervisor, "web")
            if kind == "web server":
                return web
            if kind == "web worker":
                return _child(web, "web") if web else None
            return _child(supervisor, "worker")
        except psutil.NoSuchProcess:
            return None

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(EmbeddedPostgres(self.data).url, autocommit=True)


def _child(parent: psutil.Process, command: str) -> psutil.Process | None:
    for child in parent.children():
        if command in child.cmdline()[2:5]:
            return child
    return None


def _environment() -> dict[str, str]:
    """This process's environment without what would point the installation elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
