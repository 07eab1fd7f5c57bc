"""Which cell a mapping's names point at, in the file at hand."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from handraise.capture.imports.faults import MappingFault, RowFault
from handraise.capture.imports.mapping import Mapping
from handraise.capture.reading import Refused
from handraise.capture.storable import clean as make_storable
from handraise.leads.entry import Json

Parsed: TypeAlias = dict[str, dict[str, Json]]
_JSON_LIMIT = 32 * 1024


@dataclass(frozen=True, slots=True)
class Cells:
    """One row's cells, and the objects that its JSON columns hold."""

    cells: Sequence[str]
    parsed: Parsed = field(default_factory=dict)


Getter: TypeAlias = Callable[[Cells], str]


@dataclass(frozen=True, slots=True)
class Columns:
    """The header of a file, with the mapping's names resolved against it.

    A name is a column, or `column.key` for a key inside a JSON column; of several names those
    that the file has are used, and of these the first filled cell.
    """

    header: tuple[str, ...]
    json_columns: tuple[str, ...]

    def getter(self, names: Sequence[str]) -> Getter:
        """A function from a row to the first filled cell of these columns, or empty text."""
        found = [getter for name in names if (getter := self._one(name)) is not None]
        if len(found) == 1:
            return found[0]

        def first_filled(cells: Cells) -> str:
            return next((text for getter in found if (text := getter(cells))), "")

        return first_filled

    def has(self, name: str) -> bool:
        return self._one(name) is not None

    def _one(self, name: str) -> Getter | None:
        if name in self.header:
            place = self.header.index(name)
            return lambda cells: cells.cells[place].strip()
        for column in self.json_columns:
            if name.startswith(f"{column}.") and column in self.header:
                path = name.removeprefix(f"{column}.").split(".")
                return lambda cells: _inside(cells.parsed.get(column, {}), path)
        return None

    def parse(self, cells: Sequence[str]) -> Cells:
        """The row with its JSON columns read. Raises RowFault naming the column."""
        parsed: Parsed = {}
        for column in self.json_columns:
            if column in self.header:
                text = cells[self.header.index(column)].strip()
                parsed[column] = _object(text, column) if text else {}
        return Cells(cells, parsed)


def _inside(value: Json, path: Sequence[str]) -> str:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def _object(text: str, column: str) -> dict[str, Json]:
    if len(text) > _JSON_LIMIT:
        raise RowFault(
            f"column {column!r} has more than {_JSON_LIMIT:,} characters of JSON", "long"
        )
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise RowFault(f"column {column!r} is not JSON", "json") from None
    if not isinstance(value, dict):
        raise RowFault(f"column {column!r} is JSON, but not an object", "json")
    try:
        make_storable(value, 1)
    except Refused as refused:
        said = refused.sentence.removesuffix(".")
        raise RowFault(f"column {column!r} cannot be stored: {said}", "json") from None
    return value


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


def resolved(mapping: Mapping, header: Sequence[str]) -> Columns:
    """The columns of this file under this mapping. Raises MappingFault for those it lacks."""
    columns = Columns(tuple(header), tuple(mapping.json_columns))
    sentences = [
        _lacking(field_name, names, header)
        for field_name, names in named_columns(mapping)
        if not any(columns.has(name) for name in names)
    ]
    if sentences:
        raise MappingFault(sentences)
    return columns


def named_columns(mapping: Mapping) -> Iterator[tuple[str, Sequence[str]]]:
    """Every place of a mapping that names columns: (field path, alternative names)."""
    identity = mapping.identity
    for key in ("user_id", "email", "anonymous_id"):
        if identity_column := getattr(identity, key):
            yield f"identity.{key}", identity_column.column
    for key in ("message_id", "url", "user_agent"):
        if names := getattr(mapping, key):
            yield key, names
    for key in ("occurred_at", "known_at"):
        if instant := getattr(mapping, key):
            yield key, instant.column
    if mapping.spread and mapping.spread.by:
        yield "spread.by", mapping.spread.by
    if mapping.event and mapping.event.column:
        yield "event", mapping.event.column
    yield from _columns_of_facts(mapping)


def _columns_of_facts(mapping: Mapping) -> Iterator[tuple[str, Sequence[str]]]:
    for key in ("facts", "properties"):
        for name in getattr(mapping, key):
            yield key, (name,)
    for name in mapping.tags_from:
        yield "tags_from", (name,)
    for name in mapping.json_columns:
        yield "json", (name,)
    for consent in mapping.consents:
        yield "consents.column", consent.column
    for activity in mapping.activities:
        yield "activities.when", activity.when
        if activity.at:
            yield "activities.at", activity.at.column
    if mapping.company:
        yield "company.id", mapping.company.id.column
    if mapping.outcome and mapping.outcome.column:
        yield "outcome.column", mapping.outcome.column
    if mapping.outcome and mapping.outcome.at:
        yield "outcome.at", mapping.outcome.at.column


def used_columns(mapping: Mapping, header: Sequence[str]) -> set[str]:
    """The columns of this file that the mapping reads or says to ignore."""
    used = set(mapping.ignore)
    for _, names in named_columns(mapping):
        used.update(name for name in names if name in header)
        used.update(column for column in mapping.json_columns for name in names
                    if name.startswith(f"{column}."))  # fmt: skip
    return used


def _lacking(field_name: str, names: Sequence[str], header: Sequence[str]) -> str:
    wanted = " or ".join(repr(name) for name in names)
    near = difflib.get_close_matches(names[0], header, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{field_name}: the file has no column {wanted}.{hint}"
