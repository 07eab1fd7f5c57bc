# ruff: noqa: ARG002 (what one dialect needs another does not)
"""How PostgreSQL spells what dialects differ in, by its own functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from handraise.scoring.engines.builtins import array_of, builtin

_INSTANT = dt.Timestamp(timezone="UTC")
_LOCAL = dt.Timestamp()


# What -> and ->> call. Their cousins jsonb_extract_path… take a path and are half as fast.
jsonb_object_field = builtin("jsonb_object_field", (dt.json, dt.string), dt.json)
jsonb_object_field_text = builtin("jsonb_object_field_text", (dt.json, dt.string), dt.string)
jsonb_typeof = builtin("jsonb_typeof", (dt.json,), dt.string)
float8 = builtin("float8", (dt.json,), dt.float64)
date_part = builtin("date_part", (dt.string, _INSTANT), dt.float64)
timezone = builtin("timezone", (dt.string, _INSTANT), _LOCAL)


class PostgresFunctions:
    """See `engines.Functions`."""

    reads_verdicts_whole = False

    def gathered(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        return {name: array_of(column) for name, column in columns.items()}

    def laid_out(self, row: Any, names: Sequence[str]) -> dict[str, Any]:
        return {name: row[name] for name in names}

    def opened(self, match: Any, paths: Sequence[str]) -> Any:
        return match  # stored in parts already, so nothing is gained by taking them out together

    def text(self, opened: Any, path: str, place: int) -> Any:
        return ibis.ifelse(
            jsonb_typeof(jsonb_object_field(opened, path)) == "string",
            jsonb_object_field_text(opened, path),
            ibis.null("string"),
        )

    def number(self, opened: Any, path: str, place: int) -> Any:
        found = jsonb_object_field(opened, path)
        return ibis.ifelse(jsonb_typeof(found) == "number", float8(found), ibis.null("float64"))

    def truth(self, opened: Any, path: str, place: int) -> Any:
        found = jsonb_object_field(opened, path)
        return ibis.ifelse(
            jsonb_typeof(found) == "boolean",
            jsonb_object_field_text(opened, path) == "true",
            ibis.null("boolean"),
        )

    def is_known(self, opened: Any, path: str, place: int) -> Any:
        return jsonb_object_field_text(opened, path).notnull()

    def micros(self, instant: Any) -> Any:
        # date_part is a double: exact to the microsecond after rounding until the year 2242.
        return (date_part("epoch", instant) * 1e6).round().cast("int64")

    def day(self, instant: Any, zone: str) -> Any:
        return timezone(zone, instant).date()
