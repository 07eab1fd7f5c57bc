"""Bring an import in: batch by batch, each with its progress in one transaction.

A killed import goes on where it was: what a batch wrote and how far it came are committed
together, and the file itself was kept.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import DataError, IntegrityError, transaction

from handraise.capture.decide import ImportState
from handraise.capture.imports.faults import FileFault, ImportRefused, MappingFault, RowFault
from handraise.capture.imports.reading import Damaged, Row, Sheet, open_sheet
from handraise.capture.imports.spreading import Period, spreading
from handraise.capture.imports.storing import Refused, store
from handraise.capture.imports.translating import Origin, Taken, Translation
from handraise.capture.imports.writing import checked
from handraise.capture.models import Import, RefusedRow
from handraise.leads import journal
from handraise.leads.bulk import rows_of
from handraise.leads.decide import Via

BATCH = 2_000
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class _Batch:
    """Consecutive records: those translated, those refused, and how many there were."""

    read: int = 0
    taken: list[tuple[Row, Taken]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def run(
    import_id: int,
    *,
    at: datetime,
    progress: Progress | None = None,
    must_stop: Callable[[], bool] = lambda: False,
) -> Import:
    """Bring the file in, from where it was left. Safe to call again, and by two at once.

    `progress` is told (rows read, rows expected) after each batch; `must_stop` is asked, and then
    the import stays RUNNING, to be run again. A file or mapping that turned bad leaves it FAILED
    with a sentence. Raises ImportRefused for an undone import.
    """
    importing = Import.objects.select_related("source", "by").get(pk=import_id)
    if importing.state == ImportState.UNDONE:
        raise ImportRefused(f"Import {import_id} was undone; start a new one.")
    if importing.state == ImportState.DONE:
        return importing
    try:
        sheet, translation = _opened(importing)
    except (FileFault, MappingFault, OSError) as error:
        return fail(importing, str(error), at=at)
    Import.objects.filter(pk=import_id).exclude(state=ImportState.UNDONE).update(
        state=ImportState.RUNNING, error=""
    )
    for batch in _batches(sheet, translation, skip=importing.read_rows):
        before = importing.read_rows
        if must_stop() or not _commit(importing, batch, at=at):
            return Import.objects.get(pk=import_id)
        importing.read_rows = before + batch.read
        if progress:
            progress(importing.read_rows, max(importing.total_rows or 0, importing.read_rows))
    return _finish(import_id, at=at)


def _opened(importing: Import) -> tuple[Sheet, Translation]:
    mapping = checked(importing.mapping)
    report = importing.report
    sheet = open_sheet(
        Path(importing.path), encoding=report["encoding"], delimiter=report["delimiter"]
    )
    if sheet.survey.digest != importing.file_hash:
        raise FileFault("The kept file is no longer what it was; import the file anew.")
    period = Period.from_json(report["period"]) if report["period"] else None
    origin = Origin(importing.source_id, importing.pk, importing.created_at)
    return sheet, Translation(mapping, sheet, origin, spreading(mapping, sheet, period))


def _batches(sheet: Sheet, translation: Translation, *, skip: int) -> Iterator[_Batch]:
    records = enumerate(sheet.records())
    next(islice(records, skip, skip), None)
    while chunk := list(islice(records, BATCH)):
        yield translated(translation, chunk)


def translated(translation: Translation, chunk: list[tuple[int, Row | Damaged]]) -> _Batch:
    """Each record of the chunk, taken or refused. Writes nothing."""
    batch = _Batch(read=len(chunk))
    for place, record in chunk:
        if isinstance(record, Damaged):
            batch.refused.append(Refused(record.line, record.why, record.reason, record.raw))
            continue
        try:
            batch.taken.append((record, translation.of(record, place)))
        except RowFault as fault:
            batch.refused.append(refusal(record, str(fault), fault.reason))
    return batch


def refusal(row: Row, sentence: str, reason: str) -> Refused:
    return Refused(row.line, f"Line {row.line}: {sentence}.", reason, row.cells)


@transaction.atomic
def _commit(importing: Import, batch: _Batch, *, at: datetime) -> bool:
    """Store one batch and its progress. False when somebody else has taken over or undone it."""
    current = Import.objects.select_for_update().get(pk=importing.pk)
    if current.state != ImportState.RUNNING or current.read_rows != importing.read_rows:
        return False
    counts: Counter[str] = Counter()
    refused = batch.refused + _stored(importing, batch.taken, counts, at=at)
    RefusedRow.objects.bulk_create(
        [
            RefusedRow(file_import=current, line=one.line, why=one.why, row=_as_text(one.row))
            for one in sorted(refused, key=lambda one: one.line)
        ],
        batch_size=1_000,
    )
    current.read_rows += batch.read
    current.refused_rows += len(refused)
    current.taken_rows += batch.read - len(refused)
    _add_up(current, batch, refused, counts)
    current.save()
    return True


def _stored(
    importing: Import, taken: list[tuple[Row, Taken]], counts: Counter[str], *, at: datetime
) -> list[Refused]:
    """Store rows; when the database will not have them, find those by halving and refuse them."""
    if not taken:
        return []
    own: Counter[str] = Counter()
    try:
        with transaction.atomic():
            refused = store(importing, taken, own, at=at)
    except (DataError, IntegrityError, ValueError, OverflowError) as error:
        if len(taken) == 1:
            return [refusal(taken[0][0], f"it could not be stored ({_short(error)})", "stored")]
        half = len(taken) // 2
        return _stored(importing, taken[:half], counts, at=at) + _stored(
            importing, taken[half:], counts, at=at
        )
    counts.update(own)
    return refused


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__


def _add_up(current: Import, batch: _Batch, refused: list[Refused], counts: Counter[str]) -> None:
    report = current.report
    lines = {one.line for one in refused}
    repaired = [row.line for row, _ in batch.taken if row.is_repaired and row.line not in lines]
    current.repaired_rows += len(repaired)
    report["repaired_lines"] = [*report.get("repaired_lines", []), *repaired][:10_000]
    _add(report, "reasons", Counter(one.reason for one in refused))
    _add(report, "unknown", Counter(name for _, one in batch.taken for name in one.unknown))
    _add(report, "counts", counts)


def _add(report: dict[str, Any], key: str, more: Counter[str]) -> None:
    report[key] = dict(Counter(report.get(key, {})) + more)


def _as_text(row: list[str] | str) -> str:
    """JSON: a list of cells, or the raw text of a damaged record. NUL becomes its picture."""
    text = json.dumps(row, ensure_ascii=False)
    plain = text.replace("\\u0000", "␀")
    return plain.encode("utf-8", "replace").decode("utf-8")


@transaction.atomic
def _finish(import_id: int, *, at: datetime) -> Import:
    current = Import.objects.select_for_update().select_related("by").get(pk=import_id)
    if current.state != ImportState.RUNNING:
        return current
    current.state, current.finished_at = ImportState.DONE, at
    current.total_rows = current.read_rows
    current.report.setdefault("counts", {})["leads"] = _leads_with_news(current.source_id)
    current.save()
    said = (
        f"{current.file_name} was imported: {current.taken_rows:,} rows taken,"
        f" {current.refused_rows:,} refused, {current.repaired_rows:,} repaired."
    )
    journal.write("capture.import_finished", at=at, via=Via.WORKER, by=current.by, said=said,
                  data={"import": current.pk})  # fmt: skip
    # The rows are in and the refused ones are kept as rows; the file is not needed any more.
    transaction.on_commit(lambda: Path(current.path).unlink(missing_ok=True))
    return current


def _leads_with_news(source_id: int) -> int:
    """How many people this source told something of; batches apart cannot know it."""
    told = "SELECT identity_id FROM {} WHERE source_id = %(source)s"
    tables = ("leads_fact", "leads_activity", "leads_consent")
    either = " UNION ".join(told.format(table) for table in tables)
    sql = f"""
        SELECT count(DISTINCT lead.canonical_id) FROM leads_identity known
        JOIN leads_lead lead ON lead.id = known.lead_id WHERE known.id IN ({either})
    """  # noqa: S608 (the tables are ours)
    return int(rows_of(sql, {"source": source_id})[0][0])


@transaction.atomic
def fail(importing: Import, sentence: str, *, at: datetime) -> Import:
    """Leave the import FAILED with this sentence; what is in stays in and can be undone."""
    importing.state, importing.error, importing.finished_at = ImportState.FAILED, sentence, at
    importing.save(update_fields=["state", "error", "finished_at"])
    journal.write("capture.import_failed", at=at, via=Via.WORKER, by=importing.by, said=sentence,
                  data={"import": importing.pk})  # fmt: skip
    return importing
