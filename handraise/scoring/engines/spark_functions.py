# ruff: noqa: ARG002 (what one dialect needs another does not)
"""How Spark spells what dialects differ in, by its own functions; none of them runs Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from handraise.scoring.engines.builtins import array_of, builtin

_INSTANT = dt.Timestamp(timezone="UTC")
_LOCAL = dt.Timestamp()

# Spark's VARIANT, which Ibis does not know, goes by the name of JSON here.
_VALUES = dt.Map(dt.string, dt.json)
from_json = builtin("from_json", (dt.json, dt.string), _VALUES)
try_element_at = builtin("try_element_at", (_VALUES, dt.string), dt.json)
schema_of_variant = builtin("schema_of_variant", (dt.json,), dt.string)
variant_text = builtin("try_variant_get", (dt.json, dt.string, dt.string), dt.string)
variant_number = builtin("try_variant_get", (dt.json, dt.string, dt.string), dt.float64)
variant_truth = builtin("try_variant_get", (dt.json, dt.string, dt.string), dt.boolean)
unix_micros = builtin("unix_micros", (_INSTANT,), dt.int64)
from_utc_timestamp = builtin("from_utc_timestamp", (_INSTANT, dt.string), _LOCAL)


class SparkFunctions:
    """See `engines.Functions`. The session's own zone is UTC."""

    reads_verdicts_whole = True

    def gathered(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        return {name: array_of(column) for name, column in columns.items()}

    def laid_out(self, row: Any, names: Sequence[str]) -> dict[str, Any]:
        return {name: row[name] for name in names}

    def opened(self, match: Any, paths: Sequence[str]) -> Any:
        return from_json(match, "map<string,variant>")

    def text(self, opened: Any, path: str, place: int) -> Any:
        found = try_element_at(opened, path)
        return ibis.ifelse(
            schema_of_variant(found) == "STRING",
            variant_text(found, "$", "string"),
            ibis.null("string"),
        )

    def number(self, opened: Any, path: str, place: int) -> Any:
        found = try_element_at(opened, path)
        kind = schema_of_variant(found)
        is_number = kind.isin(["BIGINT", "DOUBLE"]) | kind.startswith("DECIMAL")
        return ibis.ifelse(is_number, variant_number(found, "$", "double"), ibis.null("float64"))

    def truth(self, opened: Any, path: str, place: int) -> Any:
        found = try_element_at(opened, path)
        return ibis.ifelse(
            schema_of_variant(found) == "BOOLEAN",
            variant_truth(found, "$", "boolean"),
            ibis.null("boolean"),
        )

    def is_known(self, opened: Any, path: str, place: int) -> Any:
        kind = schema_of_variant(try_element_at(opened, path))
        return (kind != "VOID").fill_null(False)

    def micros(self, instant: Any) -> Any:
        return unix_micros(instant)

    def day(self, instant: Any, zone: str) -> Any:
        # The clock on the wall there, read as if it were UTC, which is the session's zone.
        return from_utc_timestamp(instant, zone).date()
