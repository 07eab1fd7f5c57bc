"""Files of a lake: Parquet, zstd, in row groups and files of bounded size, durable when closed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from handraise.scoring.lake import spans
from handraise.scoring.lake.copying import schema_of
from handraise.scoring.lake.manifest import Part, sync_folder

ROWS_A_GROUP = 100_000
ROWS_A_FILE = 2_000_000
_BYTES_A_GROUP = 64 << 20
# Columns of few different values. For others a dictionary is tried and given up, which took as long
# as all the rest, and half as much room again.
_REPEATING = {
    "name", "kind", "doubt", "purpose", "stage", "before", "after", "list", "why", "reason",
    "consequence", "country", "industry", "state",
}  # fmt: skip


class _Hashed:
    """A new file that only its owner may read, whose bytes are hashed while they are written."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._hash = hashlib.sha256()
        self.size = 0
        self.closed = False

    def write(self, given: bytes | memoryview) -> int:
        self._hash.update(given)
        self.size += len(given)
        return self._file.write(given)

    def flush(self) -> None:
        self._file.flush()

    def finish(self) -> str:
        """Close, durably; the hash in hex."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self.close()
        return self._hash.hexdigest()

    def close(self) -> None:
        self._file.close()
        self.closed = True


class Writer:
    """Writes the rows of one table. Use as a context; then `parts` and `spans` say what is there.

    Files are called `TABLE/NUMBER-PLACE.parquet`. With `at_least_one`, a table without rows gets an
    empty file, for its columns.
    """

    def __init__(
        self, folder: Path, table: str, columns: Mapping[str, str], *, number: str,
        at_least_one: bool,
    ) -> None:  # fmt: skip
        self.parts: list[Part] = []
        self.spans: list[spans.Span] = []
        self.rows = 0
        self._folder, self._table, self._number = folder, table, number
        self._at_least_one = at_least_one
        self._schema = schema_of(columns)
        self._waiting: list[pa.Table] = []
        self._file: _Hashed | None = None
        self._found: list[spans.Span] = []

    def __enter__(self) -> Self:
        place = self._folder / self._table
        place.mkdir(mode=0o700, exist_ok=True)
        return self

    def take(self, rows: pa.Table) -> None:
        """Rows in the order and types of the columns."""
        self._waiting.append(rows)
        self.rows += rows.num_rows
        if (
            sum(table.num_rows for table in self._waiting) >= ROWS_A_GROUP
            or sum(table.nbytes for table in self._waiting) >= _BYTES_A_GROUP
        ):
            self._write()

    def _write(self) -> None:
        rows = pa.concat_tables(self._waiting) if self._waiting else self._schema.empty_table()
        self._waiting = []
        if self._file is None:
            self._open()
        self._parquet.write_table(rows, row_group_size=ROWS_A_GROUP)
        for ids in rows.column("id").chunks:
            self._found += spans.spans_of(ids)
        self._in_file += rows.num_rows
        if self._in_file >= ROWS_A_FILE:
            self._finish()

    def _open(self) -> None:
        self._path = f"{self._table}/{self._number}-{len(self.parts):04}.parquet"
        self._file = _Hashed(self._folder / self._path)
        self._parquet = pq.ParquetWriter(
            self._file, self._schema, compression="zstd", write_page_checksum=True,
            use_dictionary=[name for name in self._schema.names if name in _REPEATING],
        )  # fmt: skip
        self._in_file = 0

    def _finish(self) -> None:
        assert self._file is not None
        self._parquet.close()
        ids = spans.joined(self._found)
        self._found = []
        first, last = (ids[0][0], ids[-1][1]) if ids else (None, None)
        self.parts.append(
            Part(self._path, self._in_file, self._file.size, first, last, self._file.finish())
        )
        self.spans = spans.joined(self.spans, ids)
        self._file = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        if error is not None:
            if self._file is not None:
                self._file.close()
            return
        if self._waiting or (self._at_least_one and not self.parts and self._file is None):
            self._write()
        if self._file is not None:
            self._finish()
        sync_folder(self._folder / self._table)
