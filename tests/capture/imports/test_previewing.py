"""What an import would do, without doing it."""

from __future__ import annotations

import pytest

from handraise.capture.imports import preview, read_mapping
from handraise.capture.models import Import
from handraise.leads.models import Lead
from tests.capture.imports.conftest import WriteFile
from tests.capture.imports.samples import PEOPLE
from tests.personas import NOON


@pytest.mark.django_db
def test_it_counts_and_writes_nothing(file: WriteFile) -> None:
    path = file("Email,Name,Size,Plan,Town\na@x.example,A,1,free,B\nb@x.example,B,Select,free,C\n"
                'c@,C,1,free,D\n"d@x.example,A,1,free,B"\n')  # fmt: skip

    found = preview(path, mapping=read_mapping(PEOPLE), at=NOON)

    assert (found.read, found.taken, found.refused, found.repaired) == (4, 3, 1, 1)
    assert found.repaired_lines == [5]
    assert found.unmapped == ["Plan", "Town"]
    assert found.constant == {"Plan": "free"}
    assert dict(found.unknown) == {"size": 1}
    assert [one.line for one in found.first] == [2, 3, 5]
    assert found.first_refused[0].why == "Line 4: column 'Email': 'c@' is not an e-mail address."
    assert not Import.objects.exists()
    assert not Lead.objects.exists()


def test_rows_alike_but_for_their_ids_are_counted(file: WriteFile) -> None:
    mapping = read_mapping("kind: leads\nidentity: {user_id: Id}\nfacts: {Town: city}")
    path = file("Id,Town\na1,Bonn\na2,Bonn\na3,Köln\na4,Bonn\n")

    assert preview(path, mapping=mapping, at=NOON).twins == 2


def test_it_may_look_at_the_beginning_only(file: WriteFile) -> None:
    mapping = read_mapping("kind: leads\nidentity: {user_id: Id}")
    path = file("Id\n" + "\n".join(f"a{n}" for n in range(100)))

    assert preview(path, mapping=mapping, at=NOON, limit=10).read == 10
