"""A condition as rows that people fill in: from the raw condition and back, nothing evaluated.

Rows are tests, counts of activities, groups of rows, and pieces of text: whatever rows cannot
show is kept as the text that it is. Plain Python; names of inputs are paths such as `when-0-1`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from handraise.agreement.condition_tree import Operator, Scope
from handraise.agreement.conditions import ConditionError, parse
from handraise.agreement.faults import AgreementError, Place
from handraise.agreement.plain_writing import flow
from handraise.agreement.plain_yaml import load

DEEPEST = 4
MOST_ROWS = 100  # a form of many more inputs would not be taken by the server
JOINS = ("all", "any", "none")
IS_NOT_KNOWN = "is_not_known"
OPERATORS = (
    (Operator.EQUALS, "is"), (Operator.ONE_OF, "is one of"),
    (Operator.CONTAINS_WORD, "contains the word"), (Operator.STARTS_WITH, "begins with"),
    (Operator.ENDS_WITH, "ends with"), (Operator.MATCHES, "matches the pattern"),
    (Operator.AT_LEAST, "is at least"), (Operator.AT_MOST, "is at most"),
    (Operator.BETWEEN, "is between"), (Operator.IS_KNOWN, "is known"),
    (IS_NOT_KNOWN, "is not known"), (Operator.IN_LIST, "is in the list"),
)  # fmt: skip
_NUMBERS = frozenset({Operator.AT_LEAST, Operator.AT_MOST, Operator.BETWEEN})
_TYPED = frozenset({Operator.EQUALS, Operator.ONE_OF})
_DID = {"event", "where", "within", "sum", "at_least", "at_most"}
_SPECIAL = re.compile(r"[\"',]|^\s|\s$")


@dataclass(slots=True)
class Test:
    """`subject operator values`; values as typed, parted by commas."""

    __test__ = False
    subject: str = ""
    operator: str = Operator.EQUALS.value
    values: str = ""
    path: str = ""
    kind: str = "test"
    is_new: bool = False


@dataclass(slots=True)
class Done:
    """How often something was done. `bound` is at_least or at_most."""

    event: str = ""
    bound: str = "at_least"
    times: str = ""
    within: str = ""
    total: str = ""
    where: Group = field(default_factory=lambda: Group())
    path: str = ""
    kind: str = "did"
    is_new: bool = False


@dataclass(slots=True)
class Written:
    """A piece of a condition that is kept and changed as text."""

    text: str = ""
    path: str = ""
    kind: str = "text"
    is_new: bool = False


@dataclass(slots=True)
class Group:
    """Rows of which all, at least one, or none must hold."""

    how: str = "all"
    rows: list[Row] = field(default_factory=list)
    path: str = ""
    kind: str = "group"
    depth: int = 0
    is_new: bool = False

    @property
    def may_nest(self) -> bool:
        return self.depth + 1 < DEEPEST


Row: TypeAlias = Test | Done | Written | Group


def rows_or_text(raw: object) -> Group:
    """The rows of a raw condition, or all of it as text if these are too many to fill in."""
    found = group_of(raw)
    return found if _size(found) <= MOST_ROWS else Group("all", [Written(flow(raw))])  # type: ignore[arg-type]


def _size(row: Row) -> int:
    if isinstance(row, Group):
        return 1 + sum(_size(each) for each in row.rows)
    return 1 + _size(row.where) if isinstance(row, Done) else 1


def group_of(raw: object, depth: int = 0) -> Group:
    """The rows of a raw condition; None has none."""
    if raw is None:
        return Group(depth=depth)
    if isinstance(raw, dict) and len(raw) == 1:
        ((how, parts),) = raw.items()
        if how in JOINS and isinstance(parts, list):
            return Group(how, [_row(part, depth + 1) for part in parts], depth=depth)
    row = _row(raw, depth)
    return row if isinstance(row, Group) else Group("all", [row], depth=depth)


def _row(raw: object, depth: int) -> Row:
    if not isinstance(raw, dict) or not raw:
        return Written(flow(raw))  # type: ignore[arg-type]
    if depth >= DEEPEST:
        return Written(flow(raw)) if _joins(raw) else _rows_of(raw, depth)
    return _rows_of(raw, depth)


def _joins(raw: Mapping[str, object]) -> bool:
    return len(raw) > 1 or next(iter(raw)) in JOINS


def _rows_of(raw: dict[str, Any], depth: int) -> Row:
    if len(raw) > 1:
        return Group(
            "all", [_row({key: value}, depth + 1) for key, value in raw.items()], depth=depth
        )
    ((key, value),) = raw.items()
    if key in JOINS:
        return group_of(raw, depth) if isinstance(value, list) else Written(flow(raw))
    if key == "did":
        return _done(value, depth) or Written(flow(raw))
    return _tests(key, value, depth) or Written(flow(raw))


def _done(raw: object, depth: int) -> Done | None:
    if not isinstance(raw, dict) or not raw.keys() <= _DID:
        return None
    bound = "at_most" if "at_most" in raw else "at_least"
    if "at_least" in raw and bound == "at_most":
        return None
    plain = {name: raw.get(name) for name in ("event", bound, "within", "sum")}
    if any(isinstance(value, dict | list) for value in plain.values()):
        return None
    return Done(
        shown(raw.get("event")), bound, shown(raw.get(bound)), shown(raw.get("within")),
        shown(raw.get("sum")), group_of(raw.get("where"), min(depth + 1, DEEPEST - 1)),
    )  # fmt: skip


def _tests(subject: str, value: object, depth: int) -> Row | None:
    if not isinstance(value, dict):
        operator = Operator.ONE_OF if isinstance(value, list) else Operator.EQUALS
        return _test(subject, operator, value)
    rows = [
        _test(subject, Operator(name), operand)
        for name, operand in value.items()
        if name in set(Operator)
    ]
    found: list[Row] = [row for row in rows if row is not None]
    if not found or len(found) < len(value):
        return None
    return found[0] if len(found) == 1 else Group("all", found, depth=depth)


def _test(subject: str, operator: Operator, value: object) -> Test | None:
    values = value if isinstance(value, list) else [value]
    if not values or any(isinstance(each, dict | list) or each is None for each in values):
        return None
    if operator is Operator.IS_KNOWN:
        if not isinstance(value, bool):
            return None
        return Test(subject, operator.value if value else IS_NOT_KNOWN)
    if operator is Operator.MATCHES and len(values) == 1:
        return Test(subject, operator, str(values[0]))
    return Test(subject, operator, ", ".join(_written(each, operator) for each in values))


def _written(value: object, operator: Operator) -> str:
    """One value between commas; in quotes where it would be read as something else."""
    if not isinstance(value, str):
        return shown(value)
    is_odd = _SPECIAL.search(value) or not value
    if is_odd or (operator in _TYPED and not isinstance(_plain(value), str)):
        return '"' + value.replace('"', '""') + '"'
    return value


def shown(value: object) -> str:
    """A plain value as it stands in a text field; nothing for None."""
    if value is None:
        return ""
    return value if isinstance(value, str) else flow(value)  # type: ignore[arg-type]


def raw_of(group: Group) -> Any:
    """The raw condition that the rows say; None without any row."""
    parts = [raw for raw in (_raw(row) for row in group.rows) if raw is not None]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 and group.how == "all" else {group.how: parts}


def _raw(row: Row) -> Any:
    match row:
        case Group():
            return raw_of(row)
        case Test():
            return _raw_test(row)
        case Done():
            return _raw_did(row)
        case Written():
            return _raw_text(row)


def _raw_test(row: Test) -> Any:
    if not row.subject and not row.values:
        return None
    if row.operator in {Operator.IS_KNOWN, IS_NOT_KNOWN}:
        return {row.subject: {"is_known": row.operator == Operator.IS_KNOWN}}
    operator = Operator(row.operator)
    values = _values(row.values, operator)
    value = values[0] if len(values) == 1 else values
    if operator is Operator.EQUALS:
        return {row.subject: value if len(values) == 1 else {"equals": values}}
    if operator is Operator.ONE_OF:
        return {row.subject: values or {"one_of": values}}
    return {row.subject: {operator.value: values if operator is Operator.BETWEEN else value}}


def _values(typed: str, operator: Operator) -> list[Any]:
    if operator is Operator.MATCHES:
        return [typed] if typed else []
    found = list(_split(typed))
    if operator in _TYPED or operator in _NUMBERS:
        return [value if is_quoted else _plain(value) for value, is_quoted in found]
    return [value for value, _ in found]


def _split(typed: str) -> Iterator[tuple[str, bool]]:
    """Values between commas, and whether they stood in quotes."""
    # Nothing here can be matched in two ways: trying both takes the square of what was typed.
    for found in re.finditer(r'\s*(?:"((?:[^"]|"")*)"\s*(?=,|$)|([^,]*))(?:,|$)', typed):
        if found[1] is not None:
            yield found[1].replace('""', '"'), True
        elif bare := found[2].strip():
            yield bare, False


def _plain(word: str) -> Any:
    """A word as YAML reads it bare: a number, true or false, else text."""
    return word == "true" if word in {"true", "false"} else number(word)


def number(word: str) -> Any:
    """The number a word says, else the word."""
    if not re.fullmatch(r"[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?", word):
        return word
    try:
        found = load(word).value
    except AgreementError:
        return word
    return found if isinstance(found, int | float) else word


def _raw_did(row: Done) -> Any:
    where = raw_of(row.where)
    if not row.event and where is None and not (row.times or row.within or row.total):
        return None
    said: dict[str, Any] = {"event": row.event}
    if where is not None:
        said["where"] = where
    if row.within:
        said["within"] = row.within
    if row.total:
        said["sum"] = row.total
    if row.times:
        said[row.bound] = number(row.times)
    return {"did": said}


def _raw_text(row: Written) -> Any:
    if not row.text.strip():
        return None
    try:
        return load(row.text).value
    except AgreementError:
        return row.text  # which the reader will refuse, at its place


def kept(old: object, new: object, scope: Scope) -> object:
    """The old raw condition where the new one means the same, so that its text stays as it is."""
    try:
        is_same = repr(parse(old, scope=scope)) == repr(parse(new, scope=scope))
    except ConditionError:
        return new
    return old if is_same else new


def placed(group: Group, path: str) -> Group:
    """The same group, every row knowing the path by which its inputs are named."""
    group.path = path
    for place, row in enumerate(group.rows):
        row.path = f"{path}-{place}"
        if isinstance(row, Group):
            placed(row, row.path)
        if isinstance(row, Done):
            placed(row.where, f"{row.path}-where")
    return group


def places(group: Group, place: Place) -> dict[str, Place]:
    """Where each row stands in what `raw_of` makes of the group, by the row's path."""
    filled = [row for row in group.rows if _raw(row) is not None]
    is_alone = len(filled) == 1 and group.how == "all"
    found = {group.path: place}
    for number_, row in enumerate(filled):
        here = place if is_alone else (*place, group.how, number_)
        if isinstance(row, Group):
            found |= places(row, here)
        else:
            found[row.path] = here
        if isinstance(row, Done):
            found |= places(row.where, (*here, "did", "where"))
    return found


def posted(given: Mapping[str, str], path: str, depth: int = 0) -> Group:
    """The group as people filled it in."""
    how = given.get(f"{path}-how", "all")
    count = min(_count(given.get(f"{path}-count", "")), MOST_ROWS)
    rows = [_posted_row(given, f"{path}-{place}", depth + 1) for place in range(count)]
    return Group(how if how in JOINS else "all", rows, path, depth=depth)


def _count(typed: str) -> int:
    return int(typed) if typed.isdecimal() and len(typed) < 5 else 0


def _posted_row(given: Mapping[str, str], path: str, depth: int) -> Row:
    def said(name: str) -> str:
        return given.get(f"{path}-{name}", "").strip()

    match said("kind"):
        case "group" if depth < DEEPEST + 2:
            return posted(given, path, depth)
        case "did" if depth < DEEPEST + 2:
            where = posted(given, f"{path}-where", max(depth, DEEPEST - 1))
            bound = "at_most" if said("bound") == "at_most" else "at_least"
            return Done(
                said("event"), bound, said("times"), said("within"), said("sum"), where, path
            )
        case "text":
            return Written(given.get(f"{path}-text", ""), path)
        case _:
            operator = said("operator")
            known = operator == IS_NOT_KNOWN or operator in set(Operator)
            return Test(said("subject"), operator if known else "equals", said("values"), path)


def changed(group: Group, deed: str, path: str) -> bool:
    """Add a row to the group at this path, or remove the row there. False if there is none."""
    for place, row in enumerate(group.rows):
        if deed == "remove" and row.path == path:
            del group.rows[place]
            return True
    if group.path == path and deed != "remove" and len(group.rows) < MOST_ROWS:
        group.rows.append(_new(deed, group.depth + 1))
        return True
    inner = [row for row in group.rows if isinstance(row, Group)]
    inner += [row.where for row in group.rows if isinstance(row, Done)]
    return any(changed(each, deed, path) for each in inner)


def _new(deed: str, depth: int) -> Row:
    match deed:
        case "add-did":
            return Done(is_new=True)
        case "add-group":
            return Group("any", [Test(is_new=True)], depth=depth)
        case "add-text":
            return Written(is_new=True)
        case _:
            return Test(is_new=True)
