"""Putting a relation into the words of an engine is slow, and is done once."""

from __future__ import annotations

from typing import Any

import ibis
import pytest

from handraise.scoring.engines.texts import text_of


def relation() -> Any:
    table = ibis.table({"a": "int64"}, name="told_once")
    return table.filter(table.a > 41)


def test_it_is_done_once_for_each_dialect(monkeypatch: pytest.MonkeyPatch) -> None:
    done, put = [], ibis.to_sql

    def counted(expression: Any, *, dialect: str, **rest: Any) -> Any:
        done.append(dialect)
        return put(expression, dialect=dialect, **rest)

    monkeypatch.setattr(ibis, "to_sql", counted)

    texts = [text_of(relation(), dialect) for dialect in ("duckdb", "duckdb", "postgres")]

    assert texts[0] == texts[1]
    assert done == ["duckdb", "postgres"]
