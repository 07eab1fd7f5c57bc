"""A condition as a text of its own: read, with every fault by its line, and written."""

from __future__ import annotations

from typing import Any

import yaml

from handraise.agreement import checks, plain_yaml
from handraise.agreement.conditions import SCORES, Condition, ConditionError, parse, subjects
from handraise.agreement.document import Document
from handraise.agreement.faults import AgreementError, Fault, Place, path_of
from handraise.agreement.plain_yaml import Tree
from handraise.agreement.reading import bare

LONGEST = 20_000
_SCORED = SCORES | {"grade"}


def raw_condition(text: str) -> tuple[dict[str, Any], Condition]:
    """What a text says, as it stands and as its tree. Raises AgreementError."""
    tree, condition = _parsed(text)
    assert isinstance(tree.value, dict)
    return tree.value, condition


def read_condition(text: str, *, document: Document | None) -> Condition:
    """The condition that a text says, with the scores, grades and lists of this agreement.

    Raises AgreementError with every fault found, each with its line.
    """
    tree, condition = _parsed(text)
    assert isinstance(tree.value, dict)
    found = [
        _fault(tree, place, said)
        for place, said in checks.faults_alone(tree.value, document or bare())
    ]
    if document is None and subjects(condition) & _SCORED:
        said = "No agreement is in force yet, so there are no scores and grades to ask for."
        found.append(Fault(1, 1, "", said))
    if found:
        raise AgreementError(sorted(found))
    return condition


def written(raw: object) -> str:
    """A condition as text for people: a line for each part."""
    has_parts = isinstance(raw, dict) and any(isinstance(one, dict | list) for one in raw.values())
    text: str = yaml.safe_dump(
        raw, sort_keys=False, allow_unicode=True, width=90,
        default_flow_style=None if has_parts else False,
    )  # fmt: skip
    return text


def _parsed(text: str) -> tuple[Tree, Condition]:
    if len(text) > LONGEST:
        said = f"A condition has at most {LONGEST:,} characters; this has {len(text):,}."
        raise AgreementError([Fault(1, 1, "", said)])
    tree = plain_yaml.load(text)
    try:
        return tree, parse(tree.value)
    except ConditionError as fault:
        raise AgreementError([_fault(tree, fault.where, str(fault))]) from None


def _fault(tree: Tree, place: Place, sentence: str) -> Fault:
    line, column = tree.position(place)
    return Fault(line, column, path_of(place), sentence)


__all__ = ["LONGEST", "raw_condition", "read_condition", "written"]
