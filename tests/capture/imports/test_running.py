"""Bringing a file in: everything once, whatever is stopped when."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied

from handraise.capture.decide import ImportKind, ImportState
from handraise.capture.imports import (
    ImportRefused,
    MappingFault,
    read_mapping,
    run,
    running,
    start,
    undo,
)
from handraise.capture.models import Import
from handraise.leads.decide import Via
from handraise.leads.models import Activity, Judgement, Lead
from handraise.team.models import User
from tests.capture.imports.conftest import WriteFile
from tests.capture.imports.samples import PEOPLE, VISITED, VISITS, brought, errors_of, fact
from tests.personas import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 3)


def test_it_takes_leads_with_their_facts(file: WriteFile, mark: User) -> None:
    path = file("Email,Name,Size\nada@example.com,Ada,50\nben@example.com,Ben,Select\n")

    done = brought(path, PEOPLE, mark)

    assert (done.state, done.read_rows, done.taken_rows) == (ImportState.DONE, 2, 2)
    ada, ben = Lead.objects.order_by("email")
    assert (ada.name, fact(ada, "size")) == ("Ada", 50)
    assert fact(ben, "size") is None
    assert done.report["unknown"] == {"size": 1}


def test_it_refuses_rows_by_line_and_reason_and_takes_the_others(
    file: WriteFile, mark: User
) -> None:
    path = file(
        "Email,Name,Size\nada@example.com,Ada,5\nben@,=Ben,5\n,Cleo,5\n"
        "dan@example.com,Dan,big\neve@example.com,Eve\nfin@example.com,F\x00,1\n"
    )

    done = brought(path, PEOPLE, mark)

    assert (done.taken_rows, done.refused_rows) == (1, 5)
    assert errors_of(done) == [
        "Email,Name,Size,line,why,as it came",
        "ben@,'=Ben,5,3,Line 3: column 'Email': 'ben@' is not an e-mail address.,",
        ",Cleo,5,4,Line 4: nobody is named in 'Email'.,",
        "dan@example.com,Dan,big,5,Line 5: column 'Size': 'big' is not a number.,",
        ',,,6,Line 6 has 2 cells where the header has 3.,"eve@example.com,Eve',
        '"',
        "fin@example.com,F␀,1,7,Line 7: column 'Name' holds a NUL character.,",
    ]
    assert done.report["reasons"] == {"email": 1, "nobody": 1, "number": 1, "cells": 1, "text": 1}


def test_a_mended_error_file_can_be_imported(file: WriteFile, mark: User) -> None:
    done = brought(file("Email,Name,Size\nada@example,Ada,5\n"), PEOPLE, mark)
    mended = "\n".join(errors_of(done)).replace("ada@example,", "ada@example.com,")

    again = brought(file(mended, "mended.csv"), PEOPLE, mark)

    assert (again.taken_rows, again.refused_rows) == (1, 0)


def test_the_same_file_is_refused_while_it_is_in(file: WriteFile, mark: User) -> None:
    path = file("Email,Name,Size\nada@example.com,Ada,50\n")
    first = brought(path, PEOPLE, mark)

    with pytest.raises(ImportRefused, match=f"imported on 2026-03-04 as import {first.pk}"):
        brought(path, PEOPLE, mark)
    assert brought(path, PEOPLE, mark, again=True).state == ImportState.DONE
    assert Lead.objects.count() == 1


def test_a_file_that_failed_halfway_is_in_as_far_as_it_came(file: WriteFile, mark: User) -> None:
    path = file("Email,Name,Size\nada@example.com,Ada,50\n")
    running.fail(brought(path, PEOPLE, mark), "The roof is on fire.", at=NOON)

    with pytest.raises(ImportRefused, match="Undo that import first"):
        brought(path, PEOPLE, mark)


def test_an_undone_file_may_come_again(file: WriteFile, mark: User) -> None:
    path = file("Email,Name,Size\nada@example.com,Ada,50\n")
    undo(brought(path, PEOPLE, mark), by=mark, at=NOON, via=Via.WEB)

    done = brought(path, PEOPLE, mark, NOON + timedelta(hours=1))

    assert done.state == ImportState.DONE
    assert fact(Lead.objects.get(withdrawn_at=None), "size") == 50


def test_it_needs_permission_and_a_mapping_that_fits(
    file: WriteFile, vera: User, mark: User
) -> None:
    path = file("Email,Nmae,Size\nada@example.com,Ada,50\n")

    with pytest.raises(PermissionDenied):
        brought(path, PEOPLE, vera)
    with pytest.raises(MappingFault, match=r"has no column 'Name'\. Did you mean 'Nmae'\?"):
        brought(path, PEOPLE, mark)
    with pytest.raises(MappingFault, match="the mapping is for leads, not for outcomes"):
        start(path, kind=ImportKind.OUTCOMES, mapping=read_mapping(PEOPLE), by=mark, at=NOON)
    assert not Import.objects.exists()


@pytest.mark.usefixtures("small_batches")
def test_a_killed_import_goes_on_where_it_was(file: WriteFile, mark: User) -> None:
    mapping = read_mapping(VISITS)
    path = file("\n".join(VISITED))
    made = start(path, kind=mapping.kind, mapping=mapping, by=mark, at=NOON)

    def killed(read: int, _: int) -> None:
        if read == 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(made.pk, at=NOON, progress=killed)
    half = Import.objects.get(pk=made.pk)
    done = run(made.pk, at=NOON)

    assert (half.state, half.read_rows) == (ImportState.RUNNING, 9)
    assert (done.state, done.read_rows, done.taken_rows) == (ImportState.DONE, 20, 20)
    urls = list(Activity.objects.values_list("properties__url", flat=True))
    assert sorted(urls) == sorted(f"https://shop.example/p/{n}?a=1" for n in range(20))


@pytest.mark.usefixtures("small_batches")
def test_two_workers_at_one_import_do_not_double_it(file: WriteFile, mark: User) -> None:
    mapping = read_mapping(VISITS)
    path = file("\n".join(VISITED))
    made = start(path, kind=mapping.kind, mapping=mapping, by=mark, at=NOON)
    others: list[Import] = []

    def one_more_batch(read: int, _: int) -> None:
        if not others:
            asked = iter([False, True])
            others.append(run(made.pk, at=NOON, must_stop=lambda: next(asked)))

    beaten = run(made.pk, at=NOON, progress=one_more_batch)
    done = run(made.pk, at=NOON)

    assert (others[0].state, others[0].read_rows) == (ImportState.RUNNING, 6)
    assert (beaten.state, beaten.read_rows) == (ImportState.RUNNING, 6)
    assert (done.state, done.read_rows, done.taken_rows) == (ImportState.DONE, 20, 20)
    assert Activity.objects.count() == 20


@pytest.mark.usefixtures("small_batches")
def test_an_import_undone_while_it_runs_stops(file: WriteFile, mark: User) -> None:
    mapping = read_mapping(VISITS)
    path = file("\n".join(VISITED))
    made = start(path, kind=mapping.kind, mapping=mapping, by=mark, at=NOON)

    def undone(read: int, _: int) -> None:
        if read == 6:
            undo(made, by=mark, at=NOON, via=Via.WEB)

    done = run(made.pk, at=NOON, progress=undone)

    assert done.state == ImportState.UNDONE
    assert Activity.objects.count() == 6
    assert Judgement.objects.filter(doubt="withdrawn", counts=False).count() == 6
    with pytest.raises(ImportRefused, match="was undone"):
        run(made.pk, at=NOON)


def test_a_file_changed_underway_fails_with_a_sentence(file: WriteFile, mark: User) -> None:
    mapping = read_mapping(PEOPLE)
    made = start(file("Email,Name,Size\na@b.example,A,1\n"), kind=mapping.kind, mapping=mapping,
                 by=mark, at=NOON)  # fmt: skip
    Path(made.path).write_text("Email,Name,Size\nz@b.example,Z,1\n", encoding="utf-8")

    done = run(made.pk, at=NOON)

    assert done.state == ImportState.FAILED
    assert "no longer what it was" in done.error
    assert not Lead.objects.exists()


def test_the_kept_file_is_private_and_goes_when_all_is_in(
    file: WriteFile, mark: User, media: Path, django_capture_on_commit_callbacks: object
) -> None:
    mapping = read_mapping(PEOPLE)
    made = start(file("Email,Name,Size\na@b.example,A,1\n"), kind=mapping.kind, mapping=mapping,
                 by=mark, at=NOON)  # fmt: skip
    mode = Path(made.path).stat().st_mode & 0o777

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        run(made.pk, at=NOON)

    assert mode == 0o600
    assert list((media / "imports").iterdir()) == []
