"""How often signals fire, and what becomes of those with and without them."""

from __future__ import annotations

import numpy as np
import pytest

from handraise.feedback.decide import Share
from handraise.feedback.review.evidence import Signal
from handraise.feedback.review.lifts import correlated, counted, inflations, lift, phi

N = 2_000


def signal(fired: np.ndarray, *, points: float = 10, most: float | None = None) -> Signal:
    raw = fired.astype(float) * points
    return Signal("interest", "Downloaded", points, most, fired.astype(bool), raw, raw)


def test_lift_is_the_ratio_of_shares() -> None:
    found = lift(Share(30, 100), Share(50, 500))

    assert found is not None
    assert found.value == pytest.approx(3)
    assert found.low == pytest.approx(2.02, abs=0.05)
    assert found.high == pytest.approx(4.46, abs=0.05)


@pytest.mark.parametrize(
    ("with_it", "without"),
    [(Share(5, 19), Share(5, 100)), (Share(0, 0), Share(0, 0)), (Share(0, 50), Share(0, 50))],
)
def test_too_few_have_no_lift(with_it: Share, without: Share) -> None:
    assert lift(with_it, without) is None


def test_a_side_without_outcomes_has_a_finite_interval() -> None:
    found = lift(Share(0, 50), Share(20, 100))

    assert found is not None
    assert 0 < found.low < found.high < 1


@pytest.mark.parametrize(("p", "q", "m"), [(0.3, 0.1, 200), (0.05, 0.1, 400), (0.2, 0.2, 100)])
def test_the_interval_of_a_lift_holds(p: float, q: float, m: int) -> None:
    chance = np.random.default_rng(5)
    held = 0
    for a, c in zip(chance.binomial(m, p, 2_000), chance.binomial(900, q, 2_000), strict=True):
        found = lift(Share(int(a), m), Share(int(c), 900))
        held += found is not None and found.low <= p / q <= found.high

    assert 0.93 <= held / 2_000 <= 0.975


@pytest.mark.parametrize(
    ("share", "code"),
    [(0.0, "never_fires"), (0.0005, "rarely_fires"), (0.3, None), (1.0, "always_fires")],
)
def test_what_is_true_by_counting(share: float, code: str | None) -> None:
    found = counted((signal(np.arange(N) < share * N),))

    assert [one.code for one in found] == ([code] if code else [])


def test_a_signal_at_its_cap_for_most_is_saturated() -> None:
    fired = np.arange(N) < 600
    raw = np.where(np.arange(N) < 500, 40.0, 10.0) * fired
    one = Signal("interest", "Read", 10, 30, fired, np.minimum(raw, 30), raw)

    assert [found.code for found in counted((one,))] == ["saturated"]


def test_one_that_fills_its_cap_at_once_is_not() -> None:
    assert counted((signal(np.arange(N) < 600, points=10, most=10),)) == []


def test_phi_and_inflation_are_those_of_numpy() -> None:
    chance = np.random.default_rng(3)
    base = chance.random((N, 3))
    fired = np.column_stack([base[:, 0] < 0.3, base[:, 1] < 0.3, base[:, :2].min(axis=1) < 0.2])
    held = fired.astype(float)

    assert phi(fired) == pytest.approx(np.corrcoef(held.T), abs=1e-9)
    inverse = np.linalg.inv(np.corrcoef(held.T))
    assert inflations(held) == pytest.approx(np.diag(inverse), rel=1e-3)


def test_two_that_fire_together_are_named() -> None:
    fired = np.arange(N) < 400
    two = (signal(fired), signal(fired))

    found = correlated(two, np.stack([one.given for one in two], axis=1))

    assert "in 100 % of the 400 cases" in found[0].sentence
