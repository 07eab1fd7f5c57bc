"""Relations in the words of an engine, kept: finding them takes longer than running them for a few.

One search for first crossings asks the same relations portion after portion, and an editor's
preview asks them of the version in force again and again: so the texts outlive an engine.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import ibis

MANY = 64  # at most 1.4 MB each, with the relation that it was made from


def text_of(expression: Any, dialect: str) -> str:
    """The relation in this dialect: `postgres`, `duckdb` or `pyspark`."""
    return _text_of(expression.op(), dialect)


@lru_cache(maxsize=MANY)
def _text_of(relation: Any, dialect: str) -> str:
    # By the operation and not the expression, whose `==` is a relation itself.
    return str(ibis.to_sql(relation.to_expr(), dialect=dialect, pretty=False))


__all__ = ["text_of"]
