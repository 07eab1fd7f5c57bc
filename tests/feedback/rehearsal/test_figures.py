"""Figures and their intervals: against scikit-learn, against brute force, against simulation."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from handraise.feedback.decide import Share
from handraise.feedback.rehearsal.figures import DAY, WEEK, auc, ranks, tenths, typical, weekly

PAIRS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 6).map(lambda n: n / 2)), min_size=2, max_size=60
)


def arrays(pairs: list[tuple[bool, float]]) -> tuple[np.ndarray, np.ndarray]:
    outcome, score = zip(*pairs, strict=True)
    return np.array(outcome, dtype=bool), np.array(score, dtype=float)


@given(PAIRS)
def test_auc_is_that_of_scikit_learn_and_of_brute_force(pairs: list[tuple[bool, float]]) -> None:
    outcome, score = arrays(pairs)
    found = auc(outcome, score)
    if outcome.all() or not outcome.any():
        assert found is None
        return

    above, below = score[outcome], score[~outcome]
    won = sum((a > b) + 0.5 * (a == b) for a in above for b in below)

    assert found is not None
    assert found.value == pytest.approx(won / (len(above) * len(below)), abs=1e-12)
    assert found.value == pytest.approx(roc_auc_score(outcome, score), abs=1e-12)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert (found.positives, found.negatives) == (len(above), len(below))


@given(PAIRS)
def test_delongs_variance_is_that_of_its_definition(pairs: list[tuple[bool, float]]) -> None:
    outcome, score = arrays(pairs)
    above, below = score[outcome], score[~outcome]
    if len(above) < 2 or len(below) < 2:
        return
    beats = (above[:, None] > below) + 0.5 * (above[:, None] == below)
    variance = beats.mean(1).var(ddof=1) / len(above) + beats.mean(0).var(ddof=1) / len(below)
    if variance < 1e-12:
        return

    found = auc(outcome, score)

    assert found is not None
    reach = 1.959964 * variance**0.5
    assert found.low == pytest.approx(max(0, found.value - reach), abs=1e-9)
    assert found.high == pytest.approx(min(1, found.value + reach), abs=1e-9)


def test_perfect_parting_promises_no_certainty() -> None:
    found = auc(np.array([True, True, False, False, False]), np.array([3.0, 4, 0, 1, 2]))

    assert found is not None
    assert found.value == 1
    assert found.low < 0.9


def test_ranks_share_the_mean() -> None:
    assert ranks(np.array([5.0, 1, 5, 7])).tolist() == [2.5, 1, 2.5, 4]


@pytest.mark.parametrize(
    ("share", "of"),
    [(share, of) for share in (0.02, 0.1, 0.3, 0.5, 0.9) for of in (20, 60, 250, 1000)
     if of * min(share, 1 - share) > 5],
)  # fmt: skip
def test_wilson_holds_what_it_promises(share: float, of: int) -> None:
    # True shares around the one named: counts are whole, so that at a single one the coverage
    # jumps by more than the bounds asked for (97.6 % at 0.3 of 20).
    chance = np.random.default_rng(7)
    truths = chance.uniform(0.9 * share, min(1.1 * share, 1 - 0.5 * (1 - share)), 40_000)
    counts = chance.binomial(of, truths)
    bounds = np.array([(Share(count, of).low, Share(count, of).high) for count in range(of + 1)])

    covered = (bounds[counts, 0] <= truths) & (truths <= bounds[counts, 1])

    assert 0.93 <= covered.mean() <= 0.97


def test_the_interval_of_the_auc_holds_what_it_promises() -> None:
    chance, covered, truth = np.random.default_rng(7), 0, 0.760250
    for _ in range(2_000):
        outcome = np.repeat([True, False], [60, 140])
        score = np.where(outcome, chance.normal(1, 1, 200), chance.normal(0, 1, 200))
        found = auc(outcome, score)
        assert found is not None
        covered += found.low <= truth <= found.high

    assert 0.93 <= covered / 2_000 <= 0.97


@given(PAIRS)
def test_tenths_hold_everybody_once_and_fall(pairs: list[tuple[bool, float]]) -> None:
    outcome, score = arrays(pairs)

    found = tenths(outcome, score)

    assert sum(one.share.of for one in found) == len(score)
    assert sum(one.share.count for one in found) == outcome.sum()
    assert [one.place for one in found] == sorted({one.place for one in found})
    for above, below in pairwise(found):
        assert above.low > below.high


def test_lift_is_the_share_over_that_of_all() -> None:
    outcome = np.array([True] * 8 + [False] * 2 + [True] * 2 + [False] * 88)

    found = tenths(outcome, np.arange(100.0)[::-1])

    assert len(found) == 10
    assert found[0].share == Share(8, 10)
    assert found[0].lift == pytest.approx(8.0)
    assert found[1].lift == pytest.approx(2.0)
    assert (found[0].low, found[0].high) == (90, 99)
    assert [one.lift for one in tenths(np.zeros(20, dtype=bool), np.arange(20.0))] == [None] * 10
    assert tenths(np.array([], dtype=bool), np.array([])) == []


def test_the_interval_of_a_median_holds_what_it_promises() -> None:
    chance, covered = np.random.default_rng(7), 0
    for _ in range(2_000):
        found = typical((chance.exponential(5 * DAY, 80)).astype(np.int64))
        assert found is not None
        covered += found.low <= 5 * np.log(2) <= found.high

    assert 0.93 <= covered / 2_000 <= 0.985
    assert typical(np.array([], dtype=np.int64)) is None


def test_weeks_are_counted_from_the_first_day() -> None:
    begin = 1_000 * DAY
    instants = begin + np.array([-1, 0, 6 * DAY, WEEK - 1, WEEK, 16 * DAY, 17 * DAY])

    assert weekly(instants, begin=begin, end=begin + 17 * DAY) == [3, 1, 1]
    assert weekly(instants[:0], begin=begin, end=begin) == []
