# ruff: noqa: S608 (names are ours; values are bound)
"""Rows of PostgreSQL as Arrow tables: COPY as text that Arrow's own reader parses.

Nothing is done for each row in Python: one row of the tables of a year's history costs less
to parse than PostgreSQL takes to print it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
from django.db import connection

ARROW = {
    "int64": pa.int64(), "float64": pa.float64(), "boolean": pa.bool_(), "string": pa.string(),
    "json": pa.string(), "timestamp('UTC')": pa.timestamp("us", tz="UTC"),
}  # fmt: skip

# Characters that hardly ever occur, so that hardly anything is quoted: JSON is full of the usual.
_CSV = "FORMAT csv, DELIMITER E'\\x02', QUOTE E'\\x01', ENCODING 'UTF8'"
_PARSE = pc.ParseOptions(delimiter="\x02", quote_char="\x01", newlines_in_values=True)

_CHUNK = 8 << 20  # bytes of text that are parsed at a time


def schema_of(columns: Mapping[str, str]) -> pa.Schema:
    """Arrow's types for columns of inputs.py."""
    return pa.schema([(name, ARROW[kind]) for name, kind in columns.items()])


def select(table: str, columns: Iterable[str]) -> str:
    """The beginning of a query that gives these columns; the table goes by `t` in what follows."""
    return f"""SELECT {", ".join(f't."{name}"' for name in columns)} FROM {table} t"""


def copy(
    query: str, parameters: Sequence[Any], columns: Mapping[str, str],
    *, take: Callable[[pa.Table], None],
) -> None:  # fmt: skip
    """Hand the rows of a query to `take`, some megabytes at a time, in one other thread.

    While one chunk is taken, the next is read: at most three are held.
    """
    schema = schema_of(columns)

    def parse(text: bytearray) -> None:
        take(_parsed(text, schema))

    waiting: list[Future[None]] = []
    # Closed at once if anything fails, for nothing else can be asked while rows are coming.
    with closing(_chunks(query, parameters)) as chunks, ThreadPoolExecutor(1) as parsing:
        for text in chunks:
            if len(waiting) == 2:
                waiting.pop(0).result()
            waiting.append(parsing.submit(parse, text))
        for one in waiting:
            one.result()


def _chunks(query: str, parameters: Sequence[Any]) -> Generator[bytearray, None, None]:
    with connection.cursor() as cursor:
        # Printed as Arrow reads it, whatever is the custom of the server.
        cursor.execute(
            "SELECT set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO', true),"
            " set_config('extra_float_digits', '1', true), set_config('jit', 'off', true)"
        )
        with cursor.copy(f"COPY ({query}) TO STDOUT WITH ({_CSV})", parameters) as rows:
            # Copied at once: to hold the rows as psycopg gives them takes four times as long.
            text = bytearray()
            for row in rows:
                text += row
                if len(text) >= _CHUNK:
                    yield text
                    text = bytearray()
            if text:
                yield text


def _parsed(text: bytearray, schema: pa.Schema) -> pa.Table:
    return pc.read_csv(
        pa.BufferReader(text),
        read_options=pc.ReadOptions(column_names=schema.names, block_size=len(text) + 1),
        parse_options=_PARSE,
        convert_options=pc.ConvertOptions(
            column_types=schema, null_values=[""], true_values=["t"], false_values=["f"],
            strings_can_be_null=True, quoted_strings_can_be_null=False,
        ),
    )  # fmt: skip
