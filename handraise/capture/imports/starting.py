"""Begin an import: the file is kept, its row is written, and nothing of it is in yet."""

from __future__ import annotations

import secrets
import shutil
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from handraise.capture.decide import ImportKind, ImportState
from handraise.capture.imports.columns import resolved
from handraise.capture.imports.faults import ImportRefused, MappingFault
from handraise.capture.imports.mapping import Mapping
from handraise.capture.imports.reading import Sheet, open_sheet
from handraise.capture.imports.spreading import period_of
from handraise.capture.models import Import
from handraise.leads import journal
from handraise.leads.decide import SourceKind, Via
from handraise.leads.models import Source
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


def start(
    file: Path,
    *,
    kind: ImportKind,
    mapping: Mapping,
    by: User,
    at: datetime,
    again: bool = False,
    name: str = "",
    via: Via = Via.WEB,
) -> Import:
    """Write the row of an import and keep a copy of its file; `run` then brings it in.

    `name` is the file's name as its owner knows it. Raises FileFault or MappingFault when file and
    mapping do not go together, ImportRefused when the same file is in already (unless `again`),
    PermissionDenied.
    """
    require(by, Permission.IMPORT)
    if mapping.kind is not kind:
        raise MappingFault([f"kind: the mapping is for {mapping.kind}, not for {kind}."])
    sheet = open_sheet(file, encoding=mapping.encoding, delimiter=mapping.delimiter)
    resolved(mapping, sheet.header)
    period = period_of(mapping, sheet, at=at)
    kept = _keep(file)
    try:
        with transaction.atomic():
            if not again:
                _refuse_if_known(sheet.survey.digest, kind)
            made = _row(sheet, mapping, name or file.name, by=by, at=at)
            made.path = str(kept)
            made.report = {"period": period.as_json() if period else None, **_about(sheet)}
            made.save()
            said = f"{by.name} began to import {kind} from {made.file_name}."
            journal.write("capture.import_started", at=at, via=via, by=by, said=said,
                          data={"import": made.pk})  # fmt: skip
    except BaseException:
        kept.unlink(missing_ok=True)
        raise
    return made


def _keep(file: Path) -> Path:
    folder = Path(settings.MEDIA_ROOT) / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{secrets.token_hex(16)}.csv"
    shutil.copyfile(file, kept)
    kept.chmod(0o600)
    return kept


def _refuse_if_known(digest: str, kind: ImportKind) -> None:
    """Raise when this file is in. The lock makes two starts at the same moment wait in line."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [digest + kind])
    known = (
        Import.objects.filter(file_hash=digest, kind=kind)
        .exclude(state=ImportState.UNDONE)
        .exclude(state=ImportState.FAILED, taken_rows=0)
        .first()
    )
    if known is not None:
        raise ImportRefused(
            f"This very file was imported on {known.created_at:%Y-%m-%d} as import {known.pk}"
            f" ({known.file_name}). Undo that import first, or say that you want it again."
        )


def _row(sheet: Sheet, mapping: Mapping, name: str, *, by: User, at: datetime) -> Import:
    shown = name.replace("\x00", "").strip()[-255:] or "file.csv"
    source = Source.objects.create(
        name=(mapping.name or shown)[:120], kind=SourceKind.IMPORT, created_at=at
    )
    return Import(
        source=source, kind=mapping.kind, file_name=shown, file_hash=sheet.survey.digest,
        mapping=mapping.as_json(), created_at=at, by=by,
        total_rows=max(sheet.survey.lines - sheet.first_line + 1, 0),
    )  # fmt: skip


def _about(sheet: Sheet) -> dict[str, object]:
    return {
        "encoding": sheet.survey.encoding,
        "delimiter": sheet.delimiter,
        "header": list(sheet.header),
        "notices": list(sheet.notices),
    }
