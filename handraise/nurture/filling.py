"""Forms filled from what a text says, and what they say put back. Plain values only.

What a form does not know stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from handraise.agreement import building
from handraise.agreement.building import Group
from handraise.agreement.condition_tree import Scope
from handraise.nurture.kinds import HEAD_ORDER, Field, Form, Input, Rows
from handraise.nurture.steps import steps_of

MOST_ROWS = 20
_ABSENT: Any = object()
_ROW_ORDER = ("name", "when", "share", "holdout", "steps")


@dataclass(slots=True)
class Shown:
    """One field with what stands in it."""

    field: Field
    value: str = ""
    is_ticked: bool = False
    group: Group | None = None


@dataclass(slots=True)
class Row:
    """One way or exit as it is filled in. `was`: which row of the text it is, none for a new one;
    `steps`: how many steps stand on it."""

    name: str = ""
    share: str = ""
    is_holdout: bool = False
    group: Group | None = None
    was: str = ""
    steps: int = 0


@dataclass(slots=True)
class Filled:
    """What a form says: as it is shown, and as the text will have it."""

    form: Form
    raw: dict[str, Any]
    fields: list[Shown] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def groups(self) -> Iterable[tuple[str, Group]]:
        """Every condition with the name of its inputs."""
        for one in self.fields:
            if one.group is not None:
                yield one.field.name, one.group
        for number, row in enumerate(self.rows):
            if row.group is not None:
                yield f"rows-{number}-when", row.group


def opened(form: Form, raw: dict[str, Any]) -> Filled:
    """The form of a part as the text says it."""
    made = Filled(form, raw)
    for one in form.fields:
        value = inside(raw, one.path)
        shown = Shown(one, _text(one, value), value is True)
        if one.input is Input.CONDITION:
            shown.group = building.placed(building.rows_or_text(value), one.name)
        made.fields.append(shown)
    if form.rows is not None:
        given = raw.get(form.rows.path)
        entries = given if isinstance(given, list) else []
        made.rows = [_opened_row(form.rows, at, each) for at, each in enumerate(entries)]
    return made


def _opened_row(rows: Rows, at: int, raw: Any) -> Row:
    said = raw if isinstance(raw, dict) else {}
    row = Row(
        building.shown(said.get("name")), building.shown(said.get("share")),
        said.get("holdout") is True, None, str(at), len(steps_of(said)),
    )  # fmt: skip
    if rows.has_condition:
        row.group = building.placed(building.rows_or_text(said.get("when")), f"rows-{at}-when")
    return row


def posted(form: Form, given: Mapping[str, str], before: dict[str, Any]) -> Filled:
    """The form as a person filled it in, and what the part then says."""
    made = Filled(form, deepcopy(before))
    for one in form.fields:
        shown = Shown(one, given.get(one.name, ""), one.name in given)
        if one.input is Input.CONDITION:
            shown.group = building.placed(building.posted(given, one.name), one.name)
        made.fields.append(shown)
    if form.rows is not None:
        count = given.get("rows-count", "")
        many = min(int(count), MOST_ROWS) if count.isdecimal() and len(count) < 4 else 0
        made.rows = [_posted_row(form.rows, given, at) for at in range(many)]
    said_anew(made, before)
    return made


def _posted_row(rows: Rows, given: Mapping[str, str], at: int) -> Row:
    path = f"rows-{at}"
    row = Row(
        given.get(f"{path}-name", "").strip(), given.get(f"{path}-share", "").strip(),
        f"{path}-holdout" in given, None, given.get(f"{path}-was", ""),
    )  # fmt: skip
    if rows.has_condition:
        row.group = building.placed(building.posted(given, f"{path}-when"), f"{path}-when")
    return row


def said_anew(made: Filled, before: dict[str, Any]) -> None:
    """Write what the form says into its raw part."""
    raw = deepcopy(before)
    for shown in made.fields:
        value = _value(shown, inside(before, shown.field.path))
        raw = _set(raw, shown.field.path, value, keeps=made.form.key != "head")
    if made.form.rows is not None:
        raw = _with_rows(made, raw, before)
    made.raw = raw


def _with_rows(made: Filled, raw: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    assert made.form.rows is not None
    rows, old = made.form.rows, before.get(made.form.rows.path)
    entries = old if isinstance(old, list) else []
    said = []
    for row in made.rows:
        known = row.was.isdecimal() and int(row.was) < len(entries)
        was = entries[int(row.was)] if known and isinstance(entries[int(row.was)], dict) else {}
        row.steps = len(steps_of(was))
        said.append(_raw_row(rows, row, was))
    if not said and rows.path not in before:
        return raw
    return _put(raw, rows.path, said or _ABSENT, HEAD_ORDER)


def _raw_row(rows: Rows, row: Row, was: dict[str, Any]) -> dict[str, Any]:
    raw = _put(deepcopy(was), "name", row.name or _ABSENT, _ROW_ORDER)
    if rows.has_condition and row.group is not None:
        when = building.raw_of(row.group)
        kept = _ABSENT if when is None else building.kept(was.get("when"), when, Scope.LEAD)
        raw = _put(raw, "when", kept, _ROW_ORDER)
    if rows.has_share:
        share = building.number(row.share) if row.share else _ABSENT
        raw = _put(raw, "share", share, _ROW_ORDER)
        raw = _put(raw, "holdout", True if row.is_holdout else _ABSENT, _ROW_ORDER)
    return raw


def changed_rows(made: Filled, deed: str, place: str, before: dict[str, Any]) -> None:
    """Add a row, take one out, or move one up."""
    at = int(place) if place.isdecimal() and len(place) < 4 else -1
    if deed == "add-row" and len(made.rows) < MOST_ROWS and made.form.rows is not None:
        group = Group() if made.form.rows.has_condition else None
        made.rows.insert(_end_of(made.rows, made.form), Row(group=group))
    if 0 <= at < len(made.rows):
        if deed == "remove-row":
            del made.rows[at]
        elif deed == "row-up" and at:
            made.rows.insert(at - 1, made.rows.pop(at))
    for number, row in enumerate(made.rows):
        if row.group is not None:
            building.placed(row.group, f"rows-{number}-when")
    said_anew(made, before)


def _end_of(rows: list[Row], form: Form) -> int:
    """Behind the last row, but before the way that is for everybody else."""
    is_else = (
        form.key == "branch" and rows and rows[-1].group is not None and not rows[-1].group.rows
    )
    return len(rows) - 1 if is_else else len(rows)


def inside(raw: Any, path: tuple[str, ...]) -> Any:
    """The value at a path; None where there is none."""
    for name in path:
        raw = raw.get(name) if isinstance(raw, dict) else None
    return raw


def _text(one: Field, value: Any) -> str:
    if value is None:
        return one.default
    said = building.shown(value)
    return said.removeprefix(one.prefix).strip() if one.prefix else said


def _value(shown: Shown, before: Any) -> Any:
    one = shown.field
    if one.input is Input.CONDITION:
        assert shown.group is not None
        raw = building.raw_of(shown.group)
        return _ABSENT if raw is None else building.kept(before, raw, one.scope)
    if one.input is Input.CHECK:
        return True if shown.is_ticked else _ABSENT
    typed = shown.value.replace("\r\n", "\n").strip()
    if before is not None and typed == _text(one, before):
        return before
    if not typed or (before is None and typed == one.default):
        return _ABSENT
    if one.input is Input.NUMBER:
        return building.number(typed)
    if one.input is Input.VALUE:
        return typed == "true" if typed in {"true", "false"} else building.number(typed)
    return f"{one.prefix}{typed}"


def _set(raw: Any, path: tuple[str, ...], value: Any, *, keeps: bool) -> dict[str, Any]:
    """The mapping with this value at a path. What becomes empty on the way goes, unless a step
    `keeps` it: without it nobody could tell what kind of step it is."""
    first, *rest = path
    held = raw if isinstance(raw, dict) else {}
    if rest:
        inner = _set(held.get(first), tuple(rest), value, keeps=keeps)
        value = inner if inner or keeps else _ABSENT
    return _put(held, first, value, HEAD_ORDER)


def _put(raw: dict[str, Any], name: str, value: Any, order: tuple[str, ...]) -> dict[str, Any]:
    """The mapping with this key set or gone; a new one stands where it usually does."""
    if value is _ABSENT:
        return {key: held for key, held in raw.items() if key != name}
    if name in raw or name not in order:
        return {**raw, name: value}
    before = {key: held for key, held in raw.items() if key in order[: order.index(name)]}
    last = list(before)[-1] if before else None
    made: dict[str, Any] = {} if last else {name: value}
    for key, held in raw.items():
        made[key] = held
        if key == last:
            made[name] = value
    return made
