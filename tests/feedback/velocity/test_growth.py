"""Growth between months and differences among alike leads: by hand, and their bounds by lot."""

from __future__ import annotations

import numpy as np
import pytest

from handraise.feedback.decide import Share
from handraise.feedback.velocity.decide import DAY, lasting
from handraise.feedback.velocity.growth import among_alike, growth


def test_growth_is_of_the_count_a_day() -> None:
    found = growth(40, 20, 45, 30)

    assert found is not None
    assert found.rate == pytest.approx(40 / 20 / (45 / 30) - 1)
    assert found.low < found.rate < found.high
    assert not found.is_told


@pytest.mark.parametrize(("now", "days", "before"), [(5, 30, 6), (50, 30, 0), (0, 0, 50)])
def test_too_little_is_not_enough(now: int, days: int, before: int) -> None:
    assert growth(now, days, before, 30) is None


def test_the_bounds_of_growth_hold_as_often_as_they_promise() -> None:
    chance, held = np.random.default_rng(1), 0
    for _ in range(2000):
        found = growth(int(chance.poisson(46)), 31, int(chance.poisson(28)), 28)
        assert found is not None
        held += found.low <= (46 / 31) / (28 / 28) - 1 <= found.high
    assert held >= 1860


def test_a_difference_that_is_only_between_thirds_is_none_among_alike() -> None:
    good, bad = (Share(40, 50), Share(8, 10)), (Share(1, 10), Share(5, 50))
    found = among_alike([good, bad])

    assert found is not None
    assert found.value == pytest.approx(0)
    assert found.low < 0 < found.high


def test_the_bounds_of_a_difference_hold_as_often_as_they_promise() -> None:
    chance, held = np.random.default_rng(2), 0
    for _ in range(2000):
        strata = [
            (Share(int(chance.binomial(n, base + 0.1)), n), Share(int(chance.binomial(m, base)), m))
            for base, n, m in ((0.5, 40, 15), (0.3, 25, 25), (0.1, 12, 40))
        ]
        found = among_alike(strata)
        assert found is not None
        held += found.low <= 0.1 <= found.high
    assert held >= 1860


def test_few_are_not_compared() -> None:
    assert among_alike([(Share(1, 5), Share(5, 90))]) is None
    assert among_alike([]) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 minutes"), (60, "1 minute"), (5400, "1.5 hours"), (12 * DAY, "12 days")],
)
def test_a_length_is_told_in_its_unit(seconds: float, words: str) -> None:
    assert lasting(seconds) == words
