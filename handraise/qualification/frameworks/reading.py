"""From text to Framework, or to all that is wrong with it, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

from pydantic import ValidationError

from handraise.agreement import plain_yaml
from handraise.agreement.faults import AgreementError, Place
from handraise.agreement.reading import fault_at, shape_faults
from handraise.kit.fold import fold
from handraise.qualification.frameworks.document import Framework

_SHIPPED = ("bant", "champ", "meddic")


@lru_cache(maxsize=256)
def read(text: str) -> Framework:
    """The framework a YAML text says. Raises AgreementError with every fault, by line."""
    tree = plain_yaml.load(text)
    try:
        framework = Framework.model_validate(tree.value)
    except ValidationError as error:
        found = shape_faults(error, tree, model=Framework, whole="A framework")
        raise AgreementError(found) from None
    meant = [fault_at(tree, place, said) for place, said in _faults(framework)]
    if meant:
        raise AgreementError(sorted(meant))
    return framework


def _faults(framework: Framework) -> Iterator[tuple[Place, str]]:
    keys: set[str] = set()
    for number, question in enumerate(framework.questions):
        here = ("questions", number)
        if question.key in keys:
            yield (*here, "key"), f"The question '{question.key}' stands here twice."
        keys.add(question.key)
        names: set[str] = set()
        for place, choice in enumerate(question.answers):
            if fold(choice.name) in names:
                yield (*here, "answers", place), f"The answer '{choice.name}' stands here twice."
            names.add(fold(choice.name))
        if question.answers and not any(choice.counts for choice in question.answers):
            yield (*here, "answers"), "At least one answer must count, or nobody ever qualifies."


@cache
def shipped() -> dict[str, tuple[Framework, str]]:
    """The frameworks that come with Handraise and their texts, by folded name."""
    here = Path(__file__).parent
    texts = [(here / f"{name}.yaml").read_text(encoding="utf-8") for name in _SHIPPED]
    return {read(text).folded: (read(text), text) for text in texts}
