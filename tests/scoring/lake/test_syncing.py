"""What the lake holds is what the database holds, row for row, after all that can happen."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from handraise.feedback.lake import TABLES
from handraise.leads import actions as leads
from handraise.leads.decide import Doubt, SourceKind, Stage, Via
from handraise.leads.models import Activity, Fact, Identity, JournalLine, Lead, Source
from handraise.leads.record import record
from handraise.scoring import inputs
from handraise.scoring.lake import LakeError, files_of, read_manifest
from handraise.scoring.lake.compacting import MANY
from handraise.scoring.lake.syncing import LEAVING_AFTER
from handraise.scoring.lake.verifying import verify
from handraise.team.models import User
from tests.leads.said import a_source, did, facts
from tests.personas import NOON, _move
from tests.scoring.lake.conftest import (
    files_on_disk,
    files_that_count,
    ids,
    in_database,
    in_lake,
    synced,
)  # fmt: skip

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOON + timedelta(days=1)


def is_the_same(lake: Path) -> bool:
    for table in TABLES:
        assert in_lake(lake, table) == in_database(table), table.name
    return True


def test_every_row_of_every_table_is_the_same(
    lake: Path, ada: Lead, eve: Lead, finn: Lead, hana: Lead
) -> None:
    synced(lake)

    assert is_the_same(lake)
    assert len(ids(lake)) > 10


def test_merges_undone_imports_and_verdicts_follow(
    lake: Path, ada: Lead, gus: Lead, cleo: Lead, rita: User
) -> None:
    file = a_source("fair.csv", SourceKind.IMPORT)
    told = facts({"title": "VP", "company": "Acme"}, source=file, email="ida@acme.example")
    record([told, did("Came by", source=file, email="ida@acme.example")], at=NOON)
    _move(cleo, file, (Stage.MARKETING_QUALIFIED, 9))
    synced(lake)

    merge = leads.merge_leads(ada, gus, why="Same person.", by=rita, at=NOON, via=Via.WEB)
    leads.withdraw_source(file, by=rita, at=LATER, via=Via.WEB)
    some = list(Activity.objects.filter(identity__lead=cleo).values_list("pk", flat=True)[:3])
    leads.judge(some, doubt=Doubt.BOT, counts=False, why="Too fast.", by=rita, at=NOON)
    synced(lake)

    assert is_the_same(lake)
    lead_table = next(table for table in TABLES if table.name == "leads_lead")
    there = {row["id"]: row["canonical_id"] for row in in_lake(lake, lead_table)}
    assert there[gus.pk] == ada.pk
    assert len(ids(lake, "leads_judgement")) == 4

    leads.undo_merge(merge, by=rita, at=LATER, via=Via.WEB)
    synced(lake)

    assert is_the_same(lake)


def test_odd_values_arrive_as_they_are(lake: Path, website: Source) -> None:
    odd = ["", " ", "NULL", "\\N", "a\tb\nc\r\nd", "\x01", "\x02", '\x01"\x02,\n\x01\x01', "ü😀",
           "'; drop table leads_lead; --", "%s %(x)s"]  # fmt: skip
    identity = Identity.objects.create(
        lead=_lead(), kind="user_id", value="odd \x01\x02\n", created_at=NOON
    )
    for place, text in enumerate(odd):
        Activity.objects.create(
            identity=identity, name=text, occurred_at=datetime(1, 1, 1, tzinfo=UTC),
            known_at=datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), source=website,
            message_id=str(place), properties={text or "empty": [text, None, 1e300]},
        )  # fmt: skip
    for number in (0.0, -0.0, 0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -1e15, 1e16, None):
        Fact.objects.create(
            identity=identity, name="n", value=None, number=number, holds_from=NOON,
            known_at=NOON - timedelta(microseconds=1), source=website,
        )  # fmt: skip

    synced(lake)

    assert is_the_same(lake)
    assert verify(lake) == []


def _lead() -> Lead:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO leads_lead (id, canonical_id, stage, stage_since, tags, created_at, name,"
            " email, phone, title, country)"
            " VALUES (7, 7, 'LEAD', now(), '{}', now(), '', '', '', '', '')"
        )
    return Lead.objects.get(pk=7)


def test_types_are_those_that_scoring_reads(lake: Path) -> None:
    synced(lake)

    for relation in inputs.STORED:
        files = [str(path) for path in files_of(lake, relation.get_name())]
        read = duckdb.read_parquet(files)
        there = dict(zip(read.columns, map(str, read.types), strict=True))
        for name, kind in relation.schema().items():
            assert there[name] == DUCKDB[str(kind)], (relation.get_name(), name)


DUCKDB = {
    "int64": "BIGINT", "float64": "DOUBLE", "boolean": "BOOLEAN", "string": "VARCHAR",
    "json": "VARCHAR", "timestamp('UTC')": "TIMESTAMP WITH TIME ZONE",
}  # fmt: skip


def test_only_new_rows_are_written(lake: Path, ada: Lead, website: Source) -> None:
    first = synced(lake).tables["leads_activity"]
    before = files_that_count(lake)
    again = synced(lake)
    assert again.written == 0
    assert files_that_count(lake) == before

    record([did(source=website, user_id="ada")], at=NOON)
    third = synced(lake).tables

    assert third["leads_activity"].written == 1
    assert third["leads_activity"].files == first.files + 1
    assert third["leads_company"].written == 0
    assert is_the_same(lake)


def test_many_small_files_become_few(lake: Path, website: Source) -> None:
    for _ in range(MANY + 2):
        record([did(source=website, user_id="ada")], at=NOON)
        synced(lake)

    assert len(files_of(lake, "leads_activity")) < MANY
    assert is_the_same(lake)
    assert verify(lake) == []


def test_files_that_were_replaced_stay_an_hour(lake: Path, ada: Lead, website: Source) -> None:
    synced(lake)
    (replaced,) = files_of(lake, "leads_lead")
    record([did(source=website, user_id="new")], at=NOON)

    synced(lake, at=NOON)
    synced(lake, at=NOON + LEAVING_AFTER / 2)
    assert replaced.exists()

    synced(lake, at=NOON + LEAVING_AFTER)
    assert not replaced.exists()
    assert files_on_disk(lake) >= files_that_count(lake)


def test_a_full_one_forgets_who_was_erased_at_once(lake: Path, ada: Lead) -> None:
    synced(lake)
    before = files_on_disk(lake)
    Fact.objects.filter(identity__lead=ada, name="title").delete()

    changes = synced(lake, is_full=True).tables

    assert not before & files_on_disk(lake)  # also what was the same might have been damaged
    assert files_on_disk(lake) == files_that_count(lake)
    assert changes["leads_fact"].why_anew == "on request"
    assert is_the_same(lake)


def test_a_restored_backup_is_noticed(lake: Path, ada: Lead, website: Source) -> None:
    synced(lake)
    newest = Activity.objects.latest("pk")
    Activity.objects.filter(pk=newest.pk).update(name="Another with the same id")

    changes = synced(lake).tables

    assert "changed or deleted" in changes["leads_activity"].why_anew
    assert changes["leads_fact"].why_anew == ""
    assert is_the_same(lake)


def test_missing_files_are_written_again(lake: Path, ada: Lead) -> None:
    synced(lake)
    (added_to,) = files_of(lake, "leads_activity")
    (replaced,) = files_of(lake, "leads_identity")
    added_to.unlink()
    replaced.unlink()

    changes = synced(lake).tables

    assert changes["leads_activity"].why_anew == f"{added_to} is missing"
    assert is_the_same(lake)


def test_another_database_is_refused_unless_it_may_write_all_anew(lake: Path, ada: Lead) -> None:
    synced(lake)
    text = (lake / "manifest.json").read_text()
    (lake / "manifest.json").write_text(text.replace(read_manifest(lake).database, "1/2"))

    with pytest.raises(LakeError, match="was written from another database"):
        synced(lake)

    synced(lake, is_full=True)
    assert is_the_same(lake)


def test_nobody_else_can_read_it(lake: Path, ada: Lead) -> None:
    synced(lake)

    for path in [lake, *lake.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("x")

    with pytest.raises(LakeError, match="holds other things than a lake"):
        synced(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_it_is_journalled_and_takes_the_permission_to_export(
    lake: Path, ada: Lead, rita: User, vera: User
) -> None:
    with pytest.raises(PermissionDenied):
        synced(lake, by=vera)
    assert not lake.exists()

    done = synced(lake, by=rita)

    line = JournalLine.objects.get(kind="scoring.lake_synced")
    assert line.by == rita
    assert line.said == f"Rita wrote {done.written:,} rows to the lake."
    assert line.data["rows"]["leads_lead"] == 1


def test_a_row_that_cannot_be_told_is_named_and_harms_nothing(lake: Path, ada: Lead) -> None:
    synced(lake)
    before = read_manifest(lake)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE leads_lead SET created_at = 'infinity'")

    with pytest.raises(LakeError, match="A row of leads_lead cannot be exported"):
        synced(lake)

    assert read_manifest(lake) == before
    assert Lead.objects.count() == 1


def test_within_a_transaction_it_reads_what_that_one_sees(lake: Path, website: Source) -> None:
    with transaction.atomic():
        record([did(source=website, user_id="ada")], at=NOON)
        synced(lake)
        assert is_the_same(lake)
