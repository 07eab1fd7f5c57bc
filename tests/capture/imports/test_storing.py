"""What the rows of a file become."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from handraise.capture.decide import ImportState
from handraise.capture.imports import (
    storing,
)
from handraise.leads.models import Activity, Consent, Fact, Judgement, Lead, Source, StageMove
from handraise.team.models import User
from tests.capture.imports.conftest import WriteFile
from tests.capture.imports.samples import PEOPLE, VISITS, WON, brought, errors_of
from tests.personas import NOON

pytestmark = pytest.mark.django_db


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


def test_what_is_known_of_consent_is_not_written_again(file: WriteFile, mark: User) -> None:
    mapping = (
        PEOPLE + "consents: [{purpose: news, column: Name, given_when: [A], withdrawn_when: [B]}]"
    )
    for place, name in enumerate(["A", "A", "B"]):
        brought(file(f"Email,Name,Size\na@b.example,{name},{place}\n"), mapping, mark)

    assert list(Consent.objects.order_by("id").values_list("is_given", flat=True)) == [True, False]


def test_a_row_without_a_date_may_count_as_of_the_import(file: WriteFile, mark: User) -> None:
    mapping = PEOPLE + "occurred_at: {column: When, when_empty: import}\n"
    path = file("Email,Name,Size,When\na@b.example,A,1,\nb@b.example,B,1,2026-01-01\n")

    brought(path, mapping, mark)

    found = Fact.objects.filter(name="size").order_by("-holds_from")
    assert [(row.holds_from, row.is_known_at_assumed) for row in found] == [
        (NOON, False), (datetime(2026, 1, 1, tzinfo=UTC), True)
    ]  # fmt: skip


def test_a_row_may_say_when_it_became_known(file: WriteFile, mark: User) -> None:
    mapping = PEOPLE + "occurred_at: When\nknown_at: Told\n"
    path = file(
        "Email,Name,Size,When,Told\n"
        "a@b.example,A,1,2026-01-01,2026-02-01\n"
        "b@b.example,B,1,2026-01-02,\n"
        "c@b.example,C,1,2026-01-03,2025-01-01\n"
    )

    brought(path, mapping, mark)

    found = Fact.objects.filter(name="size").order_by("holds_from")
    assert [(row.known_at.date().isoformat(), row.is_known_at_assumed) for row in found] == [
        ("2026-02-01", False), ("2026-01-02", True), ("2026-01-03", False)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("[1]", "is JSON, but not an object"),
        ("{broken", "is not JSON"),
        ('{"a": NaN}', "is not JSON"),
        ('{"a": 1e999}', "is not a finite number"),
        ('{"a": "\\u0000"}', "holds a NUL character"),
        ('{"a": "\\ud800"}', "half a character"),
        ('{"a":' * 40 + "1" + "}" * 40, "nested more than"),
        ("[" * 9000, "is not JSON"),
        ('{"a": "' + "x" * 40_000 + '"}', "more than 32,768 characters of JSON"),
        ('{"a": ' + "9" * 5000 + "}", "is not JSON"),
    ],
)
def test_json_that_cannot_be_stored_is_refused_by_name(
    file: WriteFile, mark: User, data: str, says: str
) -> None:
    quoted = data.replace('"', '""')
    path = file("Visitor,When,What,Data,Url,Agent\n"
                f'v1,2026-02-01T10:00:00Z,called,"{quoted}",,\n')  # fmt: skip

    done = brought(path, VISITS, mark)

    assert done.refused_rows == 1
    assert says in done.refusals.get().why


def test_whole_numbers_beyond_64_bits_are_taken(file: WriteFile, mark: User) -> None:
    path = file("Visitor,When,What,Data,Url,Agent\n"
                f'v1,2026-02-01T10:00:00Z,called,"{{""a"": {10**30}}}",,\n')  # fmt: skip

    assert brought(path, VISITS, mark).taken_rows == 1
    assert float(Activity.objects.get().properties["a"]) == 1e30
