"""What becomes of a draft when a part is changed: its new text, and the faults beside the fields.

Every sentence is the reader's own: the whole text is read as it would be kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from handraise.agreement import building
from handraise.agreement.document import Document
from handraise.agreement.faults import AgreementError, Fault, Place, path_of
from handraise.agreement.plain_writing import flow
from handraise.agreement.plain_yaml import load
from handraise.agreement.references import read_to_propose
from handraise.agreement.rewriting import lost_comments, rewritten
from handraise.feedback.editor.fields import Section
from handraise.feedback.editor.filling import Filled, entries, with_part

TOP = "top"


@dataclass(slots=True)
class Checked:
    """The text with the part in it. `faults`: sentences by the name of the input they belong to,
    `top` for those that belong to none; `elsewhere`: faults of other parts."""

    text: str
    document: Document | None
    place: int
    raw: Any
    faults: dict[str, list[str]] = field(default_factory=dict)
    elsewhere: list[Fault] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def document_value(text: str) -> dict[str, Any]:
    """What a text says, before its shape is checked. Raises AgreementError if it is no YAML, or
    says no mapping."""
    value = load(text).value
    if not isinstance(value, dict):
        raise AgreementError([Fault(1, 1, "", "An agreement is a mapping of names to values.")])
    return value


def digest(raw: object) -> str:
    """By which a form knows again the part that it was opened for; nothing for a new part."""
    return "" if raw is None else hashlib.sha256(flow(raw).encode()).hexdigest()[:16]  # type: ignore[arg-type]


def checked(text: str, section: Section, place: int | None, filled: Filled) -> Checked:
    """Put the part into the text and read the whole. Raises AgreementError as document_value."""
    said = document_value(text)
    if section.key == "lists" and not filled.raw.get("name"):  # it could stand nowhere
        return Checked(text, None, place or 0, filled.raw, {"name": ["A list needs a name."]})
    _refuse_second_list(said, section, place, filled)
    value, at = with_part(said, section, place, filled.raw)
    made = Checked(rewritten(text, value), None, at, filled.raw)
    made.lost = lost_comments(text, made.text)
    for name, sentence in filled.faults.items():
        made.faults.setdefault(name, []).append(sentence)
    try:
        made.document = read_to_propose(made.text)
    except AgreementError as error:
        _sort(error.faults, made, section, filled)
    return made


def _refuse_second_list(
    said: dict[str, Any], section: Section, place: int | None, filled: Filled
) -> None:
    """Two lists of one name would become one, and the values of the other be lost."""
    if section.key != "lists" or not isinstance(filled.raw, dict):
        return
    names = [each["name"] for at, each in enumerate(entries(said, section)) if at != place]
    if filled.raw.get("name", "") in names:
        filled.faults["name"] = f"'{filled.raw['name']}' stands here twice."


def prefix(section: Section, place: int, raw: Any) -> Place:
    """Where the part stands in the document."""
    if section.key == "lists":
        return ("lists", str(raw.get("name", "")) if isinstance(raw, dict) else "")
    return (section.key, place) if section.is_many else (section.key,)


def _sort(faults: tuple[Fault, ...], made: Checked, section: Section, filled: Filled) -> None:
    here = prefix(section, made.place, filled.raw)
    slots = _slots(section, here, filled)
    for fault in faults:
        if not is_under(fault.path, path_of(here)):
            made.elsewhere.append(fault)
            continue
        fitting = [path for path in slots if is_under(fault.path, path)]
        slot = slots[max(fitting, key=len)] if fitting else TOP
        made.faults.setdefault(slot, []).append(fault.sentence)


def _slots(section: Section, here: Place, filled: Filled) -> Mapping[str, str]:
    """The name of an input by the path of what it says."""
    if section.key == "lists":
        return {path_of(here): "name", f"{path_of(here)}[": "values"}
    found: dict[str, str] = {}
    for each in section.fields:
        inner: Place = (*here, *(each.path.split(".") if each.path else ()))
        found[path_of(inner)] = each.name
        if each.name in filled.groups:
            rows = building.places(filled.groups[each.name], inner)
            found |= {path_of(where): path for path, where in rows.items()}
    return found


def is_under(path: str, above: str) -> bool:
    """Whether `intent[2].half_life` stands within `intent[2]`."""
    if not path.startswith(above):
        return False
    return path == above or above.endswith("[") or path[len(above)] in ".["


def position_of(raw_digest: str, parts: list[Any]) -> int | None:
    """The one place at which the part with this digest stands by now; None if none or several."""
    found = [place for place, raw in enumerate(parts) if digest(raw) == raw_digest]
    return found[0] if len(found) == 1 else None
