"""A lake is read by its manifest, or refused with a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from handraise.leads.models import Lead
from handraise.scoring.lake import LakeError, files_by_table, files_of, read_manifest
from tests.scoring.lake.conftest import synced

pytestmark = pytest.mark.django_db(transaction=True)


def test_where_there_is_none_it_says_how_to_write_one(lake: Path) -> None:
    with pytest.raises(LakeError, match=r"There is no lake in .*: write one with `handraise lake"):
        files_of(lake, "leads_lead")


def test_a_newer_format_is_refused_by_readers_and_writers(lake: Path) -> None:
    synced(lake)
    told = json.loads((lake / "manifest.json").read_text())
    (lake / "manifest.json").write_text(json.dumps({"format": 2, "files": told["tables"]}))

    for attempt in (lambda: files_of(lake, "leads_lead"), lambda: synced(lake, is_full=True)):
        with pytest.raises(LakeError, match="has format 2, and this release reads up to format 1"):
            attempt()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', '{"format": "x"}', "\xff"])
def test_a_damaged_one_is_refused_until_written_anew(lake: Path, ada: Lead, text: str) -> None:
    synced(lake)
    (lake / "manifest.json").write_text(text, encoding="latin-1")

    for attempt in (lambda: files_of(lake, "leads_lead"), lambda: synced(lake)):
        with pytest.raises(LakeError, match=r"manifest.json is damaged"):
            attempt()

    synced(lake, is_full=True)
    assert len(files_of(lake, "leads_lead")) == 1


def test_a_file_that_is_missing_or_cut_short_is_named(lake: Path) -> None:
    synced(lake)
    (file,) = files_of(lake, "leads_lead")

    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(LakeError, match=rf"{file} is damaged"):
        files_of(lake, "leads_lead")

    file.unlink()
    with pytest.raises(LakeError, match=rf"{file} is missing"):
        files_of(lake, "leads_lead")


def test_a_table_that_is_not_there_is_named(lake: Path) -> None:
    synced(lake)

    with pytest.raises(LakeError, match="has no leads_shoe"):
        files_of(lake, "leads_shoe")


def test_a_table_without_rows_still_has_its_columns(lake: Path) -> None:
    synced(lake)

    assert len(files_of(lake, "leads_judgement")) == 1
    assert read_manifest(lake).tables["leads_judgement"].rows == 0


def test_several_tables_are_read_as_of_one_sync(lake: Path, ada: Lead) -> None:
    synced(lake)

    found = files_by_table(lake, ["leads_lead", "leads_activity"])

    assert found == {name: files_of(lake, name) for name in ("leads_lead", "leads_activity")}
