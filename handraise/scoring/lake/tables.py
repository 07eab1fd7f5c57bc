"""What is in a lake: the tables that scoring reads, and what people ask of them besides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from handraise.scoring import inputs

INSTANT = "timestamp('UTC')"


@dataclass(frozen=True)
class Table:
    """A table of the database, by its name there, and the columns that are exported of it.

    Types are those of inputs.py; `json` becomes JSON text. `id` is a column of each. Of a table
    that `grows`, rows are never changed: a sync adds those that are new. Others are written anew.
    """

    name: str
    columns: Mapping[str, str]
    grows: bool = False


_GROWING = (inputs.ACTIVITY, inputs.JUDGEMENT, inputs.FACT, inputs.FACT_WITHDRAWAL)
_MORE: dict[str, dict[str, str]] = {
    "leads_lead": {"stage": "string", "stage_since": INSTANT, "owner_id": "int64",
                   "company_id": "int64", "created_at": INSTANT},
    "leads_identity": {"kind": "string", "value": "string", "created_at": INSTANT},
    "leads_activity": {"is_known_at_assumed": "boolean", "properties": "json",
                       "source_id": "int64", "message_id": "string", "by_id": "int64"},
    "leads_judgement": {"why": "string", "by_id": "int64"},
    "leads_fact": {"value": "json", "is_known_at_assumed": "boolean", "source_id": "int64",
                   "by_id": "int64"},
    "leads_factwithdrawal": {"by_id": "int64"},
    "leads_membership": {"source_id": "int64"},
    "leads_consent": {"wording": "string", "source_id": "int64", "by_id": "int64"},
    "leads_stagemove": {"before": "string", "version": "int64", "reason": "string",
                        "scores": "json", "by_id": "int64", "source_id": "int64"},
}  # fmt: skip


def _tables() -> tuple[Table, ...]:
    read = [
        _table(relation, _MORE.get(relation.get_name(), {}), grows=relation in _GROWING)
        for relation in inputs.STORED
    ]
    return (*read, *_BESIDE)


def _table(relation: object, more: Mapping[str, str], *, grows: bool) -> Table:
    read = {name: str(kind) for name, kind in relation.schema().items()}  # type: ignore[attr-defined]
    return Table(relation.get_name(), {"id": "int64", **read, **more}, grows)  # type: ignore[attr-defined]


_BESIDE = (
    Table("leads_company", {
        "id": "int64", "domain": "string", "group_id": "string", "name": "string",
        "industry": "string", "employees": "float64", "country": "string", "created_at": INSTANT,
    }),
    Table("leads_merge", {
        "id": "int64", "kept_id": "int64", "merged_id": "int64", "why": "string", "at": INSTANT,
        "source_id": "int64", "by_id": "int64", "undone_at": INSTANT, "undone_by_id": "int64",
    }),
    Table("leads_source", {
        "id": "int64", "name": "string", "kind": "string", "created_at": INSTANT,
    }),
    Table("agreement_version", {
        "id": "int64", "number": "int64", "state": "string", "text": "string", "note": "string",
        "created_at": INSTANT, "proposed_at": INSTANT, "published_at": INSTANT,
        "retired_at": INSTANT,
    }),
)  # fmt: skip

TABLES = _tables()
