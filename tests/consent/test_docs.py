"""The page of this step keeps up with the code."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_journal_kind_is_on_the_page() -> None:
    code = "".join(file.read_text() for file in (ROOT / "handraise/consent").glob("*.py"))
    page = (ROOT / "docs/steps/consent.md").read_text()

    kinds = set(re.findall(r'"(consent\.[a-z_]+)"', code))

    assert len(kinds) > 10
    assert {kind for kind in kinds if f"`{kind}`" not in page} == set()
