# ruff: noqa: S608 (names are ours; values are bound)
"""Writing the lake: what grows gets the rows that are new, all else is written anew.

Which rows are new cannot be told by the highest id written so far: ids are drawn in one order and
committed in another, and a row of an older id may appear after a newer one was written. So the
manifest keeps the set of ids that are in the lake, and a sync reads every row whose id is not in
that set, among them those that fell into a gap.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import transaction

from handraise.leads import journal
from handraise.leads.bulk import ids as id_array
from handraise.leads.bulk import rows_of
from handraise.leads.decide import Via
from handraise.leads.entry import Json
from handraise.scoring.lake import checksums, compacting, spans
from handraise.scoring.lake.copying import copy, select
from handraise.scoring.lake.manifest import (
    FORMAT,
    NAME,
    BusyLakeError,
    Kept,
    LakeError,
    Leaving,
    Manifest,
    NewerLakeError,
    Part,
    Tail,
    fault_of,
    read_manifest,
    write_manifest,
)  # fmt: skip
from handraise.scoring.lake.reading import Moment, moment
from handraise.scoring.lake.tables import TABLES, Table
from handraise.scoring.lake.writing import Writer
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

LEAVING_AFTER = timedelta(hours=1)  # by then whoever reads a file that was replaced has ended
_TAIL = 1_000
_LOCK = ".lock"
_FILE = re.compile(r"(\d{8})[a-z]?-\d{4}\.parquet")

# Called with table, rows written so far, and how many are expected (0: nobody knows), from another
# thread; it must not ask the database.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Change:
    """What a sync did to one table. `why_anew` says why one that grows was written anew."""

    rows: int
    written: int
    files: int
    bytes: int
    why_anew: str = ""


@dataclass(frozen=True, slots=True)
class Synced:
    """The lake after a sync, by table."""

    folder: Path
    at: datetime
    tables: dict[str, Change]

    @property
    def written(self) -> int:
        return sum(change.written for change in self.tables.values())


@dataclass
class _Run:
    """One sync, while it goes on."""

    folder: Path
    at: datetime
    number: int
    before: Manifest | None
    progress: Progress
    kept: dict[str, Kept] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)
    leaving: list[Leaving] = field(default_factory=list)


def sync(
    folder: Path,
    *,
    at: datetime,
    tables: Sequence[Table] = TABLES,
    is_full: bool = False,
    by: User | None = None,
    via: Via = Via.SHELL,
    progress: Progress = lambda *_: None,
) -> Synced:
    """Bring the lake in `folder` up to the database as it is now; afterwards it holds `tables`.

    With `is_full` everything is written anew and what was replaced is removed at once (people who
    were erased are then gone); otherwise replaced files stay an hour for those who read them.
    Raises PermissionDenied, BusyLakeError where another sync runs, and LakeError where the lake is
    not this database's or of a newer format.
    Whatever is killed when, the lake stays the one before or is the one after.
    """
    if by is not None:
        require(by, Permission.EXPORT)
    with _alone(folder):
        before = _before(folder, is_full)
        _sweep(folder, before, at)
        run = _Run(folder, at, _next_number(folder, before), before, progress)
        with moment() as now:
            _check_origin(run, now, is_full)
            for table in tables:
                _sync(run, table, is_full)
        manifest = _manifest(run, now)
        _journal(run, by, via)
        write_manifest(folder, manifest)
        if is_full:
            _sweep(folder, manifest, None)
    return Synced(folder, at, run.changes)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One writer at a time; the lock ends with its process, however that ends."""
    _make(folder)
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyLakeError(
                f"Another sync of the lake in {folder} is running: wait until it has ended."
            ) from None
        yield
    finally:
        os.close(descriptor)


def _make(folder: Path) -> None:
    """The folder, for its owner alone: what lies in it is about people."""
    if folder.is_dir() and not (folder / _LOCK).exists() and any(folder.iterdir()):
        raise LakeError(f"{folder} holds other things than a lake: name an empty folder.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def _before(folder: Path, is_full: bool) -> Manifest | None:
    if not (folder / NAME).exists():
        return None
    try:
        return read_manifest(folder)
    except NewerLakeError:
        raise
    except LakeError:
        if is_full:
            return None
        raise


def _sweep(folder: Path, manifest: Manifest | None, at: datetime | None) -> None:
    """Remove what no manifest names: left by a killed sync, or replaced longer than an hour ago.

    Without `at`, also what was replaced just now.
    """
    if manifest is None:
        return  # nobody can read this lake; its files go when the new one stands
    stay = {part.path for kept in manifest.tables.values() for part in kept.parts}
    stay |= {one.path for one in manifest.leaving if at and at - one.since < LEAVING_AFTER}
    for path in folder.glob("*/*.parquet"):
        if _FILE.fullmatch(path.name) and f"{path.parent.name}/{path.name}" not in stay:
            path.unlink()


def _next_number(folder: Path, before: Manifest | None) -> int:
    """Above every number that a file has, also one that no manifest names."""
    found = [_FILE.fullmatch(path.name) for path in folder.glob("*/*.parquet")]
    return 1 + max([before.number if before else 0, *(int(match[1]) for match in found if match)])


def _check_origin(run: _Run, now: Moment, is_full: bool) -> None:
    if run.before is not None and run.before.database != now.database and not is_full:
        raise LakeError(
            f"The lake in {run.folder} was written from another database: name another folder with"
            " --to, or write it anew with --full."
        )


def _sync(run: _Run, table: Table, is_full: bool) -> None:
    old = run.before.tables.get(table.name) if run.before else None
    why_anew = ""
    if old is not None and is_full:
        why_anew = "on request"
    elif old is not None and table.grows:
        why_anew = _why_anew(run.folder, table, old)
    if old is None or why_anew or not table.grows:
        _write_anew(run, table, old, why_anew)
    else:
        _add(run, table, old)


def _why_anew(folder: Path, table: Table, old: Kept) -> str:
    """Why rows cannot just be added, or nothing."""
    if old.columns != dict(table.columns):
        return "it has other columns now"
    fault = next(filter(None, (fault_of(folder, part) for part in old.parts)), "")
    if fault:
        return fault.rstrip(".")
    if old.tail is not None and _tail(table, old.tail.spans) != old.tail:
        return "its newest rows were changed or deleted in the database"
    return ""


def _write_anew(run: _Run, table: Table, old: Kept | None, why: str) -> None:
    writer = Writer(
        run.folder, table.name, table.columns, number=f"{run.number:08}", at_least_one=True
    )
    order = "" if table.grows else " ORDER BY t.id"
    with writer:
        _copy(run, table, writer, select(table.name, table.columns) + order, [], _rows(table))
    if old is not None and not why and _same(run.folder, old.parts, writer.parts):
        for part in writer.parts:  # what readers have open stays, and nothing need be replaced
            (run.folder / part.path).unlink()
        _keep(run, table, old.parts, old.spans, written=0)
        return
    run.leaving += [Leaving(part.path, run.at) for part in (old.parts if old else [])]
    _keep(run, table, writer.parts, writer.spans, written=writer.rows, why=why)


def _same(folder: Path, old: Sequence[Part], new: Sequence[Part]) -> bool:
    if any(fault_of(folder, part) for part in old):
        return False
    return [part.sha256 for part in old] == [part.sha256 for part in new]


def _add(run: _Run, table: Table, old: Kept) -> None:
    """Every row whose id the lake does not have: those past the highest, and those in gaps."""
    start = select(table.name, table.columns)
    *gaps, (past, _) = spans.others(old.spans)
    query = (
        f"{start} WHERE t.id >= %s UNION ALL {start} JOIN unnest(%s::bigint[], %s::bigint[])"
        " AS gap (low, high) ON t.id BETWEEN gap.low AND gap.high"
    )
    lows, highs = id_array(low for low, _ in gaps), id_array(high for _, high in gaps)
    writer = Writer(
        run.folder, table.name, table.columns, number=f"{run.number:08}", at_least_one=False
    )
    with writer:
        _copy(run, table, writer, query, [past, lows, highs], _rows_from(table, past))
    parts = [part for part in old.parts if part.rows or not writer.parts] + writer.parts
    gone = [part for part in old.parts if part not in parts]
    parts, merged = compacting.compact(run.folder, table, parts, number=f"{run.number:08}c")
    run.leaving += [Leaving(part.path, run.at) for part in [*gone, *merged]]
    _keep(run, table, parts, spans.joined(old.spans, writer.spans), written=writer.rows)


def _copy(
    run: _Run, table: Table, writer: Writer, query: str, parameters: list[Any], expected: int
) -> None:
    def take(rows: pa.Table) -> None:
        writer.take(rows)
        run.progress(table.name, writer.rows, max(expected, writer.rows))

    run.progress(table.name, 0, expected)
    try:
        copy(query, parameters, table.columns, take=take)
    except pa.ArrowInvalid as error:
        raise LakeError(f"A row of {table.name} cannot be exported: {error}.") from error


def _rows(table: Table) -> int:
    """About how many rows a table has."""
    ((found,),) = rows_of(
        "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table.name]
    )
    return max(int(found), 0)


def _rows_from(table: Table, past: int) -> int:
    ((highest,),) = rows_of(f"SELECT max(id) FROM {table.name}")
    return max((highest or 0) - max(past, 1) + 1, 0)


def _keep(
    run: _Run, table: Table, parts: list[Part], held: list[spans.Span], *, written: int,
    why: str = "",
) -> None:  # fmt: skip
    tail = _tail(table, spans.newest(held, _TAIL)) if table.grows else None
    kept = run.kept[table.name] = Kept(dict(table.columns), parts, held, tail)
    size = sum(part.bytes for part in parts)
    run.changes[table.name] = Change(kept.rows, written, len(parts), size, why)


def _tail(table: Table, newest: list[spans.Span]) -> Tail:
    """What the database says of these rows: at the next sync it must say the same.

    Otherwise it is one that was restored from a backup and has drawn the same ids again, or
    somebody was erased.
    """
    if not newest:
        return Tail([], 0, 0)
    ((rows, digest),) = rows_of(
        f"SELECT count(*), coalesce(sum({checksums.in_postgres(table.columns)}), 0)"
        f" FROM {table.name} t WHERE t.id BETWEEN %s AND %s AND t.id <@ %s::int8multirange",
        [newest[0][0], newest[-1][1], spans.multirange(newest)],
    )
    return Tail(newest, rows, int(digest) % 2**63)


def _manifest(run: _Run, now: Moment) -> Manifest:
    """The new one. Of tables that are no longer asked for nothing stays."""
    before = run.before
    if before is not None:
        run.leaving += [one for one in before.leaving if run.at - one.since < LEAVING_AFTER]
        for name in before.tables.keys() - run.kept.keys():
            run.leaving += [Leaving(part.path, run.at) for part in before.tables[name].parts]
    return Manifest(FORMAT, run.number, run.at, now.database, now.snapshot, run.kept, run.leaving)


@transaction.atomic
def _journal(run: _Run, by: User | None, via: Via) -> None:
    """Before the lake changes: rather a line too much than data that left without one."""
    rows: dict[str, Json] = {}
    for name, change in run.changes.items():
        if change.written:
            rows[name] = change.written
    who = by.name if by else "Handraise"
    total = sum(change.written for change in run.changes.values())
    journal.write(
        "scoring.lake_synced", at=run.at, via=via, by=by, data={"rows": rows},
        said=f"{who} wrote {total:,} rows to the lake.",
    )  # fmt: skip
