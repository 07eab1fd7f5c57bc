"""The page of this step keeps up with the code."""

from __future__ import annotations

import re
from pathlib import Path

from handraise.forms.decide import Caught, State
from handraise.forms.document import FieldKind

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/steps/forms.md").read_text(encoding="utf-8")
KIND = re.compile(r'"(forms\.(?!css)[a-z_]+)"')


def test_every_journal_kind_is_on_the_page() -> None:
    code = "".join(file.read_text() for file in (ROOT / "handraise/forms").glob("*.py"))

    kinds = {kind for kind in KIND.findall(code) if not kind.endswith("not_taken")}

    assert {"forms.begun", "forms.content_mailed"} < kinds
    assert {kind for kind in kinds - {"forms.fault_not_noted"} if f"`{kind}`" not in PAGE} == set()


def test_every_kind_of_question_is_on_the_page() -> None:
    told = PAGE.lower()

    assert [kind.label for kind in FieldKind if kind.label.lower() not in told] == []


def test_every_reason_has_words() -> None:
    assert all(one.label.endswith(".") for one in Caught)
    assert len(State) == 4
