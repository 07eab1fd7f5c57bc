"""`handraise rehearse-routes` as a person uses it: a process, its exit status, its sentences."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from handraise.agreement.queries import Published
from handraise.team.models import User
from tests.feedback.routing.conftest import DAY, handed
from tests.personas import NOON
from tests.world import AGREEMENT

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]
PERIOD = ("--from", "2026-03-04", "--to", "2026-03-31")
Shell = Callable[..., tuple[str, str]]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Runs it on this test's database; what it says on stdout and on stderr."""

    def run(*arguments: str, text: str = AGREEMENT, status: int = 0) -> tuple[str, str]:
        draft = tmp_path / "draft.yaml"
        draft.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "config.cli", "rehearse-routes", str(draft),
             *arguments, "--data", str(tmp_path), "--as", "mark@team.example"],
            capture_output=True, text=True, cwd=ROOT, check=False, timeout=120, env=_environment(),
        )  # fmt: skip
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout, done.stderr

    return run


def _environment() -> dict[str, str]:
    ours = ("HANDRAISE_", "DJANGO_", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    told = connection.settings_dict
    address = f"postgresql://{told['USER']}@/{told['NAME']}?host={told['HOST']}"
    return {**kept, "HANDRAISE_DATABASE_URL": address, "COLUMNS": "140"}


def test_it_prints_tables_or_data(shell: Shell, agreed: Published, mia: User, nils: User) -> None:
    for number in range(10):
        handed(f"Lead{number}", mia, NOON + number * DAY)

    table, _ = shell(*PERIOD)
    data, _ = shell(*PERIOD, "--times", "2", "--format", "json")

    assert "Everybody would get their share" in table
    assert "Nils" in table
    assert "not set up" in table
    report = json.loads(data)
    assert (report["leads"], report["times"], report["held"]["title"]) == (10, 2, "Version 1")


def test_what_cannot_be_tried_ends_in_a_sentence(shell: Shell, agreed: Published) -> None:
    assert "Nobody became MQL" in shell(*PERIOD, status=1)[1]
    assert "once to 5 times" in shell(*PERIOD, "--times", "0", status=1)[1]
    assert "Write it like" in shell("--from", "yesterday", status=1)[1]
    assert "line" in shell(*PERIOD, text="name: [", status=1)[1]
