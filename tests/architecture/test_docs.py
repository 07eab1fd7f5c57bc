"""What is not documented does not exist: settings, commands, and the words of the README."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from config.cli import app

ROOT = Path(__file__).resolve().parent.parent.parent
RUN = "\n".join(
    file.read_text(encoding="utf-8") for file in sorted((ROOT / "docs" / "run").glob("*.md"))
)
INTERNAL = {"HANDRAISE_PARENT", "HANDRAISE_PARENT_OF_WEB"}


def _settings() -> Iterator[str]:
    for folder in ("config", "handraise"):
        for file in (ROOT / folder).rglob("*.py"):
            yield from re.findall(r"\bHANDRAISE_[A-Z_]+\b", file.read_text(encoding="utf-8"))


def _commands() -> Iterator[str]:
    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        for below in getattr(command, "commands", {"": None}):
            yield f"handraise {name} {below}".strip()


@pytest.mark.parametrize("name", sorted(set(_settings()) - INTERNAL))
def test_a_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in RUN


@pytest.mark.parametrize("command", sorted(_commands()))
def test_a_command_is_documented(command: str) -> None:
    assert f"`{command}" in RUN


def test_every_page_of_the_docs_is_linked_well() -> None:
    broken = [
        f"{file.relative_to(ROOT)}: {link}"
        for file in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", file.read_text(encoding="utf-8"))
        if not (file.parent / link).exists()
    ]

    assert broken == []


def test_every_promise_in_the_readme_names_a_test_that_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    stories = "\n".join(
        file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py")
    )

    named = re.findall(r"`(test_\w+)`", text)

    assert named
    assert [name for name in named if f"def {name}(" not in stories] == []
