"""Text of a cell to a typed value, as its column says."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from handraise.capture.imports.faults import RowFault
from handraise.kit.cells import restored
from handraise.kit.fold import fold
from handraise.leads.entry import Json

_YES = frozenset({"yes", "y", "true", "t", "1", "on", "x", "ja", "oui", "si"})
_NO = frozenset({"no", "n", "false", "f", "0", "off", "nein", "non"})
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[,.' \u00a0\u202f]\d{3})+(?:[.,]\d+)?")
_LONGEST_TEXT = 32_000
EPOCH_FORMATS = frozenset({"epoch", "epoch_ms"})
_NAMED_FORMATS = EPOCH_FORMATS | {"iso"}


class Strict(BaseModel):
    """A part of a mapping: unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Type(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    TRUTH = "truth"
    INSTANT = "instant"
    LIST = "list"


class Wrong(StrEnum):
    """What becomes of a row whose cell is not of its column's type."""

    REFUSE = "refuse"
    UNKNOWN = "unknown"


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _named(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


def _from(value: Any) -> Any:
    return {"column": value} if isinstance(value, str | list | tuple) else value


Name = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_several)]


def _format(text: str) -> str:
    if text not in _NAMED_FORMATS and "%" not in text:
        raise ValueError("A format is iso, epoch, epoch_ms or like %d.%m.%Y %H:%M.")
    return text


Format = Annotated[str, AfterValidator(_format)]


class _Column(Strict):
    name: Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
    type: Type = Type.TEXT
    unknown_when: list[str] = []
    replace: dict[str, str] = {}
    fold: bool = False
    decimal: Annotated[str, StringConstraints(pattern=r"^[.,]$")] = "."
    formats: list[Format] = []
    separator: Annotated[str, StringConstraints(min_length=1, max_length=3)] = ";"
    when_wrong: Wrong = Wrong.REFUSE


class _Id(Strict):
    column: Names
    prefix: Annotated[str, StringConstraints(max_length=60)] = ""
    when_wrong: Wrong = Wrong.REFUSE


class Empty(StrEnum):
    """What becomes of a row that does not say when: refused, or taken as of the import."""

    REFUSE = "refuse"
    IMPORT = "import"


class _Instant(Strict):
    column: Names
    formats: list[Format] = []
    when_empty: Empty = Empty.REFUSE


Column: TypeAlias = Annotated[_Column, BeforeValidator(_named)]
Id: TypeAlias = Annotated[_Id, BeforeValidator(_from)]
Instant: TypeAlias = Annotated[_Instant, BeforeValidator(_from)]


def clean(cell: str) -> str:
    return restored(cell.strip())


def convert_for(
    column: _Column, *, unknown_when: Collection[str], zone: tzinfo
) -> Callable[[str], Json]:
    """A function from a cell to its value; None is unknown. It raises RowFault for wrong cells.

    A cell is unknown when empty or named so (compared folded). `replace` compares exactly first,
    then folded, and is applied before the type is read.
    """
    unknown = {"", *(fold(text) for text in (*unknown_when, *column.unknown_when))}
    folded = {fold(old): new for old, new in column.replace.items()}
    read = _typed(column, zone)

    def convert(cell: str) -> Json:
        text = clean(cell)
        if text in unknown:
            return None
        compared = fold(text)
        if compared in unknown:
            return None
        if folded:
            text = column.replace.get(text) or folded.get(compared, text)
        try:
            return read(text)
        except RowFault:
            if column.when_wrong is Wrong.UNKNOWN:
                return None
            raise

    return convert


def _typed(column: _Column, zone: tzinfo) -> Callable[[str], Json]:
    match column.type:
        case Type.NUMBER:
            return lambda text: number(text, decimal=column.decimal)
        case Type.TRUTH:
            return truth
        case Type.INSTANT:
            read = instant_reader(column.formats, zone)
            return lambda text: read(text).isoformat()
        case Type.LIST:
            return lambda text: [
                part.strip() for part in _short(text).split(column.separator) if part.strip()
            ]
        case Type.TEXT:
            return (lambda text: fold(_short(text))) if column.fold else _short


def _short(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        raise RowFault(f"has {len(text):,} characters where {_LONGEST_TEXT:,} are allowed", "long")
    return text


def number(text: str, *, decimal: str = ".") -> float | int:
    """A finite number; thousands may be parted by whatever is not the decimal sign."""
    plain = text
    if _GROUPED.fullmatch(text):
        apart = "." if decimal == "," else ","
        plain = re.sub(rf"[{re.escape(apart)}' \u00a0\u202f]", "", text)
    if decimal == ",":
        plain = plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain
    try:
        found = float(plain)
    except ValueError:
        found = math.nan
    if not math.isfinite(found) or "_" in plain:
        raise RowFault(f"{_cut(text)} is not a number", "number")
    return int(found) if found.is_integer() and abs(found) < 2**53 else found


def truth(text: str) -> bool:
    """Yes or no in one of the usual spellings."""
    word = fold(text)
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise RowFault(f"{_cut(text)} is neither yes nor no", "truth")


def instant_reader(formats: Collection[str], zone: tzinfo) -> Callable[[str], datetime]:
    """A function from text to an instant in UTC; without formats, ISO 8601 is read.

    An instant without a zone is taken in `zone`; a day alone is its first moment there.
    """

    def read(text: str) -> datetime:
        for form in formats or ("iso",):
            try:
                found = _parsed(text, form)
                if found.tzinfo is None:
                    found = found.replace(tzinfo=zone)
                return found.astimezone(UTC)
            except (ValueError, OverflowError, OSError):
                continue
        known = " or ".join(formats) if formats else "ISO 8601, such as 2026-03-04T09:30:00Z"
        raise RowFault(f"{_cut(text)} is not an instant written as {known}", "instant")

    return read


def _parsed(text: str, form: str) -> datetime:
    if form == "iso":
        return datetime.fromisoformat(text)
    if form in EPOCH_FORMATS:
        return datetime.fromtimestamp(float(text) / (1000 if form == "epoch_ms" else 1), UTC)
    return datetime.strptime(text, form)  # noqa: DTZ007 the zone is set by the caller


def _cut(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}...")
