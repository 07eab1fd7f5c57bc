"""Curves of leaving by one door among several: lifelines as the oracle, intervals by simulation."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from handraise.feedback.velocity.decide import DAY, WAITS, Course, incidences

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifelines import AalenJohansenFitter, KaplanMeierFitter


def drawn(seed: int, count: int, *, patience: float = 25.0) -> tuple[np.ndarray, np.ndarray]:
    """Days and ways (0 waits, 1 on, 2 recycled) of so many leads, no two at the same instant."""
    chance = np.random.default_rng(seed)
    on, away = chance.exponential(12, count), chance.exponential(30, count)
    seen = chance.uniform(0, patience * 2, count)
    days = np.minimum(np.minimum(on, away), seen)
    ways = np.where(seen <= np.minimum(on, away), 0, np.where(on < away, 1, 2))
    return days, ways


def made(days: np.ndarray, ways: np.ndarray) -> Course:
    named = {WAITS: days[ways == 0], "on": days[ways == 1], "recycled": days[ways == 2]}
    return incidences({way: some * DAY for way, some in named.items()})


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("count", [8, 60, 400])
def test_each_way_is_that_of_lifelines(seed: int, count: int) -> None:
    days, ways = drawn(seed, count)
    found = made(days, ways)

    for code, way in ((1, "on"), (2, "recycled")):
        oracle = AalenJohansenFitter(calculate_variance=False).fit(
            days, ways, event_of_interest=code
        )
        expected = oracle.cumulative_density_.iloc[:, 0]
        for day in (0.5, 3, 9, 20, 45):
            assert found.way(way).at(day * DAY)[0] == pytest.approx(
                expected[expected.index <= day].iloc[-1]
            )


@pytest.mark.parametrize("seed", range(5))
def test_leaving_by_any_way_is_kaplan_and_meiers(seed: int) -> None:
    days, ways = drawn(seed, 200)
    days = np.ceil(days)  # ties by the dozen
    found, oracle = made(days, ways), KaplanMeierFitter().fit(days, ways > 0)

    for day in (1, 4, 11, 30):
        share = 1 - float(oracle.survival_function_at_times(day).iloc[0])
        assert found.out.at(day * DAY)[0] == pytest.approx(share)
    assert found.out.reached(0.5) == pytest.approx(oracle.median_survival_time_ * DAY)


@pytest.mark.parametrize("day", [4, 12, 30])
def test_the_bounds_hold_as_often_as_they_promise(day: int) -> None:
    rate = 1 / 12 + 1 / 30
    truth = (1 / 12) / rate * (1 - np.exp(-rate * day))
    held = 0
    for seed in range(1000):
        _, low, high = made(*drawn(seed, 80)).way("on").at(day * DAY)
        held += low <= truth <= high
    assert held >= 930


def test_the_bounds_of_the_median_hold_as_often_as_they_promise() -> None:
    rate = 1 / 12 + 1 / 30
    truth = -np.log(1 - 0.5 * rate * 12) / rate * DAY
    held = 0
    for seed in range(1000):
        low, high = made(*drawn(seed, 120)).way("on").bounds(0.5)
        held += (low is None or low <= truth) and (high is None or truth <= high)
    assert held >= 930


def test_the_variance_is_that_of_many_samples() -> None:
    shares = [made(*drawn(seed, 100)).way("on").at(15 * DAY) for seed in range(600)]
    spread = float(np.std([share for share, _, _ in shares]))
    reach = float(np.mean([high - low for _, low, high in shares])) / 2 / 1.96

    assert reach == pytest.approx(spread, rel=0.1)


def test_without_anybody_waiting_it_is_plain_counting() -> None:
    found = incidences({"on": np.array([1.0, 2, 2, 5]) * DAY, "away": np.array([3.0]) * DAY})

    assert found.way("on").at(2 * DAY)[0] == pytest.approx(3 / 5)
    assert found.way("on").reached(0.5) == 2 * DAY
    assert found.way("on").reached(0.9) is None
    assert found.out.last == pytest.approx(1.0)


@pytest.mark.parametrize("waiting", [[], [3.0], [0.0, 0.0, 9.0]])
def test_nobody_and_nobody_gone_are_no_trouble(waiting: list[float]) -> None:
    found = incidences({WAITS: np.array(waiting)})

    assert (found.count, found.waiting, found.is_enough) == (len(waiting), len(waiting), False)
    assert found.way("on").reached(0.5) is None
    assert found.out.at(9.0) == (0.0, 0.0, 1.0)


def test_all_gone_at_once_is_no_trouble() -> None:
    found = incidences({"on": np.zeros(30)})
    share, low, high = found.way("on").at(0)

    assert (share, high) == (1.0, 1.0)
    assert 0.85 < low < 0.95
    assert found.way("away").at(1)[0] == 0.0
