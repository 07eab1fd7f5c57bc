"""What came as JSON, flattened to dotted names and typed, so that nothing is parsed later."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from handraise.kit.fold import fold, words
from handraise.leads.bulk import as_json
from handraise.leads.entry import Json

MAX_DEPTH = 8
MAX_NAME = 120
_MAX_ITEMS = 100
_NESTED = (dict, list)  # a tuple: a union type is built anew at each use

# Traits of the tracking specification, and how our standard facts are called.
STANDARD = {
    "firstName": "first_name",
    "firstname": "first_name",
    "lastName": "last_name",
    "lastname": "last_name",
    "fullName": "name",
    "jobTitle": "title",
    "job_title": "title",
    "createdAt": "created_at",
    "phoneNumber": "phone",
    "address.city": "city",
    "address.country": "country",
    "company": "company.name",
    "companyName": "company.name",
    "company_name": "company.name",
    "company.employee_count": "company.employees",
    "company.employeeCount": "company.employees",
}
STANDARD_OF_COMPANY = {"employee_count": "employees", "employeeCount": "employees"}


@dataclass(frozen=True, slots=True)
class Typed:
    """A value as it is compared: one of text (with its words), number, truth, instant; none of
    them when the value is null or blank, which says that there is none."""

    value: Json
    text: str | None = None
    words: str | None = None
    number: float | None = None
    truth: bool | None = None
    instant: datetime | None = None


NOTHING = Typed(None)


def typed(name: str, value: Json) -> Typed:
    """The typed form of one flat value. Numbers come from JSON numbers only; ISO instants only
    under names that end in `_at` or `At`."""
    if isinstance(value, str):
        return _typed_text(name, value)
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return Typed(value, truth=value)
    if isinstance(value, int | float):
        number = _finite(value)
        return _typed_text(name, str(value)) if number is None else Typed(value, number=number)
    raise TypeError(f"{name} is not flat: {value!r}.")


def _typed_text(name: str, value: str) -> Typed:
    if name.endswith(("_at", "At")):
        instant = _instant(value)
        if instant is not None:
            return Typed(value, instant=instant)
    folded, tokens = _folded(value) if len(value) <= _SHORT else _fold(value)
    return Typed(value, text=folded, words=tokens) if folded else NOTHING


def _finite(value: float) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        zoned = found.replace(tzinfo=UTC) if found.tzinfo is None else found
        return zoned.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def lead_facts(traits: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """Flat (name, value) of an identify's traits under their standard names, `company.*` too."""
    for name, value in flatten(traits):
        standard = STANDARD.get(name, name)
        yield standard, _scrubbed(standard, value)


def company_facts(traits: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """Flat (name, value) of a group's traits: facts of the company, without `company.`."""
    for name, value in flatten(traits):
        short = name.removeprefix("company.")
        yield STANDARD_OF_COMPANY.get(short, short), value


def _scrubbed(name: str, value: Json) -> Json:
    return value.strip().lower() if name == "email" and isinstance(value, str) else value


def flatten(source: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """Dotted names and flat values. A list becomes one text, its items joined by a comma; what
    lies deeper than MAX_DEPTH becomes nothing."""
    for name, value in source.items():
        if isinstance(value, _NESTED):
            yield from _nested(name, value, 1)
        else:
            yield (name if len(name) <= MAX_NAME else _name(name)), value


def _nested(path: str, value: Json, depth: int) -> Iterator[tuple[str, Json]]:
    if isinstance(value, list):
        yield from _listed(path, value, depth)
    elif not isinstance(value, dict):
        yield _name(path), value
    elif depth < MAX_DEPTH:
        for name, inner in value.items():
            yield from _nested(f"{path}.{name}", inner, depth + 1)


def _listed(path: str, items: list[Json], depth: int) -> Iterator[tuple[str, Json]]:
    """Plain items under the list's own path; fields of objects in it gathered by their path."""
    plain = [_said(item) for item in items[:_MAX_ITEMS] if not isinstance(item, dict | list)]
    if plain or not items:
        yield _name(path), ", ".join(said for said in plain if said)
    gathered: dict[str, list[str]] = {}
    for item in items[:_MAX_ITEMS]:
        if isinstance(item, dict | list) and depth < MAX_DEPTH:
            for name, inner in _nested(path, item, depth + 1):
                gathered.setdefault(name, []).append(_said(inner))
    for name, said in gathered.items():
        yield name, ", ".join(text for text in said if text)


def _said(value: Json) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _name(path: str) -> str:
    """A name that fits its column; a longer one is cut and keeps a mark of the whole."""
    if len(path) <= MAX_NAME:
        return path
    mark = hashlib.sha256(path.encode()).hexdigest()[:8]
    return f"{path[: MAX_NAME - 9]}~{mark}"


def match_of(properties: Mapping[str, Json]) -> dict[str, Json]:
    """What conditions read of an activity: flat properties, text folded, and its words under the
    path with a tilde. Nulls and blanks are left out: they are unknown."""
    match: dict[str, Json] = {}
    for path, value in flatten(properties):
        if isinstance(value, str):
            folded, tokens = _folded(value) if len(value) <= _SHORT else _fold(value)
            if folded:
                match[path] = folded
                match[path + "~"] = tokens
        elif isinstance(value, int | float) and _finite(value) is not None:
            match[path] = value  # a number beyond a double would make scoring fail
    return match


def written(properties: Mapping[str, Json]) -> tuple[str, str]:
    """The JSON of an activity's properties and of what conditions read of them."""
    return as_json(properties), as_json(match_of(properties))


def _fold(text: str) -> tuple[str, str]:
    folded = fold(text)
    return folded, words(folded)


# The same paths, titles and referrers come again and again.
_SHORT = 200
_folded = lru_cache(maxsize=20_000)(_fold)
