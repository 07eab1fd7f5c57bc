"""Generated agreements over generated histories: PostgreSQL and the reference say the same."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handraise.agreement.document import Document
from handraise.scoring.engines import postgres
from handraise.scoring.engines.postgres import Moment
from handraise.scoring.queries import scores_of
from handraise.scoring.scores import Scores
from tests.scoring.agreements import agreements
from tests.scoring.histories import DAY, LISTED, NOW, Histories
from tests.scoring.reference import Reference, Scored

LEADS = 20  # a quarter of them merged; so every agreement meets about 15 histories
FEW = int(os.environ.get("HANDRAISE_EXAMPLES", "25"))
MANY = 20 * FEW

generated = given(
    document=agreements(),
    seed=st.integers(0, 2**32),
    zone=st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata"]),
)
options = settings(
    max_examples=FEW, deadline=None, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


@pytest.mark.django_db
@options
@generated
def test_scores_and_truths_equal_the_reference(document: Document, seed: int, zone: str) -> None:
    compare(document, seed, zone)


@pytest.mark.slow
@pytest.mark.django_db
@settings(options, max_examples=MANY)
@generated
def test_they_equal_it_for_hours(document: Document, seed: int, zone: str) -> None:
    compare(document, seed, zone)


def compare(document: Document, seed: int, zone: str) -> None:
    """Every lead of a world at three instants in one call, as known then and with hindsight."""
    with transaction.atomic():
        histories = Histories(seed, LEADS, {"partners": LISTED["partners"]})
        world = histories.world
        made = postgres.text_for(document, zone)
        asked = [(lead, at) for lead in world.leads for at in instants(histories)]

        for hindsight in (False, True):
            moments = [Moment(lead, at, None if hindsight else at) for lead, at in asked]
            found = {(row.lead_id, row.at): row for row in scores_of(made, moments)}

            assert found.keys() == set(asked)
            for lead, at in asked:
                oracle = Reference(document, world, at, None if hindsight else at, zone)
                same(found[lead, at], oracle.score(lead))
        transaction.set_rollback(True)


def instants(histories: Histories) -> list[datetime]:
    """Noon today, an instant at which windows end, and one a microsecond before it."""
    edge = NOW - (1 + histories.world.leads[0] % 20) * DAY
    return [NOW, edge, edge - timedelta(microseconds=1)]


def same(found: Scores, expected: Scored) -> None:
    for name in ("fit", "interest", "intent", "priority"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), abs=1e-6), name
    assert found.grade == expected.grade
    assert found.matched == expected.matched
    assert found.latest == expected.latest
    assert len(found.contributions) == len(expected.contributions)
    for mine, theirs in zip(found.contributions, expected.contributions, strict=True):
        assert mine == (None if theirs is None else pytest.approx(theirs, abs=1e-6))
    truths = {name: truth for name, truth in found.truths.items() if name not in expected.near}
    assert truths == {n: t for n, t in expected.truths.items() if n not in expected.near}
