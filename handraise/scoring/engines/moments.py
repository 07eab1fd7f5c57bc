"""Which leads, at which instants, with the knowledge of when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

INSTANT = pa.timestamp("us", "UTC")
SCHEMA = pa.schema([("lead_id", pa.int64()), ("at", INSTANT), ("known_by", INSTANT)])

# Later than whatever became known. Not `infinity`, which only PostgreSQL and DuckDB have.
HINDSIGHT = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Moments:
    """Either `rows` (lead_id, at, known_by; all canonical leads) or, if None, everybody at `at`:
    each canonical lead that is not withdrawn. A `known_by` of HINDSIGHT knows everything."""

    rows: pa.Table | None = None
    at: datetime | None = None
    known_by: datetime | None = None

    @classmethod
    def everybody(cls, at: datetime, *, hindsight: bool = False) -> Moments:
        """Every canonical lead at one instant; no row is made in Python."""
        return cls(at=at, known_by=HINDSIGHT if hindsight else at)

    @classmethod
    def of(cls, asked: Iterable[tuple[int, datetime, datetime | None]]) -> Moments:
        """These leads at these instants. known_by None: with the hindsight of today."""
        rows = sorted({(lead, at, known_by or HINDSIGHT) for lead, at, known_by in asked})
        columns = zip(*rows, strict=True) if rows else ((), (), ())
        arrays = [
            pa.array(list(column), kind.type)
            for column, kind in zip(columns, SCHEMA, strict=True)
        ]  # fmt: skip
        return cls(rows=pa.table(arrays, schema=SCHEMA))

    @classmethod
    def table(cls, rows: pa.Table) -> Moments:
        """The rows of a table with lead_id, at and, if it has one, known_by (null: hindsight)."""
        if "known_by" not in rows.column_names:
            rows = rows.append_column("known_by", rows["at"])
        rows = rows.select(SCHEMA.names).cast(SCHEMA)
        known_by = rows["known_by"].fill_null(pa.scalar(HINDSIGHT, INSTANT))
        return cls(rows=rows.set_column(2, SCHEMA.field(2), known_by))


__all__ = ["HINDSIGHT", "INSTANT", "SCHEMA", "Moments"]
