"""Many rows at once, on Django's own connection and inside its transaction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias, cast

import msgspec
from django.db import connection
from django.db.models.expressions import RawSQL

from handraise.leads.kept_plans import kept_plans

_encode = msgspec.json.Encoder(decimal_format="number").encode

FEW = 50  # rows: up to these, to plan a statement takes longer than to run it
_CHUNK = 5000  # rows that a query that is streamed has in memory

# What psycopg can bind is open-ended (lists of any of these, None, instants).
Params: TypeAlias = Sequence[Any] | Mapping[str, Any]


def as_json(value: object) -> str:
    """JSON text for a jsonb column. Takes what JSON knows, nothing else."""
    return _encode(value).decode()


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """COPY rows into a table; each row has one value for each column, JSON as text.

    Values are None, truths, numbers, texts without NUL, instants with a zone. A row alone is
    inserted: COPY asks twice and plans each time.
    """
    rows = list(rows)
    if len(rows) == 1:
        with _kept_cursor() as cursor:
            cursor.execute(_insert_of(table, tuple(columns)), [_bound(value) for value in rows[0]])
        return
    lines = ["\t".join([_field(value) for value in row]) for row in rows]
    copy_lines(table, columns, lines)


@cache
def _insert_of(table: str, columns: tuple[str, ...]) -> str:
    marks = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - ours


def _bound(value: object) -> str | None:
    """As text, so that PostgreSQL takes it for what the column is: a plan serves numbers of any
    size."""
    return value if value is None or isinstance(value, str) else _field(value)


def copy_lines(table: str, columns: Sequence[str], lines: Iterable[str]) -> None:
    """COPY rows that are written out already: fields between tabs, texts through `escaped`."""
    names = ", ".join(columns)
    text = "\n".join(lines) + "\n"
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        copy.write(text)


def escaped(text: str) -> str:
    """A text as a field of a copied line."""
    # Four searches for a character each cost less than one for a class of them.
    if "\\" in text or "\n" in text or "\t" in text or "\r" in text:
        return _SPECIAL.sub(_escape, text)
    return text


_SPECIAL = re.compile(r"[\\\n\r\t]")
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _field(value: object) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return escaped(value)
    if value is True or value is False:
        return "t" if value else "f"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(value)
    raise TypeError(f"{value!r} cannot be copied.")


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES[found[0]]


def next_ids(table: str, count: int) -> list[int]:
    """That many fresh ids of a table, ascending."""
    if count == 0:
        return []
    # Looked up once: else it would be, anew, for each row.
    sql = """
        WITH its AS MATERIALIZED (
            SELECT pg_get_serial_sequence(%s::text, 'id')::regclass AS sequence
        )
        SELECT array_agg(nextval(its.sequence)) FROM its, generate_series(1, %s::integer)"""
    ((found,),) = rows_of(sql, [table, str(count)], is_kept=True)
    return sorted(found)


def ids(values: Iterable[int]) -> str:
    """The literal of a bigint[]; psycopg's own, made item by item, is the slower one by far."""
    return "{" + ",".join(map(str, values)) + "}"


def among(values: Iterable[int]) -> RawSQL:
    """For `filter(pk__in=among(…))`: one parameter, where a list becomes one for each id."""
    return RawSQL("SELECT unnest(%s::bigint[])", [ids(values)])


def texts(values: Iterable[str | None]) -> str:
    """The literal of a text[]."""
    return "{" + ",".join(["NULL" if text is None else _quoted(text) for text in values]) + "}"


def instants(values: Iterable[datetime | None]) -> str:
    """The literal of a timestamptz[]."""
    found = ["NULL" if at is None else f'"{at.isoformat()}"' for at in values]
    return "{" + ",".join(found) + "}"


def _quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def rows_of(sql: str, params: Params = (), *, is_kept: bool = False) -> list[tuple[Any, ...]]:
    """The rows that a statement gives.

    With `is_kept` the server binds the values and keeps the plan with the connection: for what is
    asked of few rows again and again. Every value then needs its type in the text (`%s::bigint[]`),
    and lists go as literals (`ids`, `texts`), numbers as text: a plan is kept for each type.
    """
    with _kept_cursor() if is_kept else connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cast(list[tuple[Any, ...]], cursor.fetchall())


def streamed(sql: str, params: Params = ()) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, a few thousand in memory at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, params)
        while some := cursor.fetchmany(_CHUNK):
            yield from some


@contextmanager
def _kept_cursor() -> Iterator[Any]:
    """As `connection.cursor()`, but values are bound and plans kept on the server."""
    if connection.queries_logged:  # who watches statements sees them with their values
        with connection.cursor() as watched:
            yield watched
        return
    with kept_plans(after=0), connection.cursor() as cursor:
        yield cursor


def keep_plans() -> None:
    """Until the transaction ends, plan what `is_kept` once for any number of rows.

    Left to choose, PostgreSQL plans anew each time: it takes every list for ten, and one lead alone
    for so much cheaper that planning seems to pay.
    """
    execute("SET LOCAL plan_cache_mode = force_generic_plan")


def execute(sql: str, params: Params = (), *, is_kept: bool = False) -> int:
    """Run a statement that gives no rows; the number of rows it touched. `is_kept`: `rows_of`."""
    with _kept_cursor() if is_kept else connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)
