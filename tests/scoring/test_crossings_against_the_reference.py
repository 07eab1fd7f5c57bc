"""First crossings equal the reference asked at every instant, on PostgreSQL and on DuckDB."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from handraise.agreement.document import Document
from handraise.scoring.crossing import first_crossings
from handraise.scoring.engines import Engine
from handraise.scoring.engines.postgres_tables import PostgresEngine
from tests.scoring.agreements import agreements, falling, rising
from tests.scoring.first_crossing import MICROSECOND, Crossings, TooNearError
from tests.scoring.histories import DAY, LISTED, NOW, Histories
from tests.scoring.reference import Scored
from tests.scoring.test_engines_agree import SUSPENDED, ZONES, copied

LEADS = 12
FEW = int(os.environ.get("HANDRAISE_EXAMPLES", "13"))
TOGETHER = 3
# Before everything; on the hour at which half of everything happens; in between.
BEGINS = [NOW - 100 * DAY, NOW - 30 * DAY, NOW - 20 * DAY - timedelta(hours=5)]
ENDS = [NOW + 9 * DAY, NOW - 3 * DAY, NOW]

generated = given(
    documents=st.lists(agreements(rising, falling), min_size=TOGETHER, max_size=TOGETHER),
    seed=st.integers(0, 2**32),
    zone=st.sampled_from(ZONES),
    begin=st.sampled_from(BEGINS),
    end=st.sampled_from(ENDS),
)
options = settings(
    max_examples=max(FEW // 6, 2), deadline=None, database=None,
    suppress_health_check=SUSPENDED,
)  # fmt: skip


@pytest.mark.django_db
@options
@generated
def test_the_first_instant(
    documents: list[Document], seed: int, zone: str, begin: datetime, end: datetime
) -> None:
    compare(documents, seed, zone, begin, end)


@pytest.mark.slow
@pytest.mark.django_db
@settings(options, max_examples=max(40 * FEW // TOGETHER, 130))
@generated
def test_the_first_instant_for_hours(
    documents: list[Document], seed: int, zone: str, begin: datetime, end: datetime
) -> None:
    compare(documents, seed, zone, begin, end)


def compare(
    documents: Sequence[Document], seed: int, zone: str, begin: datetime, end: datetime
) -> None:
    with transaction.atomic():
        world = Histories(seed, LEADS, {"partners": LISTED["partners"]}).world
        with copied() as duck:
            for document in documents:
                chance = random.Random(seed)
                hindsight = chance.random() < 0.3
                oracle = Crossings(document, world, begin, end, zone, hindsight)
                leads = world.leads
                if document.company is not None:
                    # Everybody's instants are everybody's then, and each walks through all rows.
                    leads = chance.sample(leads, 3)
                same(oracle, leads, [duck, PostgresEngine()], chance)
        transaction.set_rollback(True)


def same(
    oracle: Crossings, leads: list[int], engines: Sequence[Engine], chance: random.Random
) -> None:
    found = [by_lead(engine, oracle) for engine in engines]
    for lead in leads:
        try:
            expected = oracle.first(lead)
            nothing_in_between(oracle, lead, expected, chance)
            had = expected is not None and had_qualified(oracle, lead, expected)
        except TooNearError:
            continue
        for engine, rows in zip(engines, found, strict=True):
            row = rows.get(lead)
            assert (None if row is None else row["at"]) == expected, (engine.name, lead)
            if row is not None:
                assert row["had_qualified"] is had
                at_that_instant(row, oracle.scored(lead, row["at"]))


def by_lead(engine: Engine, oracle: Crossings) -> dict[int, dict[str, Any]]:
    found = first_crossings(
        engine, oracle.document, begin=oracle.begin, end=oracle.end, zone=oracle.zone,
        hindsight=oracle.hindsight,
    )  # fmt: skip
    rows = {row["lead_id"]: row for row in found.to_pylist()}
    assert len(rows) == found.num_rows
    return rows


def had_qualified(oracle: Crossings, lead: int, at: datetime) -> bool:
    return at == oracle.begin and oracle.qualifies(lead, at - MICROSECOND)


def at_that_instant(row: dict[str, Any], scored: Scored) -> None:
    for name in ("fit", "interest", "intent", "priority"):
        assert row[name] == pytest.approx(getattr(scored, name), abs=1e-6), name
    assert row["grade"] == scored.grade


def nothing_in_between(
    oracle: Crossings, lead: int, first: datetime | None, chance: random.Random
) -> None:
    """What the candidates themselves stand on: before the first, no other instant qualifies."""
    earlier = [at for at in oracle.between(lead) if first is None or at < first]
    for at in chance.sample(earlier, min(len(earlier), 6)):
        assert not oracle.qualifies(lead, at), (lead, at)
