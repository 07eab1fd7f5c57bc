"""Bringing a file in: everything once, whatever is stopped when."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
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
    storing,
    undo,
    write_error_file,
)
from handraise.capture.models import Import
from handraise.leads.decide import Via
from handraise.leads.models import Activity, Consent, Fact, Judgement, Lead, Source, StageMove
from handraise.leads.queries import facts_of
from handraise.team.models import User
from tests.capture.imports.conftest import WriteFile
from tests.personas import NOON

pytestmark = pytest.mark.django_db

PEOPLE = """kind: leads
identity: {email: Email}
unknown_when: [Select]
facts:
  Name: name
  Size: {name: size, type: number}
"""
VISITS = """kind: activities
identity: {anonymous_id: Visitor}
occurred_at: When
event: {column: What, rename: {page_viewed: page}}
json: [Data]
url: Url
user_agent: Agent
"""
WON = """kind: outcomes
identity: {email: Email}
occurred_at: When
outcome: {column: Status, values: {won: CUSTOMER, lost: DISQUALIFIED, open: none}}
"""


def brought(
    path: Path, mapping: str, by: User, at: datetime = NOON, *, again: bool = False
) -> Import:
    """The file, imported to its end."""
    read = read_mapping(mapping)
    return run(start(path, kind=read.kind, mapping=read, by=by, at=at, again=again).pk, at=at)


def fact(lead: Lead, name: str) -> object:
    return {found.name: found.value for found in facts_of(lead)}.get(name)


def errors_of(done: Import) -> list[str]:
    out = io.StringIO()
    write_error_file(done, out)
    return out.getvalue().splitlines()


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


VISITED = ["Visitor,When,What,Data,Url,Agent"] + [
    f"v{n % 4},2026-02-0{n % 9 + 1}T10:00:00Z,page_viewed,,https://shop.example/p/{n}?a=1,Mozilla/5.0"
    for n in range(20)
]


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

    def other(read: int, _: int) -> None:
        if not others:
            others.append(run(made.pk, at=NOON))

    run(made.pk, at=NOON, progress=other)

    assert others[0].state == ImportState.DONE
    assert Activity.objects.count() == 20
    assert Import.objects.get(pk=made.pk).taken_rows == 20


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


def test_activities_have_names_properties_and_robots(file: WriteFile, mark: User) -> None:
    path = file(
        "Visitor,When,What,Data,Url,Agent\n"
        'v1,2026-02-01T10:00:00Z,bought,"{""total"": 5, ""cart"": {""id"": ""c""}}",,Mozilla/5.0\n'
        "v2,2026-02-01T10:00:00Z,page_viewed,,https://a.example/pricing?x=1,Googlebot/2.1\n"
        "null,2026-02-01T10:00:00Z,page_viewed,,,Mozilla/5.0\n"
        "v3,2026-02-01T10:00:00Z,page_viewed,{broken,,Mozilla/5.0\n"
        "v4,2036-02-01T10:00:00Z,page_viewed,,,Mozilla/5.0\n"
        "v5,1901-02-01T10:00:00Z,page_viewed,,,Mozilla/5.0\n"
    )

    done = brought(path, VISITS, mark)

    bought, viewed = Activity.objects.order_by("id")
    assert (bought.name, bought.properties) == ("bought", {"total": 5, "cart": {"id": "c"}})
    assert viewed.name == "page"
    assert viewed.properties == {
        "url": "https://a.example/pricing?x=1", "path": "/pricing", "search": "?x=1"
    }  # fmt: skip
    assert [judged.activity for judged in Judgement.objects.all()] == [viewed]
    assert done.report["reasons"] == {"nobody": 1, "json": 1, "instant": 2}
    assert (bought.known_at, bought.is_known_at_assumed) == (bought.occurred_at, True)


def test_a_message_id_of_the_files_own_counts_once(file: WriteFile, mark: User) -> None:
    path = file(
        "Visitor,When,What,Data,Url,Agent,Id\n"
        "v1,2026-02-01T10:00:00Z,called,,,,m1\n"
        "v1,2026-02-01T10:00:00Z,called,,,,m1\n"
        "v2,2026-02-01T10:00:00Z,called,,,,m1\n"
    )

    done = brought(path, VISITS + "message_id: Id\n", mark)

    assert Activity.objects.count() == 1
    assert done.report["counts"]["repeated"] == 1
    assert errors_of(done)[1].endswith("Line 4: the id 'm1' was used by another row before.,")


def test_outcomes_move_leads_that_are_known(file: WriteFile, mark: User) -> None:
    brought(file("Email,Name,Size\nada@example.com,Ada,1\nben@example.com,Ben,1\n"), PEOPLE, mark)
    path = file(
        "Email,When,Status\n"
        "ada@example.com,2026-02-03,won\n"
        "ada@example.com,2026-02-01,lost\n"
        "ben@example.com,2026-02-01,open\n"
        "who@example.com,2026-02-01,won\n"
        "ben@example.com,2026-02-01,perhaps\n",
        "outcomes.csv",
    )

    done = brought(path, WON, mark)

    ada, ben = Lead.objects.order_by("email")
    assert (ada.stage, ben.stage) == ("CUSTOMER", "LEAD")
    moves = StageMove.objects.order_by("at")
    assert [(move.before, move.after, move.version, move.source) for move in moves] == [
        ("LEAD", "DISQUALIFIED", None, done.source),
        ("DISQUALIFIED", "CUSTOMER", None, done.source),
    ]
    assert [line.rsplit(",", 2)[1] for line in errors_of(done)[1:]] == [
        "Line 5: no lead is known by 'who@example.com'.",
        "Line 6: column 'Status': 'perhaps' is not among the outcome's values.",
    ]


def test_an_outcome_older_than_the_stage_is_only_counted(file: WriteFile, mark: User) -> None:
    brought(file("Email,Name,Size\nada@example.com,Ada,1\n"), PEOPLE, mark)
    brought(file("Email,When,Status\nada@example.com,2026-02-03,won\n", "1.csv"), WON, mark)

    done = brought(file("Email,When,Status\nada@example.com,2026-01-03,lost\n", "2.csv"), WON, mark)

    assert Lead.objects.get().stage == "CUSTOMER"
    assert done.report["counts"] == {"outcomes_outdated": 1, "leads": 0}


def test_rows_without_dates_are_spread_by_a_column(file: WriteFile, mark: User) -> None:
    mapping = PEOPLE + "spread: {over: [2026-01-01, 2026-01-30], by: Size}\n"
    path = file("Email,Name,Size\na@x.example,A,10\nb@x.example,B,20\nc@x.example,C,40\n")

    brought(path, mapping, mark)

    found = Fact.objects.filter(name="size").order_by("holds_from")
    assert [row.holds_from for row in found] == [
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 11, tzinfo=UTC),
        datetime(2026, 1, 31, tzinfo=UTC),
    ]
    assert {row.is_known_at_assumed for row in found} == {True}


def test_a_leads_row_may_tell_of_consent_tags_company_and_deeds(
    file: WriteFile, mark: User
) -> None:
    mapping = """kind: leads
identity: {email: Email}
occurred_at: When
tags: [fair 2026]
tags_from: [Hall]
facts: {Firm: company.name}
consents:
  - {purpose: newsletter, column: News, given_when: ["yes"], withdrawn_when: ["no"], wording: Yes}
activities:
  - {name: Attended, when: Came}
outcome: {column: Won, values: {1: CUSTOMER, 0: none}, after: 3 days}
"""
    path = file(
        "Email,When,Hall,Firm,News,Came,Won\n"
        "ada@acme.example,2026-02-01,H 4,Acme,yes,x,1\n"
        "ben@acme.example,2026-02-01,,Acme,no,0,0\n"
        "eve@acme.example,2026-02-01,,Acme,,,0\n"
    )

    brought(path, mapping, mark)

    ada, ben, _ = Lead.objects.order_by("email")
    assert ada.tags == ["H 4", "fair 2026"]
    assert ada.company is not None
    assert ada.company.name == "Acme"
    assert list(Consent.objects.order_by("id").values_list("purpose", "is_given")) == [
        ("newsletter", True), ("newsletter", False)
    ]  # fmt: skip
    assert [done.name for done in Activity.objects.all()] == ["Attended"]
    assert (ada.stage, ben.stage) == ("CUSTOMER", "LEAD")
    assert StageMove.objects.get().at == datetime(2026, 2, 4, tzinfo=UTC)


def test_a_row_that_cannot_be_stored_harms_no_other(
    file: WriteFile, mark: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"p{n}@example.com,P,{n}" for n in range(9)]
    record = storing.record

    def picky(entries: list[object], *, at: datetime) -> object:
        if any("p4@" in str(entry) for entry in entries):
            raise ValueError("not this one")
        return record(entries, at=at)  # type: ignore[arg-type]

    monkeypatch.setattr(storing, "record", picky)

    done = brought(file("\n".join(["Email,Name,Size", *lines])), PEOPLE, mark)

    assert (done.taken_rows, done.refused_rows) == (8, 1)
    assert "Line 6: it could not be stored (not this one)." in errors_of(done)[1]


@pytest.mark.parametrize("length", [300, 5_000, 31_000])
def test_long_cells_are_stored_or_refused_but_bring_nothing_down(
    file: WriteFile, mark: User, length: int
) -> None:
    mapping = PEOPLE + "  Firm: company.name\n  Phone: phone\n  Web: company.website\n"
    text = "é" * length
    path = file(f"Email,Name,Size,Firm,Phone,Web\na@b.example,{text},1,{text},{text},{text}.com\n"
                "b@b.example,Ben,1,Firm,1,b.example\n")  # fmt: skip

    done = brought(path, mapping, mark)

    assert done.state == ImportState.DONE
    assert Lead.objects.filter(email="b@b.example").exists()


def test_every_import_has_a_source_of_its_own(file: WriteFile, mark: User) -> None:
    one = brought(file("Email,Name,Size\na@b.example,A,1\n", "1.csv"), PEOPLE, mark)
    two = brought(file("Email,Name,Size\nb@b.example,B,1\n", "2.csv"), PEOPLE, mark)

    assert one.source != two.source
    assert Source.objects.filter(kind="import").count() == 2
