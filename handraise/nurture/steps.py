"""Steps of a journey as a text says them: found, added, moved, taken out. Plain values only.

A place is a row of numbers: `(2,)` is the third step, `(2, 0, 1)` the second step of its first
way. A way is named by the place of its step and its own number: `(2, 0)`; `()` is the journey.
Nothing is changed in place: what is given back is a new value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, TypeAlias

from handraise.kit.fold import fold

Place: TypeAlias = tuple[int, ...]
FORKS = ("branch", "split")
KINDS = (
    "send", "wait", "branch", "split", "task", "notify", "set_fact", "ready_for_sales", "leave",
)  # fmt: skip
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
DEEPEST = 17  # numbers of a place: eight forks within each other


def kind_of(step: object) -> str:
    """The kind that a raw step says; nothing if it says none."""
    if not isinstance(step, dict):
        return ""
    return next((name for name in KINDS if name in step), "")


def ways_of(step: object) -> list[dict[str, Any]]:
    """The ways of a branch or split, as far as they are ways."""
    kind = kind_of(step)
    ways = step[kind] if kind in FORKS and isinstance(step, dict) else None
    return [way for way in ways if isinstance(way, dict)] if isinstance(ways, list) else []


def steps_of(holder: object) -> list[Any]:
    """The steps that a journey or a way holds."""
    steps = holder.get("steps") if isinstance(holder, dict) else None
    return steps if isinstance(steps, list) else []


def holder_at(value: object, way: Place) -> Any:
    """The journey or the way of this place. Raises LookupError."""
    holder = value
    for at in range(0, len(way), 2):
        step = steps_of(holder)[way[at]]
        holder = ways_of(step)[way[at + 1]]
    if not isinstance(holder, dict):
        raise LookupError(way)
    return holder


def step_at(value: object, place: Place) -> Any:
    """The raw step of this place. Raises LookupError."""
    return steps_of(holder_at(value, place[:-1]))[place[-1]]


def walk(value: object, way: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every step with its place, in the order of the text."""
    for number, step in enumerate(steps_of(holder_at(value, way))):
        place = (*way, number)
        yield place, step
        for at, _ in enumerate(ways_of(step)):
            yield from walk(value, (*place, at))


def ids_of(value: object) -> dict[Place, str]:
    """The id of every step, also of those that say none: as the compiler names them."""
    every = list(walk(value))
    own = {place: step.get("id") for place, step in every if isinstance(step, dict)}
    taken = {name for name in own.values() if isinstance(name, str)}
    found: dict[Place, str] = {}
    for place, step in every:
        said = own.get(place)
        found[place] = said if isinstance(said, str) else free_id(step, taken)
        taken.add(found[place])
    return found


def free_id(step: object, taken: set[str]) -> str:
    """An id for a step, made from what it does: `send-guide-welcome`, `wait`, `wait-2`."""
    kind = kind_of(step)
    sent = (
        step[kind].get("message")
        if kind == "send" and isinstance(step, dict) and isinstance(step[kind], dict)
        else None
    )
    base = f"send-{fold(sent)}" if isinstance(sent, str) else kind.replace("_", "-") or "step"
    name, count = base, 1
    while name in taken:
        count += 1
        name = f"{base}-{count}"
    return name


def with_ids(value: dict[str, Any]) -> dict[str, Any]:
    """The journey with the id of every step written down, so that moving changes none."""
    made = deepcopy(value)
    for place, name in ids_of(value).items():
        step = step_at(made, place)
        if isinstance(step, dict) and "id" not in step and _ID.fullmatch(name):
            rest = dict(step)
            step.clear()
            step.update({"id": name, **rest})
    return made


def put(value: dict[str, Any], place: Place, step: dict[str, Any]) -> dict[str, Any]:
    """The journey with another step in this place. Raises LookupError."""
    made = deepcopy(value)
    step_at(made, place)
    holder_at(made, place[:-1])["steps"][place[-1]] = deepcopy(step)
    return made


def added(value: dict[str, Any], place: Place, step: dict[str, Any]) -> dict[str, Any]:
    """The journey with a step more, which then stands in this place. Raises LookupError."""
    made = deepcopy(value)
    holder = holder_at(made, place[:-1])
    here = steps_of(holder)
    if not 0 <= place[-1] <= len(here) or len(place) > DEEPEST:
        raise LookupError(place)
    holder["steps"] = [*here[: place[-1]], deepcopy(step), *here[place[-1] :]]
    return made


def removed(value: dict[str, Any], place: Place) -> dict[str, Any]:
    """The journey without this step and all within it. Raises LookupError."""
    made = deepcopy(value)
    step_at(made, place)
    del holder_at(made, place[:-1])["steps"][place[-1]]
    return made


def moved(value: dict[str, Any], place: Place, to: Place) -> dict[str, Any]:
    """The journey with a step moved to where `to` points now, before anything moves.

    Raises LookupError for no such place, and for a place within the step itself.
    """
    if to[: len(place)] == place and len(to) > len(place):
        raise LookupError(to)
    step = step_at(value, place)
    holder_at(value, to[:-1])
    marked = added(value, to, {"moved": True})
    here = next(at for at, one in _every(marked) if one is step_at(marked, shifted(place, to)))
    without = removed(marked, here)
    target = next(at for at, one in _every(without) if one == {"moved": True})
    return put(without, target, step)


def shifted(place: Place, by: Place) -> Place:
    """Where a step stands once another was added at `by`."""
    depth = len(by) - 1
    if len(place) > depth and place[:depth] == by[:depth] and place[depth] >= by[depth]:
        return (*place[:depth], place[depth] + 1, *place[depth + 1 :])
    return place


def _every(value: object) -> list[tuple[Place, Any]]:
    return list(walk(value))


def above(value: object, place: Place) -> Place | None:
    """Where a step goes that is moved up: before its neighbour, or out of its way."""
    step_at(value, place)
    if place[-1] > 0:
        return (*place[:-1], place[-1] - 1)
    return place[:-2] if len(place) > 1 else None


def below(value: object, place: Place) -> Place | None:
    """Where a step goes that is moved down: after its neighbour, or out of its way."""
    count = len(steps_of(holder_at(value, place[:-1])))
    step_at(value, place)
    if place[-1] < count - 1:
        return (*place[:-1], place[-1] + 2)
    return (*place[:-3], place[-3] + 1) if len(place) > 1 else None


def gaps(value: object, way: Place = ()) -> Iterator[Place]:
    """Every place at which a step may be added, in the order of the text."""
    count = len(steps_of(holder_at(value, way)))
    for number in range(count + 1):
        yield (*way, number)
        if number < count:
            here = (*way, number)
            if len(here) + 2 <= DEEPEST:
                for at, _ in enumerate(ways_of(step_at(value, here))):
                    yield from gaps(value, (*here, at))


def path_of(place: Place, value: object) -> tuple[str | int, ...]:
    """Where a step stands in the text: `("steps", 2, "branch", 0, "steps", 1)`."""
    path: list[str | int] = ["steps", place[0]]
    for at in range(1, len(place), 2):
        path += [kind_of(step_at(value, place[:at])), place[at], "steps", place[at + 1]]
    return tuple(path)


def written(place: Place) -> str:
    """A place as an address has it: `2.0.1`."""
    return ".".join(map(str, place))


def read(text: str) -> Place:
    """A place from an address. Raises LookupError."""
    parts = text.split(".")
    if not all(part.isdecimal() and len(part) < 4 for part in parts) or len(parts) % 2 == 0:
        raise LookupError(text)
    return tuple(map(int, parts))
