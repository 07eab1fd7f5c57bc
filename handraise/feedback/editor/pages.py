"""A draft and its parts as the editor's pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import field as dataclass_field
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from handraise.agreement import building, occurring
from handraise.agreement.building import Group
from handraise.agreement.differences import Difference, Item, differences, sheet
from handraise.agreement.document import Behaviour, Document, FitSignal
from handraise.agreement.faults import AgreementError, Fault, path_of
from handraise.agreement.models import EarlierText, Version
from handraise.agreement.plain_writing import flow
from handraise.agreement.queries import published
from handraise.agreement.reading import read_anew
from handraise.agreement.references import read_to_propose
from handraise.agreement.wording import terms, what_counts
from handraise.feedback.editor import filling
from handraise.feedback.editor.checking import digest, document_value, is_under, prefix
from handraise.feedback.editor.doubts import Doubt, Known, doubts
from handraise.feedback.editor.fields import PLAIN, SECTIONS, SIGNALS, Field, Section
from handraise.feedback.editor.filling import name_of
from handraise.kit.fold import fold


@dataclass(slots=True)
class Row:
    """One entry of a section: a signal, a route, a reason, a list. `was`: its digest."""

    place: int
    title: str
    words: str
    was: str
    points: float | None = None
    faults: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    talk: int = 0


@dataclass(slots=True)
class Part:
    """A section of the overview."""

    section: Section
    rows: list[Row] = field(default_factory=list)
    says: list[tuple[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Overview:
    """The whole draft. `unreadable`: the faults of a text that is no YAML."""

    document: Document | None = None
    parts: list[Part] = field(default_factory=list)
    faults: tuple[Fault, ...] = ()
    unreadable: bool = False
    changes: list[Difference] | None = None
    doubt_count: int = 0


def overview(draft: Version, talk: Mapping[str, int]) -> Overview:
    """What the draft says, part by part; `talk` counts open threads by the signal's name."""
    try:
        value = document_value(draft.text)
    except AgreementError as error:
        return Overview(faults=error.faults, unreadable=True)
    made = Overview()
    try:
        made.document = read_to_propose(draft.text)
    except AgreementError as error:
        made.faults = error.faults
    doubted = doubts(made.document, known()) if made.document else []
    made.doubt_count = len(doubted)
    made.changes = changes(made.document)
    items = sheet(made.document) if made.document else {}
    for section in SECTIONS.values():
        said = items.get(section.key)
        part = Part(section)
        if section.is_many:
            part.rows = [
                _row(section, place, raw, made.faults, doubted, talk, items)
                for place, raw in enumerate(filling.entries(value, section))
            ]
        elif said is not None:
            part.says = [(name, str(words)) for name, words in said.says.items()]
        else:
            part.says = _plainly(section, value)
        shown = {sentence for row in part.rows for sentence in (*row.faults, *row.doubts)}
        part.faults = [s for s in _under(made.faults, section.key) if s not in shown]
        part.doubts = [s for s in _under(doubted, section.key) if s not in shown]
        made.parts.append(part)
    return made


def _plainly(section: Section, value: Mapping[str, Any]) -> list[tuple[str, str]]:
    raw = value.get(section.key)
    if isinstance(raw, dict):
        return [(str(name), building.shown(below)) for name, below in raw.items()]
    return [] if raw is None else [("", building.shown(raw))]


def _row(
    section: Section, place: int, raw: Any, faults: tuple[Fault, ...], doubted: list[Doubt],
    talk: Mapping[str, int], items: Mapping[str, Item],
) -> Row:  # fmt: skip
    title = raw.get("name") if isinstance(raw, dict) else None
    item = items.get(f"{section.key.removesuffix('s')} {fold(building.shown(title))}")
    is_plain = section.key in PLAIN
    said = plain_words(item) if item is not None and is_plain else words(section, raw)
    made = Row(place, building.shown(title) or "Without a name", said, digest(raw))
    points = raw.get("points") if isinstance(raw, dict) else None
    if isinstance(points, int | float) and not isinstance(points, bool):
        made.points = float(points)
    here = path_of(prefix(section, place, raw))
    made.faults, made.doubts = _under(faults, here), _under(doubted, here)
    made.talk = talk.get(fold(made.title), 0) if section.key in SIGNALS else 0
    return made


def _under(found: Any, above: str) -> list[str]:
    return [each.sentence for each in found if is_under(each.path, above)]


def in_words(section: Section, raw: Any, document: Document | None) -> str:
    """What a part says, as the version's page will say it; nothing while that cannot be said."""
    if section.key in SIGNALS:
        return words(section, raw) if signal_of(section, raw) is not None else ""
    if document is None or raw is None:
        return ""
    name = f" {fold(name_of(raw))}" if section.key in PLAIN else ""
    item = sheet(document).get(section.key.removesuffix("s") + name if name else section.key)
    return plain_words(item) if item is not None else ""


def plain_words(item: Item) -> str:
    """A route or reason in one line."""
    said = (f"{name} {says}" for name, says in item.says.items() if name != "place")
    return " · ".join(part.strip() for part in said)


def words(section: Section, raw: Any) -> str:
    signal = signal_of(section, raw)
    if signal is not None:
        said = () if isinstance(signal, FitSignal) else terms(signal)
        return " · ".join((what_counts(signal), *said))
    if not isinstance(raw, dict):
        return "" if raw is None else flow(raw)
    if section.key == "lists":
        values = raw.get("values")
        return f"{len(values)} values" if isinstance(values, list) else "no list"
    rest = {name: below for name, below in raw.items() if name != "name"}
    return flow(rest).strip("{}")[:200]


def signal_of(section: Section, raw: Any) -> FitSignal | Behaviour | None:
    """The signal that a raw part says, if it says one."""
    if section.key not in SIGNALS:
        return None
    model = FitSignal if section.key == "fit" else Behaviour
    try:
        return model.model_validate(raw)
    except ValidationError:
        return None


def changes(document: Document | None) -> list[Difference] | None:
    """What the draft changes against what is in force; None where one of the two is missing."""
    held = published()
    return None if document is None or held is None else differences(held.document, document)


def known() -> Known:
    """What occurs here, to doubt by. What was only sampled cannot say what never occurs."""
    names: list[set[str] | None] = []
    for found in (occurring.events(), occurring.facts()):
        is_whole = found and len(found) < occurring.MOST and not any(o.is_about for o in found)
        names.append({each.name for each in found} if is_whole else None)
    return Known(*names)


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a draft: the text that came of it, by whom, and what it changed."""

    revision: int
    by: object
    at: datetime
    changes: list[Difference] | None
    is_now: bool


def steps(draft: Version, earlier: list[EarlierText]) -> list[Step]:
    """The texts of a draft, newest first, each against the one before it."""
    now = (draft.revision, draft.changed_by or draft.created_by,
           draft.changed_at or draft.created_at, draft.text)  # fmt: skip
    texts = [now, *((each.revision, each.by, each.at, each.text) for each in earlier)]
    before: list[str | None] = [*(text for *_, text in texts[1:]), None]
    return [
        Step(revision, by, at, _between(old, text), is_now=revision == draft.revision)
        for (revision, by, at, text), old in zip(texts, before, strict=True)
    ]


def _between(before: str | None, after: str) -> list[Difference] | None:
    """What changed in words; None where one of the two is no sound agreement."""
    if before is None:
        return None
    try:
        return differences(read_anew(before), read_anew(after))
    except AgreementError:
        return None


@dataclass(slots=True)
class Shown:
    """One field of a form with what stands in it."""

    field: Field
    value: str = ""
    is_ticked: bool = False
    group: Group | None = None
    pairs: list[tuple[str, str]] = dataclass_field(default_factory=list)

    @property
    def name(self) -> str:
        return self.field.name


def shown(section: Section, raw: Any) -> list[Shown]:
    """The fields of a part, filled with what it says."""
    found = []
    for each in section.fields:
        value = filling.inside(raw, each.path)
        made = Shown(each, filling.shown_value(each, value), filling.is_on(each, value))
        if each.kind == "condition":
            made.group = building.placed(building.rows_or_text(value), each.name)
        if each.kind == "pairs":
            made.pairs = filling.shown_pairs(value)
        found.append(made)
    return found


def shown_again(
    section: Section, given: Mapping[str, str], groups: Mapping[str, Group]
) -> list[Shown]:
    """The fields as a person left them."""
    found = []
    for each in section.fields:
        made = Shown(each, given.get(each.name, ""), each.name in given, groups.get(each.name))
        if each.kind == "pairs":
            pairs = [
                (given.get(f"{each.name}-{place}-name", ""),
                 given.get(f"{each.name}-{place}-value", ""))
                for place in range(filling.MOST_PAIRS)
            ]  # fmt: skip
            filled = [pair for pair in pairs if any(pair)]
            made.pairs = filled + [("", "")] * filling.BLANK_PAIRS
        found.append(made)
    return found


def slots(fields: list[Shown]) -> list[str]:
    """The names of all inputs and rows beside which a fault may stand."""
    names = ["top"]
    for each in fields:
        names.append(each.name)
        if each.group is not None:
            names += _rows(each.group)
    return list(dict.fromkeys(names))


def _rows(group: Group) -> list[str]:
    names = []
    for row in group.rows:
        names.append(row.path)
        if isinstance(row, Group):
            names += _rows(row)
        if isinstance(row, building.Done):
            names += [row.where.path, *_rows(row.where)]
    return names
