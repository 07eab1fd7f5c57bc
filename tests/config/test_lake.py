"""`handraise lake` as a person uses it."""

from __future__ import annotations

import json

from tests.config.test_cli import Shell, shell  # noqa: F401


def test_it_writes_a_lake_and_finds_it_the_same(shell: Shell) -> None:  # noqa: F811
    said = shell("lake", "sync", "--as", "rita@team.example")
    shell("lake", "verify")

    told = json.loads((shell.data / "lake" / "manifest.json").read_text())
    assert "leads_activity" in said
    assert {"leads_lead", "handover_rejection", "agreement_version"} <= told["tables"].keys()


def test_what_differs_is_named_with_status_1(shell: Shell) -> None:  # noqa: F811
    folder = shell.data / "elsewhere"
    shell("lake", "sync", "--to", str(folder), "--as", "rita@team.example")
    next(folder.glob("agreement_listentry/*")).unlink()

    said = shell("lake", "verify", "--to", str(folder), status=1)

    assert "(1 difference)" in said
    assert "lake sync --full" in said

    shell("lake", "sync", "--to", str(folder), "--full", "--as", "rita@team.example")
    shell("lake", "verify", "--to", str(folder))


def test_who_may_not_export_is_refused(shell: Shell) -> None:  # noqa: F811
    said = shell("lake", "sync", "--as", "mia@team.example", status=1)

    assert "may not do this" in said


def test_where_there_is_no_lake_it_says_so(shell: Shell) -> None:  # noqa: F811
    said = shell("lake", "verify", "--to", str(shell.data / "nowhere"), status=1)

    assert "There is no lake in" in said
