"""From text to JourneyDocument, or to all that is wrong with it, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from pydantic import ValidationError

from handraise.agreement import checks, plain_yaml
from handraise.agreement.document import Document
from handraise.agreement.faults import AgreementError, Fault, Place
from handraise.agreement.reading import bare, fault_at, shape_faults
from handraise.kit.fold import fold
from handraise.nurture.document import Arm, JourneyDocument, Share, Step

MOST_STEPS = 300  # over all ways
DEEPEST = 8  # ways within ways
TAKEN = frozenset({"enter", "end"})  # ids that the compiler gives
OTHERWISE = "Otherwise"  # the way of a branch that says nothing of the others

Found: TypeAlias = Iterator[tuple[Place, str]]


def read_anew(text: str) -> JourneyDocument:
    """The journey a YAML text says; not remembered, for texts that change with every key.

    Raises AgreementError with every fault found, each with its line and path: those of the YAML
    first, then those of shape (names, types, ranges), then those of meaning.
    """
    tree = plain_yaml.load(text)
    try:
        document = JourneyDocument.model_validate(tree.value)
    except ValidationError as error:
        found = shape_faults(error, tree, model=JourneyDocument, whole="A journey")
        raise AgreementError(found) from None
    meant = [fault_at(tree, place, said) for place, said in _faults(document)]
    if meant:
        raise AgreementError(sorted(meant))
    return document


@lru_cache(maxsize=256)
def read(text: str) -> JourneyDocument:
    """The same, remembered."""
    return read_anew(text)


def condition_faults(text: str, *, agreed: Document | None) -> list[Fault]:
    """What the conditions of a text that can be read say that this agreement does not know (its
    lists and grades), each with its line."""
    tree = plain_yaml.load(text)
    assert isinstance(tree.value, dict)
    found = []
    for place, raw in raw_conditions(tree.value):
        for inner, said in checks.faults_alone(raw, agreed or bare()):
            found.append(fault_at(tree, (*place, *inner), said))
    return sorted(found)


def raw_conditions(raw: dict[str, Any]) -> Iterator[tuple[Place, Any]]:
    """Every condition of a journey that can be read, as it stands, with its place."""
    if raw["enter"].get("when") is not None:
        yield ("enter", "when"), raw["enter"]["when"]
    if raw.get("goal") is not None:
        yield ("goal",), raw["goal"]
    for number, one in enumerate(raw.get("exits") or ()):
        yield ("exits", number, "when"), one["when"]
    yield from _raw_in(raw["steps"], ("steps",))


def _raw_in(steps: Sequence[dict[str, Any]], place: Place) -> Iterator[tuple[Place, Any]]:
    for number, step in enumerate(steps):
        for kind in ("branch", "split"):
            for which, arm in enumerate(step.get(kind) or ()):
                inner = (*place, number, kind, which)
                if arm.get("when") is not None:
                    yield (*inner, "when"), arm["when"]
                yield from _raw_in(arm.get("steps") or (), (*inner, "steps"))


def placed(document: JourneyDocument) -> Iterator[tuple[Place, Step]]:
    """Every step with its place in the text, in the order of the text."""
    yield from _placed(document.steps, ("steps",))


def _placed(steps: Sequence[Step], place: Place) -> Iterator[tuple[Place, Step]]:
    for number, step in enumerate(steps):
        here = (*place, number)
        yield here, step
        for kind in ("branch", "split"):
            arms: Sequence[Arm | Share] = getattr(step, kind)
            for which, arm in enumerate(arms):
                yield from _placed(arm.steps, (*here, kind, which, "steps"))


def _faults(document: JourneyDocument) -> Found:
    seen: set[str] = set()
    for count, (place, step) in enumerate(placed(document), start=1):
        if count > MOST_STEPS:
            yield place, f"{MOST_STEPS} steps are the most."
            return
        if len(place) > 2 + 4 * DEEPEST:
            yield place, f"Ways within ways go {DEEPEST} deep at most."
            return
        if step.id in TAKEN:
            yield (*place, "id"), f"The id '{step.id}' is taken; choose another."
        if step.id is not None and step.id in seen:
            yield (*place, "id"), f"The id '{step.id}' stands here twice."
        seen.add(step.id or "")
        yield from _branch(step, (*place, "branch"))
        yield from _split(step, (*place, "split"))
    yield from _unreached(document.steps, ("steps",))
    if document.topic and not document.purpose:
        yield ("topic",), "A topic belongs to a purpose; name it too."


def _branch(step: Step, place: Place) -> Found:
    yield from _names([arm.name for arm in step.branch], place)
    for number, arm in enumerate(step.branch):
        is_last = number == len(step.branch) - 1
        if arm.when is None and (not is_last or number == 0):
            said = "Only the last way may go without 'when', and not alone: it is for all others."
            yield (*place, number), said
        if is_last and arm.when is not None and fold(arm.name) == fold(OTHERWISE):
            yield (*place, number, "name"), f"'{OTHERWISE}' is for those whom no condition meets."


def _split(step: Step, place: Place) -> Found:
    yield from _names([share.name for share in step.split], place)
    total = sum(share.share for share in step.split)
    if step.split and len(step.split) < 2:
        yield place, "A split has at least two ways."
    elif step.split and abs(total - 100) > 1e-6:
        yield place, f"The shares come to {total:g}; they must come to 100."
    if step.split and all(share.holdout for share in step.split):
        yield place, "Somebody must go on: not every way of a split can be a holdout."


def _names(names: Sequence[str], place: Place) -> Found:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if fold(name) in seen:
            yield (*place, number, "name"), f"The way '{name}' stands here twice."
        seen.add(fold(name))


def _unreached(steps: Sequence[Step], place: Place) -> Found:
    """Steps after one that nobody passes."""
    for number, step in enumerate(steps):
        for kind in ("branch", "split"):
            for which, arm in enumerate(getattr(step, kind)):
                yield from _unreached(arm.steps, (*place, number, kind, which, "steps"))
        if number + 1 < len(steps) and _ends(step):
            yield (*place, number + 1), "Nobody comes here: everybody has left before."
            return


def _ends(step: Step) -> bool:
    """Whether nobody goes on behind this step."""
    if step.branch:
        has_else = step.branch[-1].when is None
        return has_else and all(_all_leave(arm.steps) for arm in step.branch)
    if step.split:
        return all(share.holdout or _all_leave(share.steps) for share in step.split)
    return step.leave is not None


def _all_leave(steps: Sequence[Step]) -> bool:
    return any(_ends(step) for step in steps)


__all__ = ["OTHERWISE", "condition_faults", "placed", "raw_conditions", "read", "read_anew"]
