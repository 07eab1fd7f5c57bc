"""`handraise rehearse` as a person uses it: a process, its exit status, its sentences."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.db import connection

from handraise.leads.decide import Stage
from handraise.team.models import User
from tests.feedback.rehearsal.conftest import DRAFT, a_history, told, went
from tests.world import in_force

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]
PERIOD = ("--from", "2026-03-04", "--to", "2026-05-12")


class Shell:
    """Runs `handraise rehearse` on this test's database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: str, text: str = DRAFT, status: int = 0) -> tuple[str, str]:
        """What it says on stdout and on stderr."""
        draft = self.folder / "draft.yaml"
        draft.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "config.cli", "rehearse", str(draft), *arguments,
             "--data", str(self.folder), "--as", "mark@team.example"],
            capture_output=True, text=True, cwd=ROOT, check=False, timeout=120, env=_environment(),
        )  # fmt: skip
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout, done.stderr


def _environment() -> dict[str, str]:
    ours = ("HANDRAISE_", "DJANGO_", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    told = connection.settings_dict
    address = f"postgresql://{told['USER']}@/{told['NAME']}?host={told['HOST']}"
    return {**kept, "HANDRAISE_DATABASE_URL": address, "COLUMNS": "100"}


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_it_prints_tables_data_or_one_file(shell: Shell, mark: User, mia: User) -> None:
    published = in_force(mark, mia)
    a_history(9, 30)

    table, said = shell(*PERIOD, "--ripening", "20")
    data, _ = shell(*PERIOD, "--engine", "postgres", "--format", "json", "--ripening", "20")
    file, _ = shell(*PERIOD, "--format", "html", "--bar", "intent.1", "--ripening", "20")

    assert "leads a week would pass" in table
    assert "again_after" in table
    assert "up to date" in " ".join(said.split())
    report = json.loads(data)
    assert report["against"] == f"version {published.number}"
    assert report["levels"][0]["side"]["qualified"] == sum(report["levels"][0]["side"]["weeks"])
    assert "20 bars" not in said
    assert file.startswith("<!doctype html>")
    assert "With the bar elsewhere" in file
    assert Elements.of(file) & {"script", "link", "img", "iframe", "form"} == set()
    assert not re.search(r"""(?:src|href)\s*=|url\(|@import""", file)


class Elements(HTMLParser):
    """The names of all elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.add(tag)

    @classmethod
    def of(cls, text: str) -> set[str]:
        parser = cls()
        parser.feed(text)
        return parser.found


def test_what_cannot_be_rehearsed_ends_in_sentences(shell: Shell, mark: User) -> None:
    faulty = DRAFT.replace("half_life: 30 days", "half_life: 0 days")
    faulty = faulty.replace("accept_within: 4 working hours", "accept_within: soon")

    _, faults = shell(*PERIOD, text=faulty, status=1)
    _, engine = shell(*PERIOD, "--engine", "abacus", status=1)
    _, future = shell("--from", "2096-01-01", "--to", "2096-02-01", status=1)
    _, nobody = shell(*PERIOD, "--engine", "postgres", status=1)
    _, day = shell("--from", "yesterday", "--to", "2026-05-12", status=1)

    assert len(re.findall(r"^line \d+, ", faults, re.MULTILINE)) >= 3
    assert "duckdb" in engine
    assert "future" in future
    assert "Nothing is known of any lead" in nobody
    assert "Write it like 2026-03-04" in day


def test_without_outcomes_it_prints_the_volume_and_says_that_data_are_missing(
    shell: Shell, mark: User
) -> None:
    told("Ada", 1, ("Demo Requested", 3), title="Head of Sales")
    went(told("Ben", 2), (Stage.NURTURE, 9))

    printed, said = shell(*PERIOD, status=1)

    assert "leads a week would pass" in printed
    assert "Not enough data" in said
