"""What unused facts and activities tell: the tests against shuffling, the bits against a count."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score

from handraise.feedback.review import candidates
from handraise.feedback.review.candidates import STRATA, levels, strata, told
from handraise.feedback.review.evidence import Candidate
from handraise.feedback.review.logistic import fitted

N = 4_000


def fact(codes: np.ndarray, count: int) -> Candidate:
    return Candidate("fact", "industry", codes, tuple(f"value {one}" for one in range(count)))


def no_columns() -> np.ndarray:
    return np.zeros((N, 0))


def scored(seed: int) -> tuple[np.random.Generator, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    priority = chance.normal(size=N)
    return chance, priority, chance.random(N) < 1 / (1 + np.exp(2.2 - priority))


def test_the_chance_is_that_of_shuffling_within_tenths() -> None:
    chance, priority, outcome = scored(3)
    codes = np.searchsorted([-0.5, 0.8], 0.5 * priority + chance.normal(size=N))
    codes = np.where(outcome & (chance.random(N) < 0.3), 2, codes)
    tenth, one = strata(priority), fact(codes, 3)

    found = told(one, outcome, tenth, None, no_columns())

    assert found is not None
    shuffled = []
    for _ in range(400):
        order = np.lexsort((chance.random(N), tenth))
        turned = np.empty(N, dtype=bool)
        turned[np.argsort(tenth, kind="stable")] = outcome[order]
        again = told(one, turned, tenth, None, no_columns())
        shuffled.append(again.p if again else 1.0)
    assert np.mean(np.array(shuffled) < 0.05) == pytest.approx(0.05, abs=0.035)
    assert found.p < 1e-3


def test_what_only_repeats_the_priority_tells_nothing() -> None:
    _, priority, outcome = scored(4)
    codes = strata(priority) // 2

    found = told(fact(codes, 5), outcome, strata(priority), None, no_columns())

    assert found is not None
    assert found.p > 1e-3
    assert found.information < 0.002


def test_what_only_repeats_a_signal_with_wrong_points_is_not_proposed() -> None:
    chance, priority, _ = scored(5)
    fires = (chance.random(N) < 0.3).astype(float)[:, None]
    outcome = chance.random(N) < 1 / (1 + np.exp(2.5 - 1.5 * fires[:, 0]))
    fit = fitted(fires, outcome, np.zeros(1), np.full(1, 2.0))
    twin = fact(np.where(chance.random(N) < 0.95, fires[:, 0], 1 - fires[:, 0]).astype(int), 2)

    alone = told(twin, outcome, strata(priority), None, no_columns())
    beside = told(twin, outcome, strata(priority), fit, fires)

    assert alone is not None
    assert beside is not None
    assert alone.p < 1e-9
    assert beside.p > 1e-3


def test_information_is_the_mutual_information_within_tenths() -> None:
    chance, priority, outcome = scored(6)
    codes = np.where(outcome & (chance.random(N) < 0.5), 1, chance.integers(0, 3, N))
    tenth = strata(priority)

    found = told(fact(codes, 3), outcome, tenth, None, no_columns())

    within = [mutual_info_score(outcome[tenth == t], codes[tenth == t]) for t in range(STRATA)]
    bias = 2 * STRATA / (2 * N)
    assert found is not None
    assert found.information == pytest.approx((np.mean(within) - bias) / np.log(2), abs=2e-4)


def test_chance_alone_tells_no_bits_on_average() -> None:
    chance, priority, outcome = scored(7)
    found = [
        told(fact(chance.integers(0, 8, N), 8), outcome, strata(priority), None, no_columns())
        for _ in range(60)
    ]

    # Uncorrected it would be 0.0126 bits: 70 degrees of freedom over twice 4,000 leads.
    assert np.mean([one.information for one in found if one]) < 0.003


def test_more_of_an_activity_is_one_question() -> None:
    chance, priority, outcome = scored(8)
    often = chance.poisson(0.3 + 0.6 * outcome)

    found = told(Candidate("activity", "Called", often), outcome, strata(priority), None,
                 no_columns())  # fmt: skip

    assert found is not None
    assert found.is_big
    assert found.p < 1e-12
    assert found.level is not None
    assert found.level.label != "never"


def test_scarce_values_count_as_one() -> None:
    codes = np.concatenate([np.zeros(3_900, dtype=int), np.arange(100) % 50 + 1])

    named = levels(fact(codes, 51), np.arange(N) % 10 == 0)[1]

    assert named == ("value 0", "any other")


def test_one_value_for_all_tells_nothing() -> None:
    _, priority, outcome = scored(9)

    assert told(fact(np.zeros(N, int), 1), outcome, strata(priority), None, no_columns()) is None


def test_the_bars_are_those_of_the_docs() -> None:
    assert (candidates.RATIO, candidates.PART) == (1.5, 0.02)
