# ruff: noqa: S608 (names are ours; values are bound)
"""A number for each row, the same from PostgreSQL and from a file; sums of them need no order.

Each row is written out (numbers and instants as whole numbers, so that no engine's taste in
printing them shows), and the first 60 bits of its SHA-256 are its digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

if TYPE_CHECKING:
    import duckdb

Sum: TypeAlias = tuple[int, int, int]

_APART, _NULL = "\\x02", "\\x01"
_POSTGRES = {
    "int64": "{0}::text",
    "boolean": "{0}::text",
    "string": "{0}",
    "json": "{0}::text",
    "float64": "('x' || encode(float8send({0}), 'hex'))::bit(64)::bigint::text",
    "timestamp('UTC')": "(('x' || encode(timestamptz_send({0}), 'hex'))::bit(64)::bigint"
    " + 946684800000000)::text",  # PostgreSQL counts from the year 2000
}


def in_postgres(columns: Mapping[str, str]) -> str:
    """The expression of a row's digest, of table `t`."""
    texts = [_POSTGRES[kind].format(f't."{name}"') for name, kind in columns.items()]
    fields = f", E'{_APART}', ".join(f"coalesce({text}, E'{_NULL}')" for text in texts)
    text = f"convert_to(concat({fields}), 'UTF8')"
    return f"('x' || substr(encode(sha256({text}), 'hex'), 1, 15))::bit(60)::bigint"


def _in_duckdb(columns: Iterable[str]) -> str:
    fields = ", chr(2), ".join(f'coalesce("{name}"::VARCHAR, chr(1))' for name in columns)
    return f"('0x' || substr(sha256(concat({fields})), 1, 15))::BIGINT"


@dataclass(frozen=True)
class Asked:
    """Which rows of a file: from one id to another, but for some."""

    first: int
    last: int
    leaving_out: pa.Array


def sums_of(path: Path, columns: Mapping[str, str], asked: Asked, bucket: int) -> Iterator[Sum]:
    """Rows of a file by `id / bucket`: bucket, number, sum of digests; some more than once."""
    query = f"SELECT id // {bucket}, count(*), sum({_in_duckdb(columns)}) FROM asked GROUP BY 1"
    for connection in _asked(path, columns, asked):
        yield from connection.execute(query).fetchall()


def digests_of(path: Path, columns: Mapping[str, str], asked: Asked) -> Iterator[tuple[int, int]]:
    """Id and digest of rows of a file."""
    for connection in _asked(path, columns, asked):
        yield from connection.execute(f"SELECT id, {_in_duckdb(columns)} FROM asked").fetchall()


def _asked(
    path: Path, columns: Mapping[str, str], asked: Asked
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that has some of the rows as `asked`, again and again until all were there."""
    import duckdb  # only who verifies needs it: every worker and web process would load it

    with (
        duckdb.connect(config={"autoload_known_extensions": "false"}) as connection,
        pq.ParquetFile(path, page_checksum_verification=True) as file,
    ):
        for rows in file.iter_batches(batch_size=50_000, columns=list(columns)):
            ids = rows.column("id")
            is_asked = pc.and_(pc.greater_equal(ids, asked.first), pc.less_equal(ids, asked.last))
            if len(asked.leaving_out):
                is_left_out = pc.is_in(ids, value_set=asked.leaving_out)
                is_asked = pc.and_(is_asked, pc.invert(is_left_out))
            connection.register("asked", _as_whole(rows.filter(is_asked)))
            yield connection


def _as_whole(rows: pa.RecordBatch) -> pa.Table:
    """The bits of floating-point numbers, and the microseconds of instants."""
    arrays = [
        column.view(pa.int64())
        if pa.types.is_floating(column.type) or pa.types.is_timestamp(column.type)
        else column
        for column in rows.columns
    ]
    return pa.table(arrays, names=rows.schema.names)
