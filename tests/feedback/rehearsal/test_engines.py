"""What a rehearsal reads with: up to date, and nothing left behind."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from handraise.feedback.rehearsal.decide import Name
from handraise.feedback.rehearsal.engines import opened
from handraise.leads.decide import Refused
from handraise.scoring.lake import read_manifest
from tests.feedback.rehearsal.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    return tmp_path


def test_the_lake_is_brought_up_to_now_and_not_to_when_it_was_asked_for(data: Path) -> None:
    with opened(Name.DUCKDB, at=NOW, asked_at=NOW - timedelta(hours=1)) as found:
        assert found.lake_age == 0
    assert read_manifest(data / "lake").at == NOW


def test_what_was_spilled_is_gone_when_it_ends_also_when_it_fails(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = data / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))

    def fail() -> None:
        with opened(Name.DUCKDB, at=NOW, asked_at=NOW):
            (folder,) = scratch.iterdir()
            assert folder.stat().st_mode & 0o077 == 0
            (folder / "spilled").write_text("about people")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert list(scratch.iterdir()) == []


def test_an_engine_that_there_is_not_is_refused_in_words() -> None:
    with pytest.raises(Refused, match="There is no engine 'abacus'"):
        opened("abacus", at=NOW, asked_at=NOW).__enter__()
