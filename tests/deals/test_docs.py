"""The page of this step keeps up with the code."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOLD = re.compile(r'\b(?:tell|_note)\(\s*"([a-z_]+)"')


def test_every_journal_kind_is_on_the_page() -> None:
    code = "".join(file.read_text() for file in (ROOT / "handraise/deals").glob("*.py"))
    page = (ROOT / "docs/steps/deals.md").read_text()

    kinds = {f"deals.{verb}" for verb in TOLD.findall(code)}
    kinds |= set(re.findall(r'"(deals\.[a-z_]+ed)"', code))

    assert len(kinds) > 8
    assert {kind for kind in kinds if f"`{kind}`" not in page} == set()
