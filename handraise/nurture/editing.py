"""What becomes of a draft when one part of it is changed: its new text, its faults, by place.

Two people may edit one draft. A part is known again by its digest, wherever it stands by now;
where somebody changed the same part, the second is told and decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from handraise.agreement import building
from handraise.agreement.faults import AgreementError, Fault, path_of
from handraise.agreement.plain_writing import flow, text
from handraise.agreement.plain_yaml import load
from handraise.agreement.rewriting import rewritten
from handraise.agreement.spans import comments
from handraise.nurture import steps
from handraise.nurture.filling import Filled
from handraise.nurture.reading import read_anew
from handraise.nurture.showing import digest, is_under
from handraise.nurture.steps import FORKS, Place, kind_of, steps_of

TOP = "top"


def value_of(draft: str) -> dict[str, Any]:
    """What a draft says. Raises AgreementError for what is no YAML, or no mapping."""
    value = load(draft).value
    if not isinstance(value, dict):
        raise AgreementError([Fault(1, 1, "", "A journey is a mapping of names to values.")])
    return value


def faults_of(draft: str) -> tuple[Fault, ...]:
    """Everything that is wrong with a draft."""
    try:
        read_anew(draft)
    except AgreementError as error:
        return error.faults
    return ()


def changed_text(before: str, value: dict[str, Any]) -> str:
    """The text that says this value: what people wrote around it stays where they commented."""
    if comments(before):
        return rewritten(before, value)
    return laid_out(value)


def laid_out(value: dict[str, Any]) -> str:
    """A journey as text: a line for each key and each step, ways below their fork."""
    lines = [f"{text(name)}: {flow(said)}" for name, said in value.items() if name != "steps"]
    if "steps" in value:
        lines += _steps_laid_out(value, "")
    return "\n".join(lines) + "\n"


def _steps_laid_out(holder: dict[str, Any], indent: str) -> list[str]:
    if not steps_of(holder):
        return [f"{indent}steps: {flow(holder['steps'])}"]
    lines = [f"{indent}steps:"]
    for step in steps_of(holder):
        lines += _step_laid_out(step, f"{indent}  ")
    return lines


def _step_laid_out(step: Any, indent: str) -> list[str]:
    kind = kind_of(step)
    ways = step[kind] if kind in FORKS else None
    if not isinstance(ways, list) or not all(isinstance(way, dict) and way for way in ways):
        return [f"{indent}- {flow(step)}"]
    rest = {name: said for name, said in step.items() if name != kind}
    lines = [f"{indent}  {text(name)}: {flow(said)}" for name, said in rest.items()]
    lines.append(f"{indent}  {kind}:")
    for way in ways:
        lines += _way_laid_out(way, f"{indent}    ")
    lines[0] = f"{indent}- {lines[0].strip()}"
    return lines


def _way_laid_out(way: dict[str, Any], indent: str) -> list[str]:
    lines = [
        f"{indent}  {text(name)}: {flow(said)}" for name, said in way.items() if name != "steps"
    ]
    if "steps" in way:
        lines += _steps_laid_out(way, f"{indent}  ")
    lines[0] = f"{indent}- {lines[0].strip()}"
    return lines


@dataclass(slots=True)
class Part:
    """A part as it stands in the draft now: a step, or the head (`place` is None). `clash` says
    that it is no longer what the form was opened for."""

    place: Place | None
    raw: dict[str, Any]
    was: str
    clash: str = ""


def head_of(value: dict[str, Any]) -> dict[str, Any]:
    """All but the steps."""
    return {name: said for name, said in value.items() if name != "steps"}


def part_of(value: dict[str, Any], place: Place | None, was: str | None, who: object) -> Part:
    """The part for a form; `was` with which digest the form was opened. Raises LookupError."""
    if place is None:
        raw = head_of(value)
        now = digest(raw)
        said = "" if was in {None, now} else f"{who} has changed this since you opened it."
        return Part(None, raw, now, said)
    if was is None:
        return _found(value, place)
    here = [at for at, step in steps.walk(value) if digest(step) == was]
    if place in here or len(here) == 1:
        return _found(value, place if place in here else here[0])
    made = _found(value, place)
    made.clash = (
        f"{who} has changed the journey since you opened this, and this step is no longer what it "
        "was. Below is what you wrote; saving it replaces what stands in this place now."
    )
    return made


def _found(value: dict[str, Any], place: Place) -> Part:
    raw = steps.step_at(value, place)
    if not isinstance(raw, dict):
        raise LookupError(place)
    return Part(place, raw, digest(raw))


def beside(value: dict[str, Any], gap: Place) -> str:
    """By which a place between two steps is known again. Raises LookupError."""
    around = steps_of(steps.holder_at(value, gap[:-1]))
    if not 0 <= gap[-1] <= len(around):
        raise LookupError(gap)
    before = digest(around[gap[-1] - 1]) if gap[-1] else "-"
    after = digest(around[gap[-1]]) if gap[-1] < len(around) else "-"
    return f"{before}.{after}"


def with_step(value: dict[str, Any], place: Place, raw: dict[str, Any]) -> dict[str, Any]:
    """The journey with one step more, every step under its id. Raises LookupError."""
    named = steps.with_ids(value)
    taken = set(steps.ids_of(named).values()) | {"enter", "end"}
    step = {"id": steps.free_id(raw, taken), **raw}
    return steps.added(named, place, step)


def with_part(value: dict[str, Any], place: Place | None, raw: dict[str, Any]) -> dict[str, Any]:
    """The journey with another step in this place, or another head."""
    if place is not None:
        named = steps.with_ids(value)
        own = steps.ids_of(named).get(place)
        return steps.put(named, place, raw if "id" in raw or own is None else {"id": own, **raw})
    made = deepcopy(raw)
    if "steps" in value:
        made["steps"] = deepcopy(value["steps"])
    return made


@dataclass(slots=True)
class Checked:
    """A draft with a part changed. `faults`: sentences by the input they belong to, TOP for those
    that belong to none; `elsewhere`: faults of other parts."""

    text: str
    value: dict[str, Any]
    faults: dict[str, list[str]] = field(default_factory=dict)
    elsewhere: list[Fault] = field(default_factory=list)


def checked(before: str, value: dict[str, Any], place: Place | None, made: Filled) -> Checked:
    """Read a draft in which a part was changed, its faults sorted to the inputs."""
    found = Checked(changed_text(before, value), value)
    for fault in faults_of(found.text):
        slot = _slot(fault, value, place, made)
        if slot is None:
            found.elsewhere.append(fault)
        else:
            found.faults.setdefault(slot, []).append(fault.sentence)
    return found


def _slot(fault: Fault, value: dict[str, Any], place: Place | None, made: Filled) -> str | None:
    """The name of the input that a fault is about; None for a fault of another part."""
    here: tuple[str | int, ...] = () if place is None else steps.path_of(place, value)
    if place is None:
        if fault.path == "steps" or fault.path.startswith("steps["):
            return None
    elif not is_under(fault.path, path_of(here)) or _is_deeper(fault, value, place):
        return None
    slots = _slots(made, here)
    fitting = [path for path in slots if is_under(fault.path, path)]
    return slots[max(fitting, key=len)] if fitting else TOP


def _is_deeper(fault: Fault, value: dict[str, Any], place: Place) -> bool:
    """Whether a fault is about a step on one of this step's ways."""
    return any(
        is_under(fault.path, path_of(steps.path_of(at, value)))
        for at, _ in steps.walk(value)
        if len(at) > len(place) and at[: len(place)] == place
    )


def _slots(made: Filled, here: tuple[str | int, ...]) -> Mapping[str, str]:
    """The name of an input by the path of what it says."""
    found = {path_of((*here, *one.field.path)): one.field.name for one in made.fields}
    paths: dict[str, tuple[str | int, ...]] = {
        one.field.name: (*here, *one.field.path) for one in made.fields
    }
    if made.form.rows is not None:
        for number, _ in enumerate(made.rows):
            row = (*here, made.form.rows.path, number)
            for name in ("name", "share", "holdout"):
                found[path_of((*row, name))] = f"rows-{number}-{name}"
            found[path_of(row)] = f"rows-{number}-name"
            paths[f"rows-{number}-when"] = (*row, "when")
    for name, group in made.groups():
        inner = building.places(group, paths[name])
        found |= {path_of(where): path for path, where in inner.items()}
    return found


def slots(made: Filled) -> Sequence[str]:
    """The names of all inputs beside which a fault may stand."""
    names = [TOP, *(one.field.name for one in made.fields)]
    for number, _ in enumerate(made.rows):
        names += [f"rows-{number}-name", f"rows-{number}-share"]
    for _, group in made.groups():
        names += building.places(group, ()).keys()
    return list(dict.fromkeys(names))


__all__ = [
    "TOP", "Checked", "Part", "beside", "changed_text", "checked", "faults_of", "head_of",
    "laid_out", "part_of", "slots", "value_of", "with_part", "with_step",
]  # fmt: skip
