# ruff: noqa: S608 (names are ours; values are bound, or quoted by `_escaped`)
"""DuckDB: everybody at once, over a folder of Parquet files or the tables of a connection."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from handraise.scoring import inputs
from handraise.scoring.compile import Compiled
from handraise.scoring.engines import handed
from handraise.scoring.engines.duckdb_functions import DuckDBFunctions
from handraise.scoring.engines.keeping import Keeping
from handraise.scoring.engines.moments import Moments
from handraise.scoring.engines.texts import text_of
from handraise.scoring.lake.manifest import files_of

MEMORY = "3GB"


class DuckDBEngine:
    """See `engines.Engine`. One is used by one thread at a time.

    Reads a lake (`Path`: a folder that `scoring.lake` wrote) or a connection that has the tables
    by the names in `scoring.inputs`. What outgrows `memory` is written to a folder of its own in
    `scratch`, which closing removes: close it (`contextlib.closing`).
    Nothing is ever fetched from the network: JSON, Parquet and time zones are built in.
    """

    name = "duckdb"

    def __init__(
        self,
        source: Path | duckdb.DuckDBPyConnection,
        *,
        memory: str = MEMORY,
        threads: int | None = None,
        scratch: Path | None = None,
    ) -> None:
        self.functions = DuckDBFunctions()
        self._spill: tempfile.TemporaryDirectory[str] | None = None
        if isinstance(source, Path):
            # Nobody else may read it: what is written there is about people.
            self._spill = tempfile.TemporaryDirectory(prefix="handraise-duckdb-", dir=scratch)
            spill = Path(self._spill.name)
            self.connection = connected(memory=memory, threads=threads, scratch=spill)
            _show(self.connection, source)
        else:
            self.connection = source.cursor()
        self.connection.execute("SET TimeZone = 'UTC'")

    def close(self) -> None:
        """Give back memory and disk."""
        self.connection.close()
        if self._spill is not None:
            self._spill.cleanup()

    def table(self, made: Compiled, expression: Any, moments: Moments) -> pa.Table:
        self._hand_in(made, moments)
        return self.connection.sql(text_of(expression, "duckdb")).to_arrow_table()

    @contextmanager
    def keeping(self, made: Compiled) -> Iterator[Keeping]:
        kept = _Kept(self.connection)
        self._hand_in_signals(made)
        try:
            yield kept
        finally:
            kept.forget()

    def _hand_in(self, made: Compiled, moments: Moments) -> None:
        run = self.connection.execute
        if moments.rows is None:
            run(
                "CREATE OR REPLACE TEMP TABLE moments AS SELECT id AS lead_id,"
                ' ?::TIMESTAMPTZ AS "at", ?::TIMESTAMPTZ AS known_by FROM leads_lead'
                " WHERE canonical_id = id AND withdrawn_at IS NULL ORDER BY id",
                [str(moments.at), str(moments.known_by)],
            )
        else:
            self._keep("moments", moments.rows)
        run("CREATE OR REPLACE TEMP TABLE asked AS SELECT DISTINCT lead_id FROM moments")
        self._hand_in_signals(made)

    def _hand_in_signals(self, made: Compiled) -> None:
        self._keep("signals", handed.signals(made.relations.plan))
        self._keep("own_lists", handed.own_lists(made.document))
        names = ", ".join(f"'{_escaped(name)}'" for name in sorted(made.document.lists))
        others = f"WHERE list NOT IN ({names})" if names else ""
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE lists AS SELECT list, value FROM own_lists"
            f" UNION ALL SELECT list, value FROM agreement_listentry {others}"
        )

    def _keep(self, name: str, rows: pa.Table) -> None:
        # A table and not the Arrow rows themselves, so that the planner knows how many there are.
        self.connection.register("handed_in", rows)
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM handed_in")
        self.connection.unregister("handed_in")


class _Kept:
    """See `keeping.Keeping`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._names: set[str] = set()

    def keep(self, name: str, rows: Any) -> int:
        text = f"CREATE OR REPLACE TEMP TABLE {name} AS {text_of(rows, 'duckdb')}"
        ((count,),) = self._connection.execute(text).fetchall()
        self._names.add(name)
        return int(count)

    def read(self, rows: Any) -> pa.Table:
        return self._connection.sql(text_of(rows, "duckdb")).to_arrow_table()

    def forget(self) -> None:
        for name in self._names:
            self._connection.execute(f"DROP TABLE IF EXISTS temp.{name}")


def connected(
    *, memory: str = MEMORY, threads: int | None = None, scratch: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """A connection in memory that stays within `memory` and reaches for nothing outside; without
    `scratch` it never writes what outgrows that to disk."""
    connection = duckdb.connect(
        config={
            "memory_limit": memory,
            "threads": str(threads or os.cpu_count() or 1),
            "temp_directory": str(scratch or ""),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            # Nobody asks for an order that is not asked for, and keeping one costs memory.
            "preserve_insertion_order": "false",
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _show(connection: duckdb.DuckDBPyConnection, lake: Path) -> None:
    """A view for each table of the lake, of the columns that compiled agreements read."""
    for table in inputs.STORED:
        columns = ", ".join(f'"{name}"' for name in table.columns)
        files = ", ".join(f"'{_escaped(str(path))}'" for path in files_of(lake, table.get_name()))
        connection.execute(
            f"CREATE OR REPLACE VIEW {table.get_name()} AS"
            f" SELECT {columns} FROM read_parquet([{files}])"
        )


def _escaped(text: str) -> str:
    return text.replace("'", "''")


__all__ = ["DuckDBEngine", "connected"]
