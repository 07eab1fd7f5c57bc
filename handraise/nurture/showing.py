"""A journey as its pages show it: a list of steps with their ways, and the picture of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handraise.agreement.faults import Fault
from handraise.agreement.faults import path_of as path_text
from handraise.agreement.plain_writing import flow
from handraise.nurture import steps
from handraise.nurture.drawing import Node, Picture, Way, drawn, shortened
from handraise.nurture.reading import OTHERWISE
from handraise.nurture.step_words import (
    UNNAMED,
    Names,
    detail_of,
    icon_of,
    title_of,
    way_words,
)
from handraise.nurture.steps import Place

_TITLE, _DETAIL = 24, 29  # letters that fit into a box


@dataclass(slots=True)
class Passed:
    """What passed through a step: `here` now, and how many left it by which way."""

    here: int = 0
    ways: dict[str, int] = field(default_factory=dict)
    left: int = 0


@dataclass(slots=True)
class Step:
    """One step of the list. `at` is its place as an address has it, `was` knows it again."""

    place: Place
    id: str
    kind: str
    icon: str
    title: str
    detail: str
    ways: list[ShownWay]
    faults: list[str]
    passed: Passed | None
    was: str
    is_end: bool
    may_go_up: bool = False
    may_go_down: bool = False

    @property
    def at(self) -> str:
        return steps.written(self.place)

    @property
    def after(self) -> str:
        """The place right behind this step."""
        return steps.written((*self.place[:-1], self.place[-1] + 1))


@dataclass(slots=True)
class ShownWay:
    """One way of a fork: what it is called, who goes it, what stands on it."""

    name: str
    says: str
    steps: list[Step]
    start: str
    is_end: bool
    count: int | None
    may_add: bool


def shown(
    value: dict[str, Any],
    ids: Mapping[Place, str],
    *,
    faults: Sequence[Fault] = (),
    passed: Mapping[str, Passed] | None = None,
    names: Names = UNNAMED,
) -> list[Step]:
    """The steps of a journey that a text says. `ids` by place; faults stand at their step."""
    owners = _owners(value, faults)
    return _steps(value, value, (), ids, owners, passed, names)


def _steps(
    value: dict[str, Any], holder: Any, way: Place, ids: Mapping[Place, str],
    owners: Mapping[Place, list[str]], passed: Mapping[str, Passed] | None, names: Names,
) -> list[Step]:  # fmt: skip
    found = []
    for number, raw in enumerate(steps.steps_of(holder)):
        place = (*way, number)
        own = ids.get(place, "")
        went = passed.get(own, Passed()) if passed is not None else None
        made = Step(
            place, own, steps.kind_of(raw), icon_of(raw), title_of(raw, names), detail_of(raw),
            [], list(owners.get(place, [])), went, digest(raw), steps.kind_of(raw) == "leave",
            steps.above(value, place) is not None, steps.below(value, place) is not None,
        )  # fmt: skip
        for at, one in enumerate(steps.ways_of(raw)):
            inner = _steps(value, one, (*place, at), ids, owners, passed, names)
            made.ways.append(_way(made, one, at, inner, went))
        made.ways += _otherwise(made, raw, went)
        made.is_end = made.is_end or (bool(made.ways) and all(_ends(each) for each in made.ways))
        found.append(made)
    return found


def _way(
    step: Step, raw: dict[str, Any], at: int, inner: list[Step], went: Passed | None
) -> ShownWay:
    name = str(raw.get("name") or f"Way {at + 1}")
    count = went.ways.get(name, 0) if went is not None else None
    start = steps.written((*step.place, at, 0))
    may_add = len(step.place) + 2 <= steps.DEEPEST
    is_end = raw.get("holdout") is True
    return ShownWay(name, way_words(step.kind, raw), inner, start, is_end, count, may_add)


def _otherwise(step: Step, raw: Any, went: Passed | None) -> list[ShownWay]:
    """The way of those whom no condition meets, where the branch does not name it."""
    ways = steps.ways_of(raw)
    if step.kind != "branch" or not ways or ways[-1].get("when") is None:
        return []
    count = went.ways.get(OTHERWISE, 0) if went is not None else None
    return [ShownWay(OTHERWISE, "everybody else goes on", [], "", False, count, False)]


def _ends(way: ShownWay) -> bool:
    return way.is_end or any(step.is_end for step in way.steps)


def _owners(value: dict[str, Any], faults: Sequence[Fault]) -> dict[Place, list[str]]:
    """The sentences about each step, by the deepest step that they are about."""
    paths = {path_text(steps.path_of(place, value)): place for place, _ in steps.walk(value)}
    found: dict[Place, list[str]] = {}
    for fault in faults:
        over = [path for path in paths if is_under(fault.path, path)]
        if over:
            found.setdefault(paths[max(over, key=len)], []).append(fault.sentence)
    return found


def is_under(path: str, above: str) -> bool:
    """Whether `steps[2].send.message` stands within `steps[2]`."""
    return path == above or (path.startswith(above) and path[len(above)] in ".[")


def flat(found: Sequence[Step]) -> list[Step]:
    """These steps and all that stand on their ways, in the order of the text."""
    return [
        each
        for step in found
        for each in (step, *(s for way in step.ways for s in flat(way.steps)))
    ]


def picture(found: Sequence[Step], *, entered: int | None = None) -> Picture:
    """The drawing of these steps."""
    return drawn(_nodes(found), entered=entered)


def _nodes(found: Sequence[Step]) -> tuple[Node, ...]:
    return tuple(_node(step) for step in found)


def _node(step: Step) -> Node:
    went = step.passed
    ways = tuple(
        Way(way.name, _nodes(way.steps), way.is_end, way.count) for way in step.ways
    )  # fmt: skip
    return Node(
        step.id, step.kind, step.icon, shortened(step.title, _TITLE),
        shortened(step.detail, _DETAIL), ways, step.is_end and not step.ways,
        went.here if went else None, sum(went.ways.values()) if went else None,
        went.left if went else None, bool(step.faults), step.at,
    )  # fmt: skip


def digest(raw: object) -> str:
    """By which a page knows a step again that it showed."""
    return hashlib.sha256(flow(raw).encode()).hexdigest()[:16]  # type: ignore[arg-type]
