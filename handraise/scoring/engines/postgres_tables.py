"""PostgreSQL behind the protocol of engines: for bulk work, over tables of the transaction.

The live score does not come this way: it keeps one prepared text per agreement (`postgres.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pyarrow as pa
from django.db import connection, transaction

from handraise.scoring.compile import Compiled
from handraise.scoring.engines import handed
from handraise.scoring.engines.keeping import Keeping
from handraise.scoring.engines.moments import INSTANT, Moments
from handraise.scoring.engines.postgres_functions import PostgresFunctions
from handraise.scoring.engines.postgres_settings import FREE, SETTINGS
from handraise.scoring.engines.texts import text_of

_AT_ONCE = 20_000
_TYPES = {
    pa.int64(): "bigint", pa.float64(): "float8", pa.string(): "text", pa.bool_(): "boolean",
    INSTANT: "timestamptz",
}  # fmt: skip


class PostgresEngine:
    """See `engines.Engine`. Reads Django's own database, inside one transaction a call."""

    name = "postgres"

    def __init__(self) -> None:
        self.functions = PostgresFunctions()

    def table(self, made: Compiled, expression: Any, moments: Moments) -> pa.Table:
        with self.keeping(made) as kept:
            assert isinstance(kept, _Kept)
            kept.hand_in(moments)
            return kept.read(expression)

    @contextmanager
    def keeping(self, made: Compiled) -> Iterator[Keeping]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(SETTINGS, ["auto"])
            kept = _Kept()
            kept.hand_in_signals(made)
            yield kept
            kept.forget()
            cursor.execute(FREE)


class _Kept:
    """See `keeping.Keeping`. Temporary tables, with statistics: nobody keeps those for us."""

    def __init__(self) -> None:
        self._names: set[str] = set()

    def keep(self, name: str, rows: Any) -> int:
        return self._make(name, f"AS {text_of(rows, 'postgres')}")

    def read(self, rows: Any) -> pa.Table:
        schema = rows.schema().to_pyarrow()
        found = []
        with _cursor() as cursor:
            cursor.execute(text_of(rows, "postgres"))
            while some := cursor.fetchmany(_AT_ONCE):
                columns = zip(*some, strict=True)
                arrays = [
                    pa.array(column, kind.type)
                    for column, kind in zip(columns, schema, strict=True)
                ]
                found.append(pa.record_batch(arrays, schema=schema))
        return pa.Table.from_batches(found, schema=schema)

    def hand_in(self, moments: Moments) -> None:
        if moments.rows is None:
            self._make(
                "moments",
                "AS SELECT id AS lead_id, %s::timestamptz AS at, %s::timestamptz AS known_by"
                " FROM leads_lead WHERE canonical_id = id AND withdrawn_at IS NULL",
                [str(moments.at), str(moments.known_by)],
            )
        else:
            self._copy("moments", moments.rows)
        self._make("asked", "AS SELECT DISTINCT lead_id FROM moments")

    def hand_in_signals(self, made: Compiled) -> None:
        self._copy("signals", handed.signals(made.relations.plan))
        self._copy("own_lists", handed.own_lists(made.document))
        self._make(
            "lists",
            "AS SELECT list, value FROM own_lists UNION ALL SELECT list, value"
            " FROM agreement_listentry WHERE NOT list = ANY(%s::text[])",
            [sorted(made.document.lists)],
        )

    def forget(self) -> None:
        with _cursor() as cursor:
            for name in self._names:
                cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")

    def _make(self, name: str, body: str, parameters: list[Any] | None = None) -> int:
        with _cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
            cursor.execute(f"CREATE TEMPORARY TABLE {name} {body}", parameters)
            count = cursor.rowcount
            cursor.execute(f"ANALYZE {name}")
        self._names.add(name)
        return count

    def _copy(self, name: str, rows: pa.Table) -> None:
        columns = ", ".join(f'"{field.name}" {_TYPES[field.type]}' for field in rows.schema)
        self._make(name, f"({columns})")
        with _cursor() as cursor:
            with cursor.copy(f"COPY {name} FROM STDIN") as copy:
                for batch in rows.to_batches(_AT_ONCE):
                    for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                        copy.write_row(row)
            cursor.execute(f"ANALYZE {name}")


@contextmanager
def _cursor() -> Iterator[psycopg.Cursor[Any]]:
    with connection.wrap_database_errors, psycopg.ClientCursor(connection.connection) as cursor:
        yield cursor


__all__ = ["PostgresEngine"]
