# ruff: noqa: ARG002 (what one dialect needs another does not)
"""How DuckDB spells what dialects differ in, by its own functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from handraise.scoring.engines.builtins import array_of, builtin

_INSTANT = dt.Timestamp(timezone="UTC")
_LOCAL = dt.Timestamp()
_TEXTS = dt.Array(dt.string)


json_extract = builtin("json_extract", (dt.json, _TEXTS), dt.Array(dt.json))
json_extract_string = builtin("json_extract_string", (dt.string, dt.string), dt.string)
epoch_us = builtin("epoch_us", (_INSTANT,), dt.int64)
timezone = builtin("timezone", (dt.string, _INSTANT), _LOCAL)


class DuckDBFunctions:
    """See `engines.Functions`.

    A row's JSON is parsed once, for all paths together, into a list of JSON texts; the type of
    each is told by its first character. Parsing once for each path and type costs 3 × as much.
    """

    reads_verdicts_whole = True

    def gathered(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        # One list and not four: the states of lists are what takes the most memory of all.
        return {"gathered": array_of(ibis.struct(dict(columns)))}

    def laid_out(self, row: Any, names: Sequence[str]) -> dict[str, Any]:
        return {name: row.gathered.map(lambda one, name=name: one[name]) for name in names}

    def opened(self, match: Any, paths: Sequence[str]) -> Any:
        return json_extract(match, ibis.array([_pointer(path) for path in paths])).cast(_TEXTS)

    def text(self, opened: Any, path: str, place: int) -> Any:
        found = opened[place]
        return ibis.ifelse(
            found.startswith('"'),
            # Where nothing is escaped the text stands between the quotes as it is.
            ibis.ifelse(
                found.contains("\\"),
                json_extract_string(found, ""),
                found.substr(1, found.length() - 2),
            ),
            ibis.null("string"),
        )

    def number(self, opened: Any, path: str, place: int) -> Any:
        found = opened[place]
        return ibis.ifelse(
            (found >= "-") & (found < ":"), found.try_cast("float64"), ibis.null("float64")
        )

    def truth(self, opened: Any, path: str, place: int) -> Any:
        found = opened[place]
        return ibis.ifelse(found.isin(["true", "false"]), found == "true", ibis.null("boolean"))

    def is_known(self, opened: Any, path: str, place: int) -> Any:
        return (opened[place] != "null").fill_null(False)

    def micros(self, instant: Any) -> Any:
        return epoch_us(instant)

    def day(self, instant: Any, zone: str) -> Any:
        return timezone(zone, instant).date()


def _pointer(path: str) -> str:
    """RFC 6901: unlike a JSON path it can name any key."""
    return "/" + path.replace("~", "~0").replace("/", "~1")
