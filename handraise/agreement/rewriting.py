"""A text changed to say something else, and as little of it as possible.

Forms change values; what people wrote around them (comments, order, line breaks) stays. The
difference between what the text says and what it should say is taken one place at a time: one
value replaced, one entry added or removed. Every step is read back; where a step cannot be made
in place, the part around it is written anew, at worst the whole text. `lost_comments` says what
that cost, before anything is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from handraise.agreement.faults import AgreementError, Place
from handraise.agreement.plain_writing import below, blocks, flow, same
from handraise.agreement.plain_writing import text as as_text
from handraise.agreement.plain_yaml import Value, load
from handraise.agreement.spans import (
    Part,
    at,
    comments,
    line_end,
    line_start,
    parts,
    with_comments,
)

_MOST_STEPS = 2_000
# A list pasted in is written anew, as each value in place would be a step, and each step a reading:
# from so many on, if no comment goes with it; from so many on in any case.
_MANY_VALUES, _TOO_MANY_VALUES = 50, 250


@dataclass(frozen=True, slots=True)
class Replace:
    place: Place
    value: Any


@dataclass(frozen=True, slots=True)
class Remove:
    place: Place


@dataclass(frozen=True, slots=True)
class Add:
    """A key, or an entry at a place of a list, with the key it should follow."""

    place: Place
    value: Any
    after: str | None = None


Step = Replace | Remove | Add


def rewritten(text: str, value: Value) -> str:
    """The text, which `plain_yaml.load` reads, so changed that it says `value`."""
    most = _MANY_VALUES
    for _ in range(_MOST_STEPS):
        said = load(text).value
        step = _first_step(said, value, (), most)
        if step is None:
            return text
        taken = _taken(text, said, step)
        if most == _MANY_VALUES and isinstance(step, Replace) and lost_comments(text, taken):
            most = _TOO_MANY_VALUES
            step = _first_step(said, value, (), most)
            assert step is not None
            taken = _taken(text, said, step)
        text = taken
    return blocks(value)


def moved(text: str, place: Place, to: int) -> str:
    """The text with one entry of a list moved to another place, its comments with it."""
    value = deepcopy(load(text).value)
    entries = _inside(value, place[:-1])
    entries.insert(to, entries.pop(place[-1]))
    candidate = _moved_lines(text, place, to)
    if candidate is not None and _says(candidate, value):
        return candidate
    return rewritten(text, value)


def lost_comments(before: str, after: str) -> list[str]:
    """The comments that stood in one text and no longer stand in the other."""
    gone = Counter(comments(before)) - Counter(comments(after))
    return list(gone.elements())


def _first_step(old: Value, new: Value, place: Place, most: int) -> Step | None:
    """One step from what is said towards what should be; None when they are the same.

    A list of plain values with more than `most` to add or remove is replaced.
    """
    if isinstance(old, dict) and isinstance(new, dict) and old and new:
        return _step_of_mapping(old, new, place, most)
    if isinstance(old, list) and isinstance(new, list) and old and new:
        return _step_of_list(old, new, place, most)
    return None if same(old, new) else Replace(place, new)


def _step_of_mapping(
    old: dict[str, Value], new: dict[str, Value], place: Place, most: int
) -> Step | None:
    kept = [name for name in old if name in new]
    if not kept or kept != [name for name in new if name in old]:
        # Of grades the order counts; where nothing stays, nothing is worth keeping.
        return None if same(old, new) else Replace(place, new)
    for name in old:
        if name not in new:
            return Remove((*place, name))
    before: str | None = None
    for name in new:
        if name not in old:
            return Add((*place, name), new[name], after=before)
        before = name
    steps = (_first_step(old[name], new[name], (*place, name), most) for name in new)
    return next((step for step in steps if step is not None), None)


def _step_of_list(old: list[Value], new: list[Value], place: Place, most: int) -> Step | None:
    first = 0
    while first < min(len(old), len(new)) and same(old[first], new[first]):
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and same(old[-1 - last], new[-1 - last]):
        last += 1
    missing, surplus = len(new) - last - first, len(old) - last - first
    if not missing and not surplus:
        return None
    if max(missing, surplus) > most and not any(isinstance(v, dict | list) for v in new):
        return Replace(place, new)
    if not surplus or (missing > surplus and not _are_alike(old[first], new[first])):
        return Add((*place, first), new[first])
    if not missing or (surplus > missing and not _are_alike(old[first], new[first])):
        return Remove((*place, first))
    return _first_step(old[first], new[first], (*place, first), most)


def _are_alike(one: Value, other: Value) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.get("name") == other.get("name") and bool(one.keys() & other.keys())
    return False


def _taken(text: str, said: Value, step: Step) -> str:
    """The text after the step; what cannot be done in place is done to the part around it."""
    expected = _after(said, step)
    whole = parts(text)
    attempts: list[Callable[[], str | None]] = [lambda: _in_place(text, whole, step)]
    for length in range(len(step.place), 0, -1):
        around = step.place[:length]
        if length == len(step.place) and not isinstance(step, Replace):
            continue
        value = _inside(expected, around)
        attempts.append(lambda p=around, v=value: _replaced(text, whole, p, v))  # type: ignore[misc]
    for attempt in attempts:
        candidate = attempt()
        if candidate is not None and _says(candidate, expected):
            return candidate
    return blocks(expected)


def _says(text: str, value: Value) -> bool:
    try:
        return same(load(text).value, value)
    except AgreementError:
        return False


def _after(said: Value, step: Step) -> Any:
    value = deepcopy(said)
    if not step.place:
        assert isinstance(step, Replace)
        return deepcopy(step.value)
    holder, last = _inside(value, step.place[:-1]), step.place[-1]
    if isinstance(step, Remove):
        del holder[last]
    elif isinstance(step, Replace):
        holder[last] = step.value
    elif isinstance(last, int):
        holder.insert(last, step.value)
    else:
        entries = [*holder.items()]
        names = [name for name, _ in entries]
        entries.insert(names.index(step.after) + 1 if step.after else 0, (last, step.value))
        holder.clear()
        holder.update(entries)
    return value


def _inside(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value


def _in_place(text: str, whole: Part, step: Step) -> str | None:
    if isinstance(step, Replace):
        return _replaced(text, whole, step.place, step.value) if step.place else None
    holder = at(whole, step.place[:-1])
    if isinstance(step, Remove):
        cut = _flow_cut(holder, step) if holder.is_flow else _block_cut(text, holder, step)
        return None if cut is None else text[: cut[0]] + text[cut[1] :]
    where = _flow_addition(holder, step) if holder.is_flow else _addition(text, holder, step)
    return None if where is None else text[: where[0]] + where[1] + text[where[0] :]


def _replaced(text: str, whole: Part, place: Place, value: Value) -> str:
    part, holder = at(whole, place), at(whole, place[:-1])
    if part.key_end is None:
        return text[: part.start] + flow(value) + text[part.end :]
    if part.is_flow and part.start < part.end and not _is_row(value):
        return text[: part.start] + flow(value) + text[part.end :]
    colon = text.index(":", part.key_end) + 1
    written = f" {flow(value)}" if holder.is_flow else below(value, part.key_column)
    return text[:colon] + written + text[max(colon, part.end) :]


def _is_row(value: Value) -> bool:
    return isinstance(value, list) and any(isinstance(each, dict) for each in value)


def _neighbours(holder: Part, place: str | int) -> tuple[Part | None, Part | None]:
    entries = list(holder.parts.items())
    here = next(number for number, (name, _) in enumerate(entries) if name == place)
    before = entries[here - 1][1] if here else None
    return before, entries[here + 1][1] if here + 1 < len(entries) else None


def _flow_cut(holder: Part, step: Remove) -> tuple[int, int] | None:
    part = holder.parts[step.place[-1]]
    before, after = _neighbours(holder, step.place[-1])
    if after is not None:
        return part.outset, after.outset
    return None if before is None else (before.end, part.end)


def _block_cut(text: str, holder: Part, step: Remove) -> tuple[int, int] | None:
    part = holder.parts[step.place[-1]]
    begin = _begin(text, part)
    if begin is None:
        _, after = _neighbours(holder, step.place[-1])
        return None if after is None else (part.outset, after.outset)
    start = with_comments(text, begin)
    return start, min(len(text), line_end(text, part.end) + 1)


def _begin(text: str, part: Part) -> int | None:
    """The dash or key that opens an entry of a block, if it is the first thing on its line."""
    begin = part.outset if part.key_start is not None else text.rfind("-", 0, part.start)
    if begin < 0 or text[line_start(text, begin) : begin].strip():
        return None
    return begin


def _flow_addition(holder: Part, step: Add) -> tuple[int, str] | None:
    last, entries = step.place[-1], list(holder.parts.values())
    written = flow(step.value) if isinstance(last, int) else f"{as_text(last)}: {flow(step.value)}"
    before = holder.parts.get(last - 1 if isinstance(last, int) else step.after or "")
    if before is not None:
        return before.end, f", {written}"
    return (entries[0].outset, f"{written}, ") if entries else None


def _addition(text: str, holder: Part, step: Add) -> tuple[int, str] | None:
    last, entries = step.place[-1], list(holder.parts.values())
    before = holder.parts.get(last - 1 if isinstance(last, int) else step.after or "")
    known = before or entries[0]
    begin = text.rfind("-", 0, known.start) if isinstance(last, int) else known.outset
    indent = known.key_column if not isinstance(last, int) else begin - line_start(text, begin)
    written = (
        f"- {flow(step.value)}"
        if isinstance(last, int)
        else f"{as_text(last)}:{below(step.value, indent)}"
    )
    if before is not None:
        return line_end(text, before.end), f"\n{' ' * indent}{written}"
    if _begin(text, known) is None:
        return known.outset, f"{written}\n{' ' * indent}"
    return with_comments(text, begin), f"{' ' * indent}{written}\n"


def _moved_lines(text: str, place: Place, to: int) -> str | None:
    """The lines of one entry, with the comments above them, put before or after another's."""
    holder = at(parts(text), place[:-1])
    if holder.is_flow:
        return None
    chunks = list(_chunks(text, holder))
    if any(chunk is None for chunk in chunks):
        return None
    spans = [chunk for chunk in chunks if chunk is not None]
    pieces = [text[start:end] for start, end in spans]
    here = place[-1]
    assert isinstance(here, int)
    if any(not piece.endswith("\n") for piece in pieces):
        return None
    pieces.insert(to, pieces.pop(here))
    gaps = [text[end:start] for (_, end), (start, _) in pairwise(spans)]
    middle = "".join(piece + gap for piece, gap in zip(pieces, [*gaps, ""], strict=True))
    return text[: spans[0][0]] + middle + text[spans[-1][1] :]


def _chunks(text: str, holder: Part) -> Iterator[tuple[int, int] | None]:
    for part in holder.parts.values():
        begin = _begin(text, part)
        yield None if begin is None else (
            with_comments(text, begin), min(len(text), line_end(text, part.end) + 1),
        )  # fmt: skip
