"""The page of this step keeps up with the code."""

from __future__ import annotations

import re
from pathlib import Path

from handraise.messaging.decide import MAIL_NAMES
from handraise.messaging.starting import starts

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/steps/messaging.md").read_text(encoding="utf-8")
KIND = re.compile(r'"(messaging\.[a-z_]+)"')


def test_every_journal_kind_is_on_the_page() -> None:
    code = "".join(file.read_text() for file in (ROOT / "handraise/messaging").glob("*.py"))

    kinds = set(KIND.findall(code))

    assert len(kinds) == 10
    assert {kind for kind in kinds if f"`{kind}`" not in PAGE} == set()


def test_every_name_and_every_shipped_message_is_on_the_page() -> None:
    assert [name for name in MAIL_NAMES if f"`{name}" not in PAGE] == []
    assert [code for code in starts() if f"`{code}`" not in PAGE] == []
