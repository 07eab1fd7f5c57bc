"""The only writer of journal lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from handraise.leads.bulk import as_json, copy_rows
from handraise.leads.decide import Via
from handraise.leads.entry import Json
from handraise.team.models import User


@dataclass(frozen=True, slots=True)
class Line:
    """One journal line to be. `kind` is `step.past_participle`, `said` a sentence for people."""

    kind: str
    at: datetime
    via: Via
    lead_id: int | None = None
    company_id: int | None = None
    by_id: int | None = None
    said: str = ""
    data: Mapping[str, Json] = field(default_factory=dict)


_COLUMNS = ("at", "kind", "lead_id", "company_id", "by_id", "via", "said", "data")


def write(
    kind: str,
    *,
    at: datetime,
    via: Via,
    lead_id: int | None = None,
    company_id: int | None = None,
    by: User | None = None,
    said: str = "",
    data: Mapping[str, Json] | None = None,
) -> None:
    """Write one line. Part of the caller's transaction."""
    by_id = None if by is None else by.pk
    write_many([Line(kind, at, via, lead_id, company_id, by_id, said, data or {})])


def write_many(lines: Iterable[Line]) -> None:
    """Write lines, in one COPY. Part of the caller's transaction."""
    rows = [
        (line.at, line.kind, line.lead_id, line.company_id, line.by_id, line.via.value, line.said,
         as_json(line.data))
        for line in lines
    ]  # fmt: skip
    if rows:
        copy_rows("leads_journalline", _COLUMNS, rows)
