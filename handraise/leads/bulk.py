"""Many rows at once, on Django's own connection and inside its transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias, cast

import msgspec
from django.db import connection

_encode = msgspec.json.Encoder(decimal_format="number").encode


# What psycopg can bind is open-ended (lists of any of these, None, instants).
Params: TypeAlias = Sequence[Any] | Mapping[str, Any]


def as_json(value: object) -> str:
    """JSON text for a jsonb column. Takes what JSON knows, nothing else."""
    return _encode(value).decode()


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """COPY rows into a table; each row has one value for each column, JSON as text."""
    names = ", ".join(columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def next_ids(table: str, count: int) -> list[int]:
    """That many fresh ids of a table, ascending."""
    if count == 0:
        return []
    sql = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    return sorted(row[0] for row in rows_of(sql, [table, count]))


def rows_of(sql: str, params: Params = ()) -> list[tuple[Any, ...]]:
    """The rows that a statement gives."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cast(list[tuple[Any, ...]], cursor.fetchall())


def execute(sql: str, params: Params = ()) -> int:
    """Run a statement that gives no rows; the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)
