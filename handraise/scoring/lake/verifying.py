# ruff: noqa: S608 (names are ours; values are bound)
"""Comparing the lake with the database, row for row, as of the sync.

What was written since is told from the ids that the lake holds and from the transaction that wrote
each row: one older than every transaction that ran at the sync was seen by it. That is another
reckoning than the one by which syncs find new rows, so each checks the other.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa

from handraise.leads.bulk import rows_of
from handraise.scoring.lake import checksums, spans
from handraise.scoring.lake.checksums import Asked
from handraise.scoring.lake.manifest import Kept, LakeError, Manifest, Part, fault_of, read_manifest
from handraise.scoring.lake.reading import Moment, moment

BUCKET = 10_000  # ids that are summed together
_NAMED = 5  # rows that are named, of however many

Progress = Callable[[str], None]
_Sums: TypeAlias = dict[int, tuple[int, int]]  # bucket → rows, sum of their digests

_IS_HELD = "t.id <@ %(held)s::int8multirange"
# Whether the transaction that wrote a row is older than every one that ran at the sync, so that the
# sync saw the row. A row knows the last 32 bits of that number; the others are those of the newest
# number that ends so. Savepoints have numbers of their own, above their transaction's, which
# `pg_visible_in_snapshot` would take for ended ones.
_IS_OLD = (
    "(%(now)s::bigint - ((%(now)s::bigint - t.xmin::text::bigint) & 4294967295)"
    " < %(horizon)s::bigint)"
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which a table of the lake is not what the database was at the sync."""

    table: str
    said: str

    def __str__(self) -> str:
        return f"{self.table}: {self.said}"


@dataclass
class _Database:
    """A table as the database tells it: of rows that the lake should hold as they are now."""

    sums: _Sums = field(default_factory=dict)
    missed: list[int] = field(default_factory=list)  # not in the lake, though seen by the sync
    changed: list[int] = field(default_factory=list)  # written to since, where tables may change


def verify(folder: Path, *, progress: Progress = lambda _: None) -> list[Difference]:
    """Every difference between the lake in `folder` and the database as of the last sync, but for
    rows that were written to since, or by a transaction not over then, where rows may change.

    Reads all of both. Raises LakeError where there is no lake or it is another database's.
    """
    manifest = read_manifest(folder)
    found: list[Difference] = []
    with moment() as now:
        if manifest.database != now.database:
            raise LakeError(f"The lake in {folder} was written from another database.")
        for name, kept in manifest.tables.items():
            progress(name)
            faults = [fault for part in kept.parts if (fault := _fault(folder, part))]
            # What cannot be read cannot be compared.
            found += [Difference(name, fault) for fault in faults] or list(
                _Comparison(folder, name, kept, manifest, now).differences()
            )
    return found


def _fault(folder: Path, part: Part) -> str:
    fault = fault_of(folder, part)
    if fault:
        return fault
    path = folder / part.path
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != part.sha256:
            return f"{path} is damaged: its checksum is another than when it was written."
    return ""


@dataclass(frozen=True)
class _Comparison:
    folder: Path
    name: str
    kept: Kept
    manifest: Manifest
    now: Moment

    def differences(self) -> Iterator[Difference]:
        database = self._database()
        if database.missed:
            yield self._said(
                "{} in the database since before the sync, and not here", database.missed
            )
        changed = pa.array(database.changed, pa.int64())
        lake = self._lake(Asked(spans.LOWEST, spans.HIGHEST, changed))
        differing = sorted(
            bucket
            for bucket in lake.keys() | database.sums.keys()
            if lake.get(bucket) != database.sums.get(bucket)
        )
        for bucket in differing[:_NAMED]:
            asked = Asked(bucket * BUCKET, (bucket + 1) * BUCKET - 1, changed)
            yield from self._named(self._lake_rows(asked), self._database_rows(asked))
        if len(differing) > _NAMED:
            rest = len(differing) - _NAMED
            yield Difference(self.name, f"{rest:,} more ranges of {BUCKET:,} ids differ.")

    def _database(self) -> _Database:
        found = _Database()
        for bucket, rows, total, missed, changed in rows_of(
            f"SELECT t.id / {BUCKET}, count(*) FILTER (WHERE {self._is_compared}),"
            f" sum({checksums.in_postgres(self.kept.columns)}) FILTER (WHERE {self._is_compared}),"
            f" array_agg(t.id ORDER BY t.id) FILTER (WHERE NOT {_IS_HELD} AND {_IS_OLD}),"
            f" array_agg(t.id) FILTER (WHERE {_IS_HELD} AND NOT {_IS_OLD})"
            f" FROM {self.name} t GROUP BY 1 ORDER BY 1",
            self._parameters,
        ):
            if rows:
                found.sums[bucket] = (rows, int(total))
            found.missed += missed or []
            found.changed += [] if self._grows else changed or []
        return found

    @property
    def _grows(self) -> bool:
        return self.kept.tail is not None

    @property
    def _is_compared(self) -> str:
        return _IS_HELD if self._grows else f"{_IS_HELD} AND {_IS_OLD}"

    @property
    def _parameters(self) -> dict[str, object]:
        return {
            "held": spans.multirange(self.kept.spans),
            "now": self.now.next_transaction,
            "horizon": self.manifest.horizon,
        }

    def _lake(self, asked: Asked) -> _Sums:
        found: _Sums = {}
        for path in self._files(asked):
            for bucket, rows, total in checksums.sums_of(path, self.kept.columns, asked, BUCKET):
                before = found.get(bucket, (0, 0))
                found[bucket] = (before[0] + rows, before[1] + total)
        return found

    def _files(self, asked: Asked) -> Iterator[Path]:
        for part in self.kept.parts:
            if part.first_id is None or part.last_id is None:
                continue  # an empty one
            if part.first_id <= asked.last and part.last_id >= asked.first:
                yield self.folder / part.path

    def _lake_rows(self, asked: Asked) -> list[tuple[int, int]]:
        return [
            row
            for path in self._files(asked)
            for row in checksums.digests_of(path, self.kept.columns, asked)
        ]

    def _database_rows(self, asked: Asked) -> dict[int, int]:
        return dict(
            rows_of(
                f"SELECT t.id, {checksums.in_postgres(self.kept.columns)} FROM {self.name} t"
                f" WHERE t.id BETWEEN %(first)s AND %(last)s AND {self._is_compared}",
                {**self._parameters, "first": asked.first, "last": asked.last},
            )
        )

    def _named(self, lake: list[tuple[int, int]], here: dict[int, int]) -> Iterator[Difference]:
        times = Counter(one for one, _ in lake)
        there = dict(lake)
        kinds = {
            "{} gone from the database": there.keys() - here.keys(),
            "{} missing from the files": here.keys() - there.keys(),
            "{} in the files more than once": {one for one, many in times.items() if many > 1},
            "{} other than in the database": {
                one for one in there.keys() & here.keys() if there[one] != here[one]
            },
        }
        for what, ids in kinds.items():
            if ids:
                yield self._said(what, sorted(ids))

    def _said(self, what: str, ids: list[int]) -> Difference:
        named = ", ".join(map(str, ids[:_NAMED])) + (", …" if len(ids) > _NAMED else "")
        rows = "1 row is" if len(ids) == 1 else f"{len(ids):,} rows are"
        return Difference(self.name, f"{what.format(rows)} (id {named}).")
