"""One definition: reference, PostgreSQL and DuckDB come to the same, in every part of a score."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handraise.agreement.document import Document
from handraise.scoring import inputs
from handraise.scoring.compile import compiled
from handraise.scoring.engines import Engine
from handraise.scoring.engines.duckdb import DuckDBEngine, connected
from handraise.scoring.engines.moments import Moments
from handraise.scoring.engines.postgres_tables import PostgresEngine
from handraise.scoring.plan import plan
from tests.scoring.agreements import agreements
from tests.scoring.histories import LISTED, Histories
from tests.scoring.reference import Reference, Scored
from tests.scoring.test_against_the_reference import instants

LEADS = 20
FEW = int(os.environ.get("HANDRAISE_EXAMPLES", "12"))
MANY = 40 * FEW
TOGETHER = 5  # agreements over one world: rows are written and copied once for all of them
ZONES = ["UTC", "America/New_York", "Asia/Kolkata"]
SUSPENDED = [HealthCheck.too_slow, HealthCheck.data_too_large]

generated = given(
    documents=st.lists(agreements(), min_size=TOGETHER, max_size=TOGETHER),
    seed=st.integers(0, 2**32),
    zone=st.sampled_from(ZONES),
)
options = settings(
    max_examples=max(FEW // TOGETHER, 2), deadline=None, database=None,
    suppress_health_check=SUSPENDED,
)  # fmt: skip


@pytest.mark.django_db
@options
@generated
def test_every_part_of_every_score(documents: list[Document], seed: int, zone: str) -> None:
    compare(documents, seed, zone)


@pytest.mark.slow
@pytest.mark.django_db
@settings(options, max_examples=max(MANY // TOGETHER, 100))
@generated
def test_five_hundred_agreements(documents: list[Document], seed: int, zone: str) -> None:
    compare(documents, seed, zone)


@dataclass(frozen=True)
class Part:
    """One row of `scores`, put in order: what each signal came to, by its number."""

    numbers: dict[str, float]
    grade: str
    contributions: dict[int, tuple[float, int, datetime]]
    fit: list[bool | None]
    truths: dict[str, bool | None]


def compare(documents: Sequence[Document], seed: int, zone: str) -> None:
    """Every lead at three instants, as known then and with hindsight, in one call an engine."""
    with transaction.atomic():
        histories = Histories(seed, LEADS, {"partners": LISTED["partners"]})
        asked = [(lead, at) for lead in histories.world.leads for at in instants(histories)]
        with copied() as duck:
            for document in documents:
                for hindsight in (False, True):
                    moments = Moments.of([(n, at, None if hindsight else at) for n, at in asked])
                    parts = [
                        scored(engine, document, zone, moments)
                        for engine in (PostgresEngine(), duck)
                    ]
                    for lead, at in asked:
                        known_by = None if hindsight else at
                        oracle = Reference(document, histories.world, at, known_by, zone)
                        expected = oracle.score(lead)
                        for found in parts:
                            same(found[lead, at], expected, document)
        transaction.set_rollback(True)


@contextmanager
def copied() -> Iterator[DuckDBEngine]:
    """What the database holds now, as tables of DuckDB."""
    with connected(memory="1GB", threads=1) as into:
        for table in inputs.STORED:
            into.register("rows_in", stored(table))
            into.execute(f"CREATE TABLE {table.get_name()} AS SELECT * FROM rows_in")
            into.unregister("rows_in")
        yield DuckDBEngine(into)


def stored(table: Any) -> pa.Table:
    """The rows of one of `inputs.STORED`, JSON as text."""
    columns = ", ".join(
        f'"{name}"::text' if kind.is_json() else f'"{name}"'
        for name, kind in table.schema().items()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table.get_name()}")
        rows = cursor.fetchall()
    kinds = [
        pa.field(name, pa.string() if kind.is_json() else kind.to_pyarrow())
        for name, kind in table.schema().items()
    ]
    columns_of = zip(*rows, strict=True) if rows else [()] * len(kinds)
    arrays = [pa.array(values, kind.type) for values, kind in zip(columns_of, kinds, strict=True)]
    return pa.table(arrays, schema=pa.schema(kinds))


def scored(
    engine: Engine, document: Document, zone: str, moments: Moments
) -> dict[tuple[int, datetime], Part]:
    made = compiled(document, engine, zone)
    rows = engine.table(made, made.relations.scores, moments).to_pylist()
    return {(row["lead_id"], row["at"]): part(row, document) for row in rows}


def part(row: dict[str, Any], document: Document) -> Part:
    columns = [row[name] or [] for name in ("numbers", "points", "counts", "latest")]
    contributions = {number: (p, n, at) for number, p, n, at in zip(*columns, strict=True)}
    names = ("fit", "interest", "intent", "priority")
    return Part(
        numbers={name: row[name] for name in names},
        grade=row["grade"],
        contributions=contributions,
        fit=[row[f"signal_{place}"] for place in range(len(document.fit))],
        truths={name: row[f"truth_{place}"] for place, name in enumerate(plan(document).criteria)},
    )


def same(found: Part, expected: Scored, document: Document) -> None:
    for name, number in found.numbers.items():
        assert number == pytest.approx(getattr(expected, name), abs=1e-6), name
    assert found.grade == expected.grade
    truths = {name: truth for name, truth in found.truths.items() if name not in expected.near}
    assert truths == {n: t for n, t in expected.truths.items() if n not in expected.near}
    for place, signal in enumerate(document.fit):
        points = {None: None, True: signal.points, False: 0.0}[found.fit[place]]
        assert points == expected.contributions[place]
    for number in range(len(document.fit), len(document.signals)):
        points, count, latest = found.contributions.get(number, (0.0, 0, None))
        assert points == pytest.approx(expected.contributions[number], abs=1e-6)
        assert (count, latest) == (expected.matched[number], expected.latest[number])
