"""The page of this step keeps up with the code."""

from __future__ import annotations

import re
from pathlib import Path

from handraise.enablement.language import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/steps/enablement.md").read_text(encoding="utf-8")
KIND = re.compile(r'"(enablement\.[a-z_]+)"')


def test_every_journal_kind_is_on_the_page() -> None:
    code = "".join(file.read_text() for file in (ROOT / "handraise/enablement").glob("*.py"))

    kinds = set(KIND.findall(code))

    assert len(kinds) == 8
    assert {kind for kind in kinds if f"`{kind}`" not in PAGE} == set()


def test_every_variable_is_on_the_page() -> None:
    assert [name for name in VARIABLES if name.rpartition(".")[2] not in PAGE] == []
