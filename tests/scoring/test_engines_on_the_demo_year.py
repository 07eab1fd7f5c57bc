"""The demo company's year: PostgreSQL and DuckDB score everybody alike, month by month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from demo.company import build
from handraise.agreement.queries import published
from handraise.scoring.engines.moments import Moments
from handraise.scoring.engines.postgres_tables import PostgresEngine
from tests.scoring.test_engines_agree import Part, copied, scored

AT = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)
ZONE = "Europe/Amsterdam"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_year_is_the_same_on_both() -> None:
    build(at=AT)
    version = published()
    assert version is not None
    compared = 0

    with copied() as duck:
        for months in range(12):
            moments = Moments.everybody(AT - timedelta(days=30 * months), hindsight=months % 2 == 1)
            ours = scored(PostgresEngine(), version.document, ZONE, moments)
            theirs = scored(duck, version.document, ZONE, moments)

            assert ours.keys() == theirs.keys()
            for key, one in ours.items():
                same(one, theirs[key])
            compared += len(ours)

    assert compared > 12_000


def same(one: Part, other: Part) -> None:
    for name, number in one.numbers.items():
        assert number == pytest.approx(other.numbers[name], abs=1e-6), name
    assert (one.grade, one.fit, one.truths) == (other.grade, other.fit, other.truths)
    assert one.contributions.keys() == other.contributions.keys()
    for number, (points, *rest) in one.contributions.items():
        assert points == pytest.approx(other.contributions[number][0], abs=1e-6)
        assert rest == list(other.contributions[number][1:])
