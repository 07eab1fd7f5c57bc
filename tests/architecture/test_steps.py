"""Every step says what it owns, takes, gives and promises, and its files have the known names."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
STEPS = sorted(path.parent.name for path in (ROOT / "handraise").glob("*/__init__.py"))
VAGUE = {"manager", "helper", "helpers", "util", "utils", "service", "services", "handler",
         "handlers", "processor", "common", "misc", "core", "lib"}  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
def test_a_step_says_what_it_owns_takes_gives_and_promises(step: str) -> None:
    text = (ROOT / "handraise" / step / "__init__.py").read_text(encoding="utf-8")

    told = ast.get_docstring(ast.parse(text)) or ""

    assert [line.split(":")[0] for line in told.splitlines() if ":" in line][:4] == [
        "Owns", "Takes", "Gives", "Promises",
    ]  # fmt: skip


def test_no_file_has_a_name_that_says_nothing() -> None:
    vague = [str(path.relative_to(ROOT)) for path in (ROOT / "handraise").rglob("*.py")
             if path.stem in VAGUE or path.parent.name in VAGUE]  # fmt: skip

    assert vague == []
