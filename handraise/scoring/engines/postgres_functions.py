"""PostgreSQL: the live engine, on Django's own connection, inside its transaction."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.datatypes as dt

_INSTANT = dt.Timestamp(timezone="UTC")
_LOCAL = dt.Timestamp()
_builtin = ibis.udf.scalar.builtin


@_builtin
def jsonb_extract_path(match: dt.JSON, path: str) -> dt.JSON: ...  # type: ignore[empty-body]


@_builtin
def jsonb_extract_path_text(match: dt.JSON, path: str) -> str: ...  # type: ignore[empty-body]


@_builtin
def jsonb_typeof(value: dt.JSON) -> str: ...  # type: ignore[empty-body]


@_builtin
def float8(value: dt.JSON) -> float: ...  # type: ignore[empty-body]


@_builtin
def date_part(part: str, instant: _INSTANT) -> float: ...  # type: ignore[valid-type,empty-body]


@_builtin(name="timezone")
def local(zone: str, instant: _INSTANT) -> _LOCAL: ...  # type: ignore[valid-type,empty-body]


class PostgresFunctions:
    """How PostgreSQL spells what dialects differ in."""

    def text(self, match: Any, path: str) -> Any:
        return ibis.ifelse(
            jsonb_typeof(jsonb_extract_path(match, path)) == "string",
            jsonb_extract_path_text(match, path),
            ibis.null("string"),
        )

    def number(self, match: Any, path: str) -> Any:
        found = jsonb_extract_path(match, path)
        return ibis.ifelse(jsonb_typeof(found) == "number", float8(found), ibis.null("float64"))

    def truth(self, match: Any, path: str) -> Any:
        found = jsonb_extract_path(match, path)
        return ibis.ifelse(
            jsonb_typeof(found) == "boolean",
            jsonb_extract_path_text(match, path) == "true",
            ibis.null("boolean"),
        )

    def is_known(self, match: Any, path: str) -> Any:
        return jsonb_extract_path_text(match, path).notnull()

    def micros(self, instant: Any) -> Any:
        # date_part is a double: exact to the microsecond after rounding until the year 2242.
        return (date_part("epoch", instant) * 1e6).round().cast("int64")

    def day(self, instant: Any, zone: str) -> Any:
        return local(zone, instant).date()
