"""manifest.json: which files of a lake count, and what they hold. Knows no Django.

A lake is read by its manifest alone: files that it does not name are left over from a sync that
was killed, or await removal.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec

FORMAT = 1  # another number where a reader of the older one would misread
NAME = "manifest.json"


class LakeError(ValueError):
    """A lake that cannot be read or written; the sentence says why."""


class NewerLakeError(LakeError):
    """A lake that a later release wrote: this one must not touch it."""


class BusyLakeError(LakeError):
    """Somebody else is writing this lake. It can be read meanwhile."""


class Part(msgspec.Struct, frozen=True):
    """One file. `path` is relative to the lake; `sha256` that of its bytes, in hex."""

    path: str
    rows: int
    bytes: int
    first_id: int | None
    last_id: int | None
    sha256: str


class Tail(msgspec.Struct, frozen=True):
    """The newest rows of a table that grows, as the database told them at the sync."""

    spans: list[tuple[int, int]]
    rows: int
    digest: int  # see checksums.py


class Kept(msgspec.Struct, frozen=True):
    """One table: its columns (names and types of inputs.py), files, and the ids in them."""

    columns: dict[str, str]
    parts: list[Part]
    spans: list[tuple[int, int]]
    tail: Tail | None = None

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


class Leaving(msgspec.Struct, frozen=True):
    """A file that no longer counts, kept a while for those who are reading it."""

    path: str
    since: datetime


class Manifest(msgspec.Struct, frozen=True):
    """`number` counts the syncs; `database` and `snapshot` say what was read (PostgreSQL's system
    identifier and database oid, and `pg_current_snapshot`)."""

    format: int
    number: int
    at: datetime
    database: str
    snapshot: str
    tables: dict[str, Kept]
    leaving: list[Leaving] = []

    @property
    def horizon(self) -> int:
        """Transactions older than this one had all ended when the lake was written."""
        return int(self.snapshot.partition(":")[0])


class _Format(msgspec.Struct):
    format: int


def read_manifest(folder: Path) -> Manifest:
    """Raises LakeError where there is no lake, a damaged one, or one of a newer format."""
    path = folder / NAME
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise LakeError(
            f"There is no lake in {folder}: write one with `handraise lake sync`."
        ) from None
    try:
        found = msgspec.json.decode(text, type=_Format).format
        if found <= FORMAT:
            return msgspec.json.decode(text, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LakeError(
            f"{path} is damaged ({error}): write it anew with `handraise lake sync --full`."
        ) from None
    raise NewerLakeError(
        f"The lake in {folder} has format {found}, and this release reads up to format {FORMAT}:"
        " use the release of Handraise that wrote it, or a newer one."
    )


def files_of(folder: Path, table: str) -> list[Path]:
    """The files of one table, by a name of inputs.py; at least one, though it may hold no row.

    Raises LakeError; a file that is missing or cut short is named. Who reads several tables takes
    `files_by_table`, lest a sync comes between.
    """
    return _files(folder, read_manifest(folder), table)


def files_by_table(folder: Path, tables: Iterable[str]) -> dict[str, list[Path]]:
    """The files of several tables as of one sync; otherwise as `files_of`."""
    manifest = read_manifest(folder)
    return {table: _files(folder, manifest, table) for table in tables}


def _files(folder: Path, manifest: Manifest, table: str) -> list[Path]:
    kept = manifest.tables.get(table)
    if kept is None:
        raise LakeError(
            f"The lake in {folder} has no {table}: write it with `handraise lake sync`."
        )
    for part in kept.parts:
        fault = fault_of(folder, part)
        if fault:
            raise LakeError(f"{fault} Write the lake anew with `handraise lake sync --full`.")
    return [folder / part.path for part in kept.parts]


def fault_of(folder: Path, part: Part) -> str:
    """What is wrong with a file as seen from outside, or nothing."""
    path = folder / part.path
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return f"{path} is missing."
    if size != part.bytes:
        return f"{path} is damaged: it has {size:,} bytes instead of {part.bytes:,}."
    return ""


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """From the moment of the renaming on, the lake is the new one; before it, the old one."""
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    coming = folder / f".{NAME}.coming"
    descriptor = os.open(coming, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    coming.replace(folder / NAME)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder as durable as the files."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
