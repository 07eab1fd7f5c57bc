"""A lake to write to, and both sides of it as rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.db import connection

from handraise.feedback.lake import TABLES
from handraise.scoring.lake import files_of, read_manifest
from handraise.scoring.lake.syncing import Synced, sync
from handraise.scoring.lake.tables import Table
from tests.personas import NOON

ACTIVITY = next(table for table in TABLES if table.name == "leads_activity")


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return tmp_path / "lake"


def synced(lake: Path, **options: Any) -> Synced:
    return sync(lake, **{"at": NOON, "tables": TABLES, **options})


def ids(lake: Path, table: str = "leads_activity") -> list[int]:
    files = [str(path) for path in files_of(lake, table)]
    return [row[0] for row in duckdb.read_parquet(files).order("id").select("id").fetchall()]


def in_lake(lake: Path, table: Table) -> list[dict[str, Any]]:
    """The rows of a table as DuckDB reads them."""
    files = [str(path) for path in files_of(lake, table.name)]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        rows: list[dict[str, Any]] = (
            connection.read_parquet(files).order("id").to_arrow_table().to_pylist()
        )
    return rows


def in_database(table: Table) -> list[dict[str, Any]]:
    columns = ", ".join(
        f't."{name}"{"::text" if kind == "json" else ""}' for name, kind in table.columns.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table.name} t ORDER BY t.id")
        return [dict(zip(table.columns, row, strict=True)) for row in cursor.fetchall()]


def files_on_disk(lake: Path) -> set[str]:
    return {str(path.relative_to(lake)) for path in lake.glob("*/*")}


def files_that_count(lake: Path) -> set[str]:
    kept = read_manifest(lake).tables.values()
    return {part.path for one in kept for part in one.parts}
