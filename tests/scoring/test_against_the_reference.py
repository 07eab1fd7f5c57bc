"""Generated agreements over generated histories: PostgreSQL and the reference say the same."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handraise.agreement.document import Document
from handraise.scoring.queries import scores_at
from handraise.scoring.scores import Scores
from tests.scoring.agreements import agreements
from tests.scoring.histories import DAY, LISTED, NOW, Histories
from tests.scoring.reference import Reference, Scored

AGREEMENTS = int(os.environ.get("HANDRAISE_SOAK_AGREEMENTS", "30"))
LEADS = 20


@pytest.mark.django_db
@settings(
    max_examples=AGREEMENTS, deadline=None, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(document=agreements(), seed=st.integers(0, 2**32))
def test_scores_and_truths_equal_the_reference(document: Document, seed: int) -> None:
    """Each example is an agreement, 20 leads, three instants, with and without hindsight."""
    with transaction.atomic():
        histories = Histories(seed, LEADS, {"partners": LISTED["partners"]})
        world = histories.world

        for at in instants(histories):
            for hindsight in (False, True):
                oracle = Reference(document, world, at, None if hindsight else at)
                found = {
                    row.lead_id: row
                    for row in scores_at(
                        document=document, lead_ids=world.leads, at=at, hindsight=hindsight
                    )
                }
                assert sorted(found) == world.leads
                for lead in world.leads:
                    same(found[lead], oracle.score(lead))
        transaction.set_rollback(True)


def instants(histories: Histories) -> list[datetime]:
    """Noon today, an instant at which windows end, and one a microsecond before it."""
    edge = NOW - histories.random.randrange(20) * DAY
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
