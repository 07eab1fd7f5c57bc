"""Answers come in by a file: each line is taken, known already, or refused with why."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from handraise.capture.imports import FileFault
from handraise.leads.actions import merge_leads
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.qualification.decide import State
from handraise.qualification.importing import Report, import_answers, write_refused
from handraise.qualification.models import Answer
from handraise.qualification.queries import answers_of
from handraise.team.models import User
from tests.personas import NOON
from tests.qualification.conftest import accepted
from tests.world import said

pytestmark = pytest.mark.django_db

GOOD = """\
email,question,value,evidence,author,answered_at,mood
ada@acme.example,Need,clear need,quote: It hurts.,mia@team.example,2026-03-01T09:00:00Z,fine
ADA@acme.example,authority,Decides alone,,Old Owen,2026-02-01,fine
"""


@pytest.fixture
def bring(tmp_path: Path, rita: User) -> Any:
    def run(text: str, **more: Any) -> Report:
        file = tmp_path / "answers.csv"
        file.write_text(text, encoding="utf-8")
        return import_answers(file, by=rita, at=NOON, via=Via.SHELL, **more)

    return run


def test_each_line_becomes_an_answer_of_its_time_and_author(
    bring: Any, ada: Lead, mia: User, rita: User
) -> None:
    report = bring(GOOD)

    assert (report.read, report.taken, report.known, report.refused) == (2, 2, 0, [])
    assert report.left_out == ("mood",)
    need, authority = answers_of(ada, framework="BANT", at=NOON)[:2]
    assert need.answer is not None
    assert authority.answer is not None
    assert (need.answer.at, need.answer.by) == (datetime(2026, 3, 1, 9, tzinfo=UTC), mia)
    assert (need.answer.evidence, need.answer.quote) == ("quote", "It hurts.")
    assert (authority.answer.author, authority.answer.by) == ("Old Owen", rita)
    assert authority.answer.quote == "Imported from answers.csv."
    assert "BANT, need: Clear need." in said(ada)


def test_run_again_it_changes_nothing(bring: Any, ada: Lead) -> None:
    undated = GOOD.replace("2026-03-01T09:00:00Z", "")
    bring(undated)

    again = bring(undated)

    assert (again.taken, again.known) == (0, 2)
    assert Answer.objects.count() == 2


def test_what_is_newer_here_stays_the_one_that_counts(bring: Any, ada: Lead, mia: User) -> None:
    bring(GOOD)
    bring(GOOD.replace("clear need", "No need").replace("2026-03-01", "2026-01-01"))

    assert answers_of(ada, framework="BANT", at=NOON)[0].state is State.FAVOURABLE


def test_a_trial_writes_nothing(bring: Any, ada: Lead) -> None:
    report = bring(GOOD, is_trial=True)

    assert report.taken == 2
    assert not Answer.objects.exists()
    assert said(ada, "qualification.answered") == []


def test_a_merged_lead_is_found_by_either_address(bring: Any, ada: Lead, mia: User) -> None:
    bea = accepted("Bea")
    merge_leads(bea, ada, why="Same.", by=mia, at=NOON, via=Via.WEB)

    bring(GOOD)

    assert answers_of(bea, framework="BANT", at=NOON)[0].state is State.FAVOURABLE


REFUSED = [
    ("nobody@acme.example,need,Clear need,,,", "No lead is known by 'nobody@acme.example'."),
    (",need,Clear need,,,", "The line names nobody"),
    ("ada@acme.example,ned,Clear need,,,", "BANT does not ask for “ned”"),
    ("ada@acme.example,need,Perhaps,,,", "Need: choose Pressing need"),
    ("ada@acme.example,need,Clear need,,,soon", "'soon' is not an instant"),
    ("ada@acme.example,need,Clear need,,,2031-01-01", "between the year 1900 and now"),
    ("ada@acme.example,need,Clear need," + "x" * 5000 + ",,", "at most 4,000"),
    ("ada@acme.example,need", "2 cells where the header has 6"),
    ("ada@acme.example,need,=1+1,,,", "Need: choose"),
]


@pytest.mark.parametrize(("line", "why"), REFUSED)
def test_a_line_that_cannot_be_taken_is_named_with_why(
    bring: Any, ada: Lead, line: str, why: str
) -> None:
    good = "ada@acme.example,need,Clear need,,,\n"
    report = bring(f"email,question,value,evidence,author,answered_at\n{line}\n{good}")

    [refused] = report.refused
    assert why in refused.why
    assert refused.line == 2
    assert report.taken == 1


def test_refused_lines_are_a_file_to_mend(bring: Any, ada: Lead) -> None:
    report = bring("email,question,value\nada@acme.example,need,=1+1\n")
    out = StringIO()

    write_refused(report, out)

    first, second = out.getvalue().splitlines()
    assert first == "email,question,value,line,why"
    assert second.startswith("ada@acme.example,need,'=1+1,2,")


@pytest.mark.parametrize("header", ["email,value", "name,question,value"])
def test_a_file_without_its_columns_is_refused(bring: Any, ada: Lead, header: str) -> None:
    with pytest.raises(FileFault, match="needs a column 'question', and 'email' or 'user_id'"):
        bring(f"{header}\na,b,c\n")


def test_another_framework_is_told_by_column_or_option(bring: Any, ada: Lead) -> None:
    bring("email,question,text\nada@acme.example,metrics,Two days\n", framework="MEDDIC")
    bring("email,framework,question,value\nada@acme.example,champ,money,Set aside\n")

    assert set(Answer.objects.values_list("framework", "question")) == {
        ("meddic", "metrics"), ("champ", "money"),
    }  # fmt: skip


def test_who_may_not_import_may_not(tmp_path: Path, mia: User) -> None:
    file = tmp_path / "a.csv"
    file.write_text(GOOD)

    with pytest.raises(PermissionDenied):
        import_answers(file, by=mia, at=NOON, via=Via.SHELL)
