"""The `handraise` command as a person uses it: a process, its exit status, its one sentence."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from config.cli import app
from config.embedded import EmbeddedPostgres

ROOT = Path(__file__).resolve().parent.parent.parent
LEADS = "email,first name,company,job title,phone\n"


def _environment() -> dict[str, str]:
    ours = ("HANDRAISE_", "DJANGO_", "PYTEST_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


class Shell:
    """Runs commands on one data directory, whose database is kept running meanwhile."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def __call__(self, *arguments: str, status: int = 0) -> str:
        """What the command says: stdout where it succeeds, stderr where it is refused."""
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "config.cli", *arguments, "--data", self.data],
            env=_environment() | {"COLUMNS": "200"}, cwd=ROOT, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == status, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr if status else done.stdout


@pytest.fixture(scope="module")
def shell() -> Iterator[Shell]:
    data = Path(tempfile.mkdtemp(prefix="handraise-cli-"))
    data.chmod(0o755)
    server = EmbeddedPostgres(data)
    server.start("fsync=off", "shared_buffers=16MB", "max_connections=20")
    subprocess.run(
        [sys.executable, "-m", "tests.stories.founding", data], env=_environment(), cwd=ROOT,
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    yield Shell(data)
    server.stop()
    shutil.rmtree(data)


def test_it_adds_people_and_lists_them(shell: Shell) -> None:
    password = shell("user", "add", "vera@team.example", "--role", "viewer")
    again = shell("user", "add", "vera@team.example", "--role", "viewer", status=1)
    said = shell("user", "list")

    assert len(password.strip()) >= 12
    assert again.endswith("There is already a person with the address vera@team.example.\n")
    assert "Vera" in said
    assert "Viewer" in said


def test_it_refuses_who_may_not(shell: Shell) -> None:
    said = shell("key", "add", "Website", "--as", "mia@team.example", status=1)

    assert said.startswith("Mia (sales development) may not do this")


def test_it_refuses_somebody_unknown(shell: Shell) -> None:
    said = shell("key", "add", "Website", "--as", "nobody@team.example", status=1)

    assert said.startswith("Nobody here signs in as nobody@team.example.")


@pytest.mark.parametrize(
    "arguments",
    [
        ["user", "add", "new@team.example", "--role", "emperor"],
        ["score", "--at", "yesterday"],
        ["score", "--at", "2026-03-04T12:00:00"],
        ["agreement", "sign", "1"],
        ["agreement", "sign", "0", "--as", "mia@team.example"],
        ["import", "leads", "not-there.csv"],
        ["nonsense"],
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 2


def test_a_write_key_is_printed_once_and_alone(shell: Shell) -> None:
    key = shell("key", "add", "Website")

    assert key.startswith("hr_")
    assert key.count("\n") == 1
    assert key.strip() not in shell("key", "list")


def test_faults_of_an_agreement_are_named_by_line(shell: Shell) -> None:
    text = shell.data / "bad.yaml"
    text.write_text("name: Bad\nfit:\n  - {name: A, pionts: 3}\n")

    said = shell("agreement", "propose", str(text), status=1)

    assert "line 3" in said
    assert "pionts" in said


def test_an_agreement_is_proposed_and_signed_by_side(shell: Shell) -> None:
    text = shell.data / "agreement.yaml"
    text.write_text(shell("agreement", "show"))
    number = shell("agreement", "propose", str(text)).strip()

    shell("agreement", "sign", number, "--as", "mark@team.example")
    said = shell("agreement", "sign", number, "--as", "mark@team.example", status=1)

    assert number == "2"
    assert said == "You have signed this version already.\n"


def test_it_imports_scores_exports_and_takes_back(shell: Shell) -> None:
    file, errors = shell.data / "leads.csv", shell.data / "errors.csv"
    file.write_text(LEADS + "ada@acme.example,Ada,Acme,Head of Sales,+44 20 7946 0000\n"
                    "not an address,Ben,Acme,Intern,\n")  # fmt: skip

    preview = shell("import", "leads", str(file), "--dry-run")
    shell("import", "leads", str(file), "--errors", str(errors))

    assert "would be taken" in preview
    assert len(errors.read_text().splitlines()) == 2
    scores = list(csv.DictReader(shell("score", "--format", "csv").splitlines()))
    assert len(scores) == 1
    assert float(scores[0]["fit"]) > 0
    lead = scores[0]["lead_id"]
    (explained,) = json.loads(shell("score", "--format", "json", "--lead", lead))
    assert explained["fit"] == float(scores[0]["fit"])
    assert sum(explained["contributions"].values()) == pytest.approx(explained["fit"])
    (then,) = json.loads(shell("score", "--format", "json", "--lead", lead, "--at", "2020-01-01"))
    assert then["fit"] == 0, "nothing was known then"
    parquet = shell.data / "leads.parquet"
    shell("export", "leads", "--format", "parquet", "--output", str(parquet))
    assert pq.read_table(parquet).column("email").to_pylist() == ["ada@acme.example"]
    assert "imported" in shell("import", "leads", str(file), status=1)

    shell("import", "undo", "1")

    assert shell("score", "--format", "csv").count("\n") == 1
    assert "undone" in shell("import", "list")


def test_answers_that_cannot_be_taken_are_named(shell: Shell) -> None:
    file, errors = shell.data / "answers.csv", shell.data / "refused.csv"
    file.write_text("email,question,value\nnobody@acme.example,need,Clear need\n")

    shown = shell("import", "answers", str(file), "--errors", str(errors))

    assert "line 2: No lead is known by 'nobody@acme.example'." in shown
    assert "Clear need,2,No lead" in errors.read_text()
    file.write_text("email,value\nnobody@acme.example,Clear need\n")
    told = shell("import", "answers", str(file), "--dry-run", status=1)
    assert "needs a column 'question'" in told


def test_a_lead_that_is_not_there_is_refused(shell: Shell) -> None:
    assert shell("score", "--lead", "999", status=1) == "There is no lead 999.\n"


def test_the_doctor_says_what_to_do(shell: Shell) -> None:
    said = shell("doctor", status=1)  # its database runs without fsync

    assert said == ""


def test_a_directory_that_cannot_be_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    said = Shell(file / "data")("user", "list", status=1)

    assert "cannot be made" in said
