"""The page of this step keeps up with the code."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KIND = re.compile(r'"(?:qualification\.)?(answered|answer_withdrawn|framework_[a-z]+(?:ed|en))"')


def test_every_journal_kind_is_on_the_page() -> None:
    code = "".join(file.read_text() for file in (ROOT / "handraise/qualification").rglob("*.py"))
    page = (ROOT / "docs/steps/qualification.md").read_text()

    kinds = set(KIND.findall(code))

    assert len(kinds) == 5
    assert {kind for kind in kinds if f"`qualification.{kind}`" not in page} == set()
