"""What the documents of this step leave out fails here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import reverse

from handraise.agreement import actions, discussing
from handraise.agreement.conditions import RESERVED, Operator
from handraise.agreement.document import Behaviour, Document, FitSignal, Mql
from handraise.agreement.shipped import Shipped
from handraise.leads.decide import Stage

ROOT = Path(__file__).parent.parent.parent
STEP = (ROOT / "docs/steps/agreement.md").read_text()
WORDS = (ROOT / "docs/words.md").read_text()


@pytest.mark.parametrize("operator", [*Operator, *sorted(RESERVED), "all", "any", "none", "did"])
def test_the_words_name_every_part_of_a_condition(operator: str) -> None:
    assert re.search(rf"`{operator}[`:]", WORDS)


@pytest.mark.parametrize("stage", list(Stage))
def test_the_words_name_every_stage(stage: Stage) -> None:
    assert f"| {stage.value} | {stage.label} |" in WORDS


@pytest.mark.parametrize("model", [Document, FitSignal, Behaviour, Mql])
def test_every_field_is_described(model: type[Document]) -> None:
    for name in model.model_fields:
        assert f"`{name}`" in STEP


def test_every_journal_kind_is_named() -> None:
    source = "".join(Path(module.__file__).read_text() for module in (actions, discussing))
    kinds = re.findall(r'_line\("(\w+)"', source)

    assert len(set(kinds)) == 10
    for kind in kinds:
        assert f"`agreement.{kind}`" in STEP


@pytest.mark.parametrize("which", list(Shipped))
def test_the_shipped_texts_are_named(which: Shipped) -> None:
    assert f"`shipped/{which}.yaml`" in STEP


def test_the_pages_stand_where_the_document_says() -> None:
    assert reverse("agreement_propose") in STEP
    assert reverse("agreement_compare", args=(2, 3)) in STEP
    assert reverse("agreement_signature", args=(3,)) in STEP
