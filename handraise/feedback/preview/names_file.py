"""Everybody who would cross, as a file that spreadsheets open."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import IO

from handraise.feedback.preview import queries
from handraise.feedback.preview.models import Preview, PreviewedLead
from handraise.kit.cells import neutral
from handraise.leads import journal
from handraise.leads.decide import Stage, Via
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

_SCORES = ("fit", "interest", "intent", "priority", "grade")
COLUMNS = (
    "lead_id", "name", "email", "company", "stage", "owner", "direction", "outcome", "said",
    "team", "person",
    *[f"{name}_before" for name in _SCORES], *[f"{name}_after" for name in _SCORES],
)  # fmt: skip


def write(preview: Preview, *, to: IO[bytes], by: User, at: datetime, via: Via) -> int:
    """Write a line for each lead; the number of them. Journalled. Raises PermissionDenied."""
    require(by, Permission.EXPORT)
    text = io.TextIOWrapper(to, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    count = 0
    for row in _rows(by, preview):
        writer.writerow([neutral(str(value)) for value in row])
        count += 1
    text.detach()  # `to` stays open: it is the caller's
    said = f"{by.name} exported the {count:,} leads that cross the bar under {preview.version}."
    journal.write("feedback.exported", at=at, via=via, by=by, said=said,
                  data={"version": preview.version.number, "rows": count})  # fmt: skip
    return count


def _rows(by: User, preview: Preview) -> Iterator[list[object]]:
    for found in queries.leads_visible_to(by, preview).iterator(chunk_size=2_000):
        yield _row(found)


def _row(found: PreviewedLead) -> list[object]:
    lead = found.lead.canonical
    return [
        lead.pk, lead.name, lead.email, lead.company or "", Stage(lead.stage).label,
        "" if lead.owner is None else lead.owner.name,
        found.direction, found.outcome, found.said, found.team,
        "" if found.person is None else found.person.name,
        *[found.before.get(name, "") for name in _SCORES],
        *[found.after.get(name, "") for name in _SCORES],
    ]  # fmt: skip
