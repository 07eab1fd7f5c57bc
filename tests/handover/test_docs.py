"""The page of this step keeps up with the code."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KIND = re.compile(r'"(handover\.[a-z_]+ed|handover\.upheld)"')


def test_every_journal_kind_is_on_the_page() -> None:
    code = "".join(file.read_text() for file in (ROOT / "handraise/handover").glob("*.py"))
    page = (ROOT / "docs/steps/handover.md").read_text()

    kinds = set(KIND.findall(code))

    assert len(kinds) > 15
    assert {kind for kind in kinds if f"`{kind}`" not in page} == set()
