"""A part of a draft: taken out of the document, filled in by a person, put back.

Values here are raw, as the YAML has them. What was not changed keeps the very value it had.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from handraise.agreement import building
from handraise.agreement.building import Group, number, shown
from handraise.agreement.document import Document
from handraise.feedback.editor.fields import Field, Kind, Section

_ABSENT: Any = object()
BLANK_PAIRS = 2
MOST_PAIRS = 100


@dataclass(slots=True)
class Filled:
    """A part as filled in: its raw value, the rows of its conditions, and what could not be."""

    raw: Any
    groups: dict[str, Group] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


def entries(document: Mapping[str, Any], section: Section) -> list[Any]:
    """The parts that stand under a section that holds many."""
    found = document.get(section.key)
    if section.key == "lists":
        named = found if isinstance(found, dict) else {}
        return [{"name": name, "values": values} for name, values in named.items()]
    return found if isinstance(found, list) else []


def part(document: Mapping[str, Any], section: Section, place: int | None) -> Any:
    """The raw part; None where there is none yet. Raises LookupError for no such place."""
    if not section.is_many:
        return document.get(section.key)
    return None if place is None else entries(document, section)[place]


def with_part(
    document: Mapping[str, Any], section: Section, place: int | None, raw: Any
) -> tuple[dict[str, Any], int]:
    """The whole document with the part put in (None: taken out), and the place where it stands."""
    if not section.is_many:
        return _with_key(document, section.key, raw), 0
    there = deepcopy(entries(document, section))
    if raw is None:
        del there[place if place is not None else -1]
    elif place is None:
        there.append(raw)
    else:
        there[place] = raw
    value: Any = _as_mapping(there) if section.key == "lists" else there
    return _with_key(document, section.key, value), len(there) - 1 if place is None else place


def _as_mapping(lists: list[Any]) -> dict[str, Any] | None:
    return {str(each.get("name", "")): each.get("values", []) for each in lists} or None


def _with_key(document: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    made = {name: below for name, below in document.items() if name != key or value is not None}
    if key in made:
        made[key] = value
    elif value is not None:
        made = _inserted(made, key, value, list(Document.model_fields))
    return made


def _inserted(
    mapping: Mapping[str, Any], key: str, value: Any, order: Iterable[str]
) -> dict[str, Any]:
    """The mapping with a new key, after those that come before it in the order."""
    before = set(list(order)[: list(order).index(key)]) if key in order else set(mapping)
    names = list(mapping)
    at = max((names.index(name) + 1 for name in names if name in before), default=0)
    pairs = list(mapping.items())
    pairs.insert(at, (key, value))
    return dict(pairs)


def inside(raw: Any, path: str) -> Any:
    """What stands in a part under `answers.needs`; None where nothing does."""
    for step in path.split(".") if path else ():
        if not isinstance(raw, dict):
            return None
        raw = raw.get(step)
    return raw


def name_of(raw: Any) -> str:
    """The name that a raw part has, if it has one."""
    name = raw.get("name") if isinstance(raw, dict) else None
    return name if isinstance(name, str) else ""


def filled(section: Section, given: Mapping[str, str], old: Any) -> Filled:
    """The part as a person filled it in, `old` being what it was (None: a new one)."""
    made = Filled(deepcopy(old) if isinstance(old, dict) else {})
    for each in section.fields:
        before = inside(old, each.path)
        if each.kind is Kind.CONDITION:
            group = building.placed(building.posted(given, each.name), each.name)
            made.groups[each.name] = group
            raw = building.raw_of(group)
            value = _ABSENT if raw is None else building.kept(before, raw, each.scope)
        elif each.kind is Kind.PAIRS:
            value = _pairs(each, given, before, made)
        else:
            value = _value(each, given, before)
        if not each.path:
            made.raw = None if value is _ABSENT else value
        else:
            made.raw = _set(made.raw, each.path.split("."), value, section)
    if isinstance(made.raw, dict) and not made.raw and not section.is_many:
        made.raw = None  # of many it stays, to be told what it needs: taking out is another deed
    return made


def _set(raw: dict[str, Any], path: list[str], value: Any, section: Section) -> dict[str, Any]:
    first, *rest = path
    if rest:
        below = raw.get(first)
        below = _set(below if isinstance(below, dict) else {}, rest, value, section)
        value = below or _ABSENT
    if value is _ABSENT:
        return {name: held for name, held in raw.items() if name != first}
    if first in raw:
        return {**raw, first: value}
    order = dict.fromkeys(each.path.split(".")[0] for each in section.fields)
    return _inserted(raw, first, value, order)


def _value(each: Field, given: Mapping[str, str], before: Any) -> Any:
    if each.kind is Kind.CHECK:
        return _ticked(each, given, before)
    typed = given.get(each.name, "").replace("\r\n", "\n").strip()
    if each.kind in {Kind.WORDS, Kind.LINES}:
        between = "\n" if each.kind is Kind.LINES else ","
        words = [word.strip() for word in typed.split(between) if word.strip()]
        return before if words == before else words or _ABSENT
    if before is None and typed == each.default:
        return _ABSENT
    if before is not None and typed == shown_value(each, before):
        return before
    if not typed:
        return _ABSENT
    return number(typed) if each.kind is Kind.NUMBER else typed


def _ticked(each: Field, given: Mapping[str, str], before: Any) -> Any:
    is_ticked = each.name in given
    if is_ticked == is_on(each, before):
        return _ABSENT if before is None else before
    if is_ticked:
        return each.on
    return False if each.is_ticked else _ABSENT


def is_on(each: Field, before: Any) -> bool:
    """Whether a box is ticked."""
    return each.is_ticked if before is None else bool(before)


def _pairs(each: Field, given: Mapping[str, str], before: Any, made: Filled) -> Any:
    found: dict[str, Any] = {}
    old = before if isinstance(before, dict) else {}
    for place in range(MOST_PAIRS):
        name = given.get(f"{each.name}-{place}-name", "").strip()
        typed = given.get(f"{each.name}-{place}-value", "").strip()
        if not name and not typed:
            continue
        if name in found:
            made.faults[each.name] = f"'{name}' stands here twice."
        is_kept = name in old and shown(old[name]) == typed
        found[name] = old[name] if is_kept else number(typed)
    return found or _ABSENT


def shown_value(each: Field, raw: Any) -> str:
    """A raw value as it stands in its input."""
    if raw is None:
        return each.default
    if isinstance(raw, list):
        return ("\n" if each.kind is Kind.LINES else ", ").join(shown(value) for value in raw)
    return shown(raw)


def shown_pairs(raw: Any) -> list[tuple[str, str]]:
    """Names and values as they stand in their inputs, with room for more."""
    pairs = (
        [(str(name), shown(value)) for name, value in raw.items()] if isinstance(raw, dict) else []
    )
    return pairs + [("", "")] * BLANK_PAIRS
