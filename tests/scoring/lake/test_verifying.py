"""The comparison names what differs, and nothing else."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
from django.db import connection

from handraise.leads.models import Activity, Consent, Identity, Lead, Source
from handraise.leads.record import record
from handraise.scoring.lake import LakeError, files_of, read_manifest
from handraise.scoring.lake.manifest import Manifest, write_manifest
from handraise.scoring.lake.verifying import verify
from tests.leads.said import did
from tests.personas import NOON
from tests.scoring.lake.conftest import synced

pytestmark = pytest.mark.django_db(transaction=True)


def said(lake: Path) -> list[str]:
    return [str(one) for one in verify(lake)]


def change(lake: Path, **changes: object) -> None:
    """Tell the manifest otherwise of leads_activity."""
    manifest = read_manifest(lake)
    activity = msgspec.structs.replace(manifest.tables["leads_activity"], **changes)
    tables = {**manifest.tables, "leads_activity": activity}
    write_manifest(lake, msgspec.structs.replace(manifest, tables=tables))


def test_what_came_and_changed_since_is_no_difference(
    lake: Path, ada: Lead, eve: Lead, website: Source
) -> None:
    synced(lake)
    record([did(source=website, user_id="ada"), did(source=website, user_id="zoe")], at=NOON)
    Lead.objects.filter(pk=ada.pk).update(stage="NURTURE")
    Consent.objects.update(withdrawn_at=NOON)

    assert said(lake) == []


def test_deleted_rows_are_named(lake: Path, ada: Lead) -> None:
    synced(lake)
    gone = list(Activity.objects.order_by("pk").values_list("pk", flat=True)[:2])
    Activity.objects.filter(pk__in=gone).delete()

    assert said(lake) == [
        f"leads_activity: 2 rows are gone from the database (id {gone[0]}, {gone[1]})."
    ]


def test_a_changed_row_of_a_table_that_grows_is_named(lake: Path, ada: Lead) -> None:
    synced(lake)
    one = Activity.objects.order_by("pk")[0]
    Activity.objects.filter(pk=one.pk).update(properties={"note": "Forget me"})

    assert said(lake) == [f"leads_activity: 1 row is other than in the database (id {one.pk})."]


def test_the_smallest_change_of_a_file_is_found(lake: Path, ada: Lead, ben: Lead) -> None:
    """A file as another program would leave it: one lead's canonical id, manifest adjusted."""
    synced(lake)
    (file,) = files_of(lake, "leads_identity")
    rows = pq.read_table(file)
    other = rows.set_column(1, "lead_id", [[ben.pk] * len(rows)])
    pq.write_table(other, file)
    manifest = read_manifest(lake)
    kept = manifest.tables["leads_identity"]
    write_manifest(lake, _with_sizes(manifest, lake))
    nobody_else_was_writing(lake)

    found = said(lake)

    hers = list(Identity.objects.filter(lead=ada).order_by("pk").values_list("pk", flat=True))
    assert kept.rows > len(hers)
    assert found == [
        f"leads_identity: {len(hers)} rows are other than in the database"
        f" (id {', '.join(map(str, hers))})."
    ]


def _with_sizes(manifest: Manifest, lake: Path) -> Manifest:
    import hashlib

    def part_of(part: object) -> object:
        path = lake / part.path  # type: ignore[attr-defined]
        sha = hashlib.sha256(path.read_bytes()).hexdigest()
        return msgspec.structs.replace(part, bytes=path.stat().st_size, sha256=sha)  # type: ignore[type-var]

    tables = {
        name: msgspec.structs.replace(kept, parts=[part_of(part) for part in kept.parts])
        for name, kept in manifest.tables.items()
    }
    return msgspec.structs.replace(manifest, tables=tables)


def test_rows_that_a_sync_missed_are_found(lake: Path, ada: Lead) -> None:
    """By another reckoning than the sync's: the transaction that wrote them was over."""
    ((first, last),) = synced_spans(lake)
    change(lake, spans=[(first, last - 1)], parts=[])
    nobody_else_was_writing(lake)

    found = said(lake)

    assert found[0] == (
        f"leads_activity: 1 row is in the database since before the sync, and not here (id {last})."
    )
    assert "missing from the files" in found[1]


def nobody_else_was_writing(lake: Path) -> None:
    """Take back what transactions of other tests' databases in the same cluster keep open."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
        ((ended,),) = cursor.fetchall()
    manifest = read_manifest(lake)
    write_manifest(lake, msgspec.structs.replace(manifest, snapshot=f"{ended}:{ended}:"))


def synced_spans(lake: Path) -> list[tuple[int, int]]:
    synced(lake)
    return read_manifest(lake).tables["leads_activity"].spans


def test_a_row_that_is_there_twice_is_found(lake: Path, ada: Lead) -> None:
    synced(lake)
    parts = read_manifest(lake).tables["leads_activity"].parts
    change(lake, parts=[*parts, *parts])

    (found,) = said(lake)

    assert "in the files more than once" in found


def test_a_damaged_file_is_named(lake: Path, ada: Lead) -> None:
    synced(lake)
    (file,) = files_of(lake, "leads_activity")
    text = bytearray(file.read_bytes())
    text[len(text) // 2] ^= 1
    file.write_bytes(text)

    assert said(lake) == [
        f"leads_activity: {file} is damaged: its checksum is another than when it was written."
    ]


def test_a_missing_file_is_named(lake: Path, ada: Lead) -> None:
    synced(lake)
    (file,) = files_of(lake, "leads_fact")
    file.unlink()

    assert said(lake) == [f"leads_fact: {file} is missing."]


def test_the_lake_of_another_database_is_refused(lake: Path, ada: Lead) -> None:
    synced(lake)
    write_manifest(lake, msgspec.structs.replace(read_manifest(lake), database="1/2"))

    with pytest.raises(LakeError, match="from another database"):
        verify(lake)
