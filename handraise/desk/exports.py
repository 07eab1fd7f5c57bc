"""Leads, activities, scores, moves and deals as files: CSV for people, Parquet for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction
from django.db.models import QuerySet

from handraise.desk import export_rows
from handraise.kit.cells import neutral
from handraise.leads import journal
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

_BATCH = 5_000


class What(StrEnum):
    """What can be exported. Leads merged into others or taken back are left out, and with them
    what hangs on them; moves taken back are left out too."""

    LEADS = "leads"
    ACTIVITIES = "activities"
    SCORES = "scores"
    MOVES = "moves"
    DEALS = "deals"


class Form(StrEnum):
    """In which form."""

    CSV = "csv"
    PARQUET = "parquet"

    @property
    def content_type(self) -> str:
        return "text/csv" if self is Form.CSV else "application/vnd.apache.parquet"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Leads to export, and what the journal calls them."""

    leads: QuerySet[Lead]
    called: str


@dataclass(frozen=True, slots=True)
class _Table:
    columns: tuple[tuple[str, str], ...]  # (name, one of _ARROW)
    rows: Callable[[User, QuerySet[Lead] | None], Iterator[Sequence[Any]]]


_ARROW = {
    "whole": pa.int64(), "number": pa.float64(), "truth": pa.bool_(), "text": pa.string(),
    "money": pa.decimal128(18, 3), "day": pa.date32(),
    "instant": pa.timestamp("us", tz="UTC"), "texts": pa.list_(pa.string()), "json": pa.string(),
}  # fmt: skip

_TABLES = {
    What.LEADS: _Table(
        (("id", "whole"), ("name", "text"), ("email", "text"), ("phone", "text"),
         ("title", "text"), ("country", "text"), ("company", "text"), ("company_domain", "text"),
         ("stage", "text"), ("stage_since", "instant"), ("owner", "text"), ("tags", "texts"),
         ("created_at", "instant"), ("last_seen_at", "instant"), ("facts", "json")),
        export_rows.leads,
    ),
    What.ACTIVITIES: _Table(
        (("id", "whole"), ("lead_id", "whole"), ("identity_kind", "text"), ("identity", "text"),
         ("name", "text"), ("occurred_at", "instant"), ("known_at", "instant"),
         ("is_known_at_assumed", "truth"), ("source", "text"), ("message_id", "text"),
         ("by", "text"), ("counts", "truth"), ("properties", "json")),
        export_rows.activities,
    ),
    What.SCORES: _Table(
        (("lead_id", "whole"), ("version", "whole"), ("scored_at", "instant"), ("fit", "number"),
         ("interest", "number"), ("intent", "number"), ("priority", "number"), ("grade", "text"),
         ("truths", "json")),
        export_rows.scores,
    ),
    What.MOVES: _Table(
        (("id", "whole"), ("lead_id", "whole"), ("before", "text"), ("after", "text"),
         ("at", "instant"), ("known_at", "instant"), ("version", "whole"), ("reason", "text"),
         ("by", "text"), ("source", "text"), ("scores", "json")),
        export_rows.moves,
    ),
    What.DEALS: _Table(
        (("id", "whole"), ("external_id", "text"), ("lead_id", "whole"), ("email", "text"),
         ("company", "text"), ("name", "text"), ("amount", "money"), ("currency", "text"),
         ("stage", "text"), ("outcome", "text"), ("expected_close", "day"), ("owner", "text"),
         ("opened_at", "instant"), ("closed_at", "instant"), ("lost_reason", "text"),
         ("note", "text"), ("purchases", "json")),
        export_rows.deals,
    ),
}  # fmt: skip


@transaction.atomic
def export(
    what: What, form: Form, *, to: IO[bytes], by: User, at: datetime, via: Via,
    of: Chosen | None = None,
) -> int:  # fmt: skip
    """Write everything of one kind, or what is of chosen leads, streamed; the number of rows.

    Journalled as `desk.exported`. Raises PermissionDenied. In CSV no cell of text is run by a
    spreadsheet, instants are ISO 8601 in UTC and nested values JSON; in Parquet columns are typed
    and text is as it is.
    """
    require(by, Permission.EXPORT)
    table = _TABLES[what]
    write = _write_csv if form is Form.CSV else _write_parquet
    count = write(table, table.rows(by, of.leads if of else None), to)
    chosen = f" of {of.called}" if of else ""
    said = f"{by.name} exported {count:,} {what}{chosen} as {form}."
    journal.write("desk.exported", at=at, via=via, by=by, said=said,
                  data={"what": what.value, "form": form.value, "rows": count})  # fmt: skip
    return count


def _write_csv(table: _Table, rows: Iterator[Sequence[Any]], to: IO[bytes]) -> int:
    text = io.TextIOWrapper(to, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(name for name, _ in table.columns)
    count = 0
    for row in rows:
        writer.writerow(_cell(value) for value in row)
        count += 1
    text.detach()  # `to` stays open: it is the caller's
    return count


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):  # an instant is one too
        return value.isoformat()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict) or _is_nested(value):
        return neutral(_as_json(value))
    return neutral("; ".join(map(str, value)) if isinstance(value, list) else str(value))


def _is_nested(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)


def _write_parquet(table: _Table, rows: Iterator[Sequence[Any]], to: IO[bytes]) -> int:
    schema = pa.schema([(name, _ARROW[kind]) for name, kind in table.columns])
    count = 0
    with pq.ParquetWriter(to, schema, compression="zstd") as writer:
        while batch := list(islice(rows, _BATCH)):
            columns = [
                pa.array([_plain(value, kind) for value in values], type=_ARROW[kind])
                for values, (_, kind) in zip(zip(*batch, strict=True), table.columns, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            count += len(batch)
    return count


def _plain(value: Any, kind: str) -> Any:
    return _as_json(value) if kind == "json" and value is not None else value


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
