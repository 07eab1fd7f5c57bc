"""The mapping guessed for a file that comes without one."""

from __future__ import annotations

import pytest

from handraise.capture.decide import ImportKind
from handraise.capture.imports import MappingFault, open_sheet, suggest
from tests.capture.imports.conftest import WriteFile


def test_usual_columns_get_their_usual_names(file: WriteFile) -> None:
    path = file("First Name,lastName,E-Mail,Job Title,Company,Phone,Size\n"
                "Ada,L,ada@acme.example,VP,Acme,0228 1,50\n")  # fmt: skip

    found = suggest(open_sheet(path), ImportKind.LEADS)

    assert found.identity.email is not None
    assert found.identity.email.column == ("E-Mail",)
    assert {column: fact.name for column, fact in found.facts.items()} == {
        "First Name": "first_name", "lastName": "last_name", "Job Title": "title",
        "Company": "company.name", "Phone": "phone", "Size": "size",
    }  # fmt: skip
    assert found.facts["Size"].type == "number"
    assert found.facts["Phone"].type == "text"


def test_an_email_column_is_known_by_its_cells(file: WriteFile) -> None:
    path = file("Who,Town\nada@acme.example,Bonn\nben@acme.example,Köln\n")

    found = suggest(open_sheet(path), ImportKind.LEADS)

    assert found.identity.email is not None
    assert found.identity.email.column == ("Who",)


def test_zip_codes_keep_their_zeros(file: WriteFile) -> None:
    found = suggest(open_sheet(file("email,zip\na@b.example,08014\n")), ImportKind.LEADS)

    assert found.facts["zip"].type == "text"


def test_plain_numbers_as_ids_are_kept_apart_by_the_files_name(file: WriteFile) -> None:
    found = suggest(open_sheet(file("id,name\n1,Ada\n", "fair.csv")), ImportKind.LEADS)

    assert found.identity.user_id is not None
    assert found.identity.user_id.prefix == "fair-"


def test_activities_are_known_by_event_time_address_and_json(file: WriteFile) -> None:
    path = file(
        "clientId,event_name,timestamp,page_url,event_data,user_agent,referrer\n"
        'v1,page,2026-01-01T10:00:00Z,https://a.example/,"{""a"": 1}",Mozilla,x\n'
    )

    found = suggest(open_sheet(path), ImportKind.ACTIVITIES)

    assert found.event is not None
    assert (found.event.column, found.url, found.user_agent) == (
        ("event_name",), ("page_url",), ("user_agent",)
    )  # fmt: skip
    assert found.json_columns == ["event_data"]
    assert list(found.properties) == ["referrer"]


@pytest.mark.parametrize(
    ("cell", "formats"),
    [("2026-01-31", []), ("31.01.2026", ["%d.%m.%Y"]), ("01/31/2026", ["%m/%d/%Y"]),
     ("31/01/2026", ["%d/%m/%Y"])],
)  # fmt: skip
def test_the_way_dates_are_written_is_found(file: WriteFile, cell: str, formats: list[str]) -> None:
    found = suggest(open_sheet(file(f"email,created at\na@b.example,{cell}\n")), ImportKind.LEADS)

    assert found.occurred_at is not None
    assert found.occurred_at.formats == formats


def test_stages_are_known_by_usual_words(file: WriteFile) -> None:
    path = file("email,deal stage\na@b.example,Closed Won\nb@b.example,Lost\nc@b.example,Hm\n")

    found = suggest(open_sheet(path), ImportKind.OUTCOMES)

    assert found.outcome is not None
    assert found.outcome.values == {
        "Closed Won": "CUSTOMER", "Lost": "DISQUALIFIED", "Hm": "none"
    }  # fmt: skip


def test_a_file_about_nobody_is_refused_with_advice(file: WriteFile) -> None:
    with pytest.raises(MappingFault, match="name an e-mail or an id under identity"):
        suggest(open_sheet(file("a,b\n1,2\n")), ImportKind.LEADS)


def test_activities_without_a_time_are_refused(file: WriteFile) -> None:
    with pytest.raises(MappingFault, match="Activities need"):
        suggest(open_sheet(file("email,note\na@b.example,x\n")), ImportKind.ACTIVITIES)
