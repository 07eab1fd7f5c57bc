"""Points that the data support: the fit against scikit-learn, the truth within its interval."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from handraise.feedback.rehearsal.figures import auc
from handraise.feedback.review.bootstrap import EACH, sample
from handraise.feedback.review.lifts import lift, shares
from handraise.feedback.review.logistic import fitted
from handraise.feedback.review.weights import Weighed, contributions, weighed
from tests.feedback.review.planting import SHAPES, USELESS, history


def of_history(seed: int, *, leads: int, useless: bool = False) -> Weighed:
    evidence = history(seed, "useless" if useless else None, leads=leads)
    given = contributions(evidence.signals, evidence.weights)
    found = weighed(given, evidence.outcome, seed)
    assert found is not None
    return found


def test_the_fit_is_that_of_scikit_learn() -> None:
    chance = np.random.default_rng(1)
    columns = chance.normal(size=(800, 3))
    outcome = chance.random(800) < 1 / (1 + np.exp(2 - columns @ [1.0, 0.5, -0.3]))

    mine = fitted(columns, outcome, np.zeros(3), np.full(3, 2.0))

    theirs = LogisticRegression(C=4.0, tol=1e-10, max_iter=500).fit(columns, outcome)
    assert mine.slopes == pytest.approx(theirs.coef_[0], abs=1e-4)
    assert mine.intercept == pytest.approx(theirs.intercept_[0], abs=1e-4)


def test_parted_without_a_fault_is_still_finite() -> None:
    columns = np.linspace(-1, 1, 200)[:, None]

    found = fitted(columns, columns[:, 0] > 0, np.zeros(1), np.ones(1))

    assert np.isfinite(found.slopes).all()
    assert found.slopes[0] > 1


def test_where_data_tell_nothing_points_stay_as_given() -> None:
    columns = np.zeros((100, 2))
    columns[:, 0] = np.arange(100) / 50

    found = fitted(columns, np.arange(100) > 60, np.full(2, 0.7), np.ones(2))

    assert found.slopes[1] == pytest.approx(0.7)


def test_right_points_are_supported_and_useless_ones_are_not() -> None:
    found = of_history(4, leads=20_000, useless=True)

    values = [found.worth[place].supported.value for place in range(len(SHAPES) + 1)]

    assert values[:-1] == pytest.approx([1.0] * len(SHAPES), abs=0.3)
    assert abs(values[-1]) < 0.2


def test_one_wrong_signal_does_not_make_the_others_look_wrong() -> None:
    found = of_history(4, leads=20_000, useless=True)

    assert np.median([found.worth[place].supported.value for place in range(8)]) == pytest.approx(
        1, abs=0.15
    )


def test_nothing_is_weighed_without_outcomes_or_signals() -> None:
    assert weighed(np.ones((50, 1)), np.arange(50) < 25, 1) is None
    assert weighed(np.arange(50.0)[:, None], np.arange(50) < 5, 1) is None
    assert weighed(np.zeros((0, 0)), np.zeros(0, dtype=bool), 1) is None


def test_a_sample_takes_as_many_of_each_kind() -> None:
    outcome = np.arange(60_000) < 15_000

    chosen = sample(outcome, 1)

    assert (int(outcome[chosen].sum()), len(chosen)) == (EACH, 2 * EACH)
    assert sample(np.arange(100) < 30, 1).tolist() == list(range(100))


@pytest.mark.slow
def test_intervals_of_points_hold_at_least_nine_in_ten() -> None:
    held: dict[int, list[bool]] = {}
    for seed in range(700, 820):
        for place, worth in of_history(seed, leads=3_500, useless=True).worth.items():
            true = 0.0 if place == len(SHAPES) else 1.0
            held.setdefault(place, []).append(worth.supported.low <= true <= worth.supported.high)

    assert len(held) == len(SHAPES) + 1
    assert np.mean([one for each in held.values() for one in each]) >= 0.9
    assert min(np.mean(each) for each in held.values()) >= 0.85  # nine, each within ±0.05 by chance


@pytest.mark.slow
def test_intervals_of_the_area_and_of_lifts_hold() -> None:
    great = history(900, leads=200_000)
    true = auc(great.outcome, great.priority)
    ratios = [lift(*shares(one.fired, great.outcome)) for one in great.signals]
    chance, areas, lifts = np.random.default_rng(3), [], []
    for _ in range(400):
        some = chance.choice(len(great), 2_500, replace=False)
        area = auc(great.outcome[some], great.priority[some])
        areas.append(area is not None and true is not None and area.low <= true.value <= area.high)
        for one, ratio in zip(great.signals, ratios, strict=True):
            found = lift(*shares(one.fired[some], great.outcome[some]))
            if found is not None and ratio is not None:
                lifts.append(found.low <= ratio.value <= found.high)

    assert 0.92 <= np.mean(areas) <= 0.98
    assert 0.93 <= np.mean(lifts) <= 0.97


def test_the_useless_signal_is_the_last_of_its_history() -> None:
    assert history(4, "useless", leads=100).signals[-1].name == USELESS
