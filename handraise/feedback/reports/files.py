"""Tables as files: CSV for a spreadsheet, Parquet for other software. The same cells in both."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from handraise.feedback.decide import Share
from handraise.feedback.tabular import Cell, Column, Table
from handraise.kit.cells import neutral

MOST = 50_000  # rows of a table that a file holds
_PARTS = ("count", "of", "value", "low", "high")
_TYPES = {"text": pa.string(), "count": pa.int64(), "instant": pa.timestamp("us", "UTC")}


def as_csv(table: Table) -> str:
    """The table as CSV; a share becomes five columns, and no text a formula. The last two columns
    of each row say as of when it holds and under which agreement versions. Beyond MOST rows the
    last one says how many are left out."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*_header(table), "as_of", "versions"])
    versions = " ".join(str(number) for number in table.versions)
    for row in table.rows[:MOST]:
        plain = [_text(cell) for cell in _cells(table, row)]
        writer.writerow([*plain, table.as_of.isoformat(), versions])
    if cut := left_out(table):
        writer.writerow([cut])
    return out.getvalue()


def left_out(table: Table) -> str:
    """That a file of this table does not hold all of it, in a sentence; empty if it does."""
    if len(table.rows) <= MOST:
        return ""
    return f"Only the first {MOST:,} of {len(table.rows):,} rows are in the file."


def as_parquet(table: Table) -> bytes:
    """The table as Parquet; the schema's metadata holds what CSV has in its last two columns, the
    finding and the definition, and what is left out."""
    rows = [_cells(table, row) for row in table.rows[:MOST]]
    names, types = _header(table), _types(table)
    columns = [
        pa.array([_typed(row[place], kind) for row in rows], kind)
        for place, kind in enumerate(types)
    ]
    told = {
        "as_of": table.as_of.isoformat(), "versions": " ".join(map(str, table.versions)),
        "finding": table.finding, "counted": table.definition.counted,
        "over": table.definition.over, "query": table.definition.sql,
        "left_out": left_out(table),
    }  # fmt: skip
    schema = pa.schema(list(zip(names, types, strict=True)), metadata=told)
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(columns, schema=schema), out)
    return out.getvalue()


def as_zip(tables: Iterable[Table], out: IO[bytes]) -> None:
    """Write every table as CSV and Parquet, and what each says, into one archive; one table is in
    memory at a time."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        said = []
        for table in tables:
            archive.writestr(f"{table.code}.csv", as_csv(table))
            archive.writestr(f"{table.code}.parquet", as_parquet(table))
            cut = [left_out(table)] if left_out(table) else []
            said.append("\n".join([
                table.title, table.finding, table.definition.counted, table.definition.over,
                *table.notes, *cut, table.definition.sql, "",
            ]))  # fmt: skip
        archive.writestr("definitions.txt", "\n".join(said))


def _header(table: Table) -> list[str]:
    return [name for column in table.columns for name in _names(column)]


def _names(column: Column) -> list[str]:
    if column.kind != "share":
        return [column.code]
    return [f"{column.code}_{part}" for part in _PARTS]


def _types(table: Table) -> list[pa.DataType]:
    found: list[pa.DataType] = []
    for column in table.columns:
        if column.kind == "share":
            found += [pa.int64(), pa.int64(), *[pa.float64()] * 3]
        else:
            found.append(_TYPES.get(column.kind, pa.float64()))
    return found


def _cells(table: Table, row: tuple[Cell, ...]) -> list[Any]:
    found: list[Any] = []
    for column, cell in zip(table.columns, row, strict=True):
        if column.kind != "share":
            found.append(cell)
        elif isinstance(cell, Share):
            bounds = (cell.value, cell.low, cell.high) if cell.of else (None, None, None)
            found += [cell.count, cell.of, *bounds]
        else:
            found += [None] * len(_PARTS)
    return found


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat()
    return neutral(str(cell))


def _typed(cell: Any, kind: pa.DataType) -> Any:
    if cell is None:
        return None
    if pa.types.is_string(kind):
        return str(cell)
    if pa.types.is_int64(kind):
        return int(cell)
    return float(cell) if pa.types.is_float64(kind) else cell
