"""How a month may end: arithmetic, and intervals that hold as often as they say."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import numpy as np
import pytest

from handraise.feedback.decide import Share
from handraise.feedback.targets.decide import (
    HISTORY,
    Forecast,
    foretold,
    months,
    ripened,
    targets_of,
    verdict,
)

MONDAY = date(2026, 3, 2)


def test_targets_are_read_as_the_agreement_writes_them() -> None:
    count, rate = targets_of({"mql": "30 a week", "mql_to_sql": 0.3})

    assert count.of_month(date(2026, 3, 1)) == pytest.approx(30 * 31 / 7)
    assert (rate.before.label, rate.after and rate.after.label) == ("MQL", "SQL")
    assert rate.of_month(date(2026, 2, 1)) == 0.3


def test_months_end_with_the_running_one() -> None:
    assert months(date(2026, 2, 14), 3) == [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]


def test_the_rest_of_the_month_goes_on_like_the_last_eight_weeks() -> None:
    told = foretold([4] * HISTORY, today=MONDAY, passed=0.0, so_far=4, target=124)

    assert told is not None
    assert told.value == pytest.approx(4 + 4 * 30)
    assert told.low < told.value < told.high
    assert 0.4 < told.chance < 0.6


def test_weekdays_are_told_apart() -> None:
    weeks = [5, 5, 5, 5, 5, 0, 0] * 8  # Mondays to Sundays, the last one yesterday
    saturday = MONDAY + timedelta(days=26)  # 28 March: four days are left, two of them working
    shifted = weeks[5:] + weeks[:5]

    told = foretold(shifted, today=saturday, passed=0.0, so_far=0, target=1)

    assert told is not None
    assert 9 < told.value < 12


def test_little_history_says_nothing() -> None:
    assert foretold([1] * 19, today=MONDAY, passed=0, so_far=0, target=1) is None
    assert foretold([0] * HISTORY, today=MONDAY, passed=0, so_far=0, target=1) is None


@pytest.mark.parametrize(("a_day", "scatter"), [(1, 1), (4, 1), (4, 3), (20, 4)])
def test_its_interval_holds_95_times_in_100(a_day: int, scatter: int) -> None:
    chance = np.random.default_rng(11)
    week = np.array([1.3, 1.2, 1.2, 1.1, 1.0, 0.2, 0.1]) * a_day
    inside = []
    for _ in range(600):
        today = MONDAY + timedelta(days=int(chance.integers(0, 90)))
        left = monthrange(today.year, today.month)[1] - today.day
        days = [today + timedelta(days=ahead) for ahead in range(-HISTORY, left + 1)]
        means = np.array([week[day.weekday()] for day in days])
        came = (
            chance.poisson(means) if scatter == 1
            else chance.negative_binomial(means / (scatter - 1), 1 / scatter)
        )  # fmt: skip
        told = foretold(came[:HISTORY].tolist(), today=today, passed=0.0, so_far=0, target=1)
        if told is not None:
            inside.append(told.low <= came[HISTORY:].sum() <= told.high)

    assert 0.92 <= np.mean(inside) <= 0.99


def test_a_rate_ripens() -> None:
    told = ripened(Share(20, 100), [0.25] * 40, target=0.3)

    assert told is not None
    assert told.value == pytest.approx(0.30)
    assert 0.2 <= told.low < 0.3 < told.high <= 0.6
    assert ripened(Share(2, 10), [0.5], target=0.3) is None


def test_nothing_is_promised_of_what_is_settled() -> None:
    told = ripened(Share(30, 100), [], target=0.5)

    assert told is not None
    assert (told.low, told.value) == (0.3, 0.3)
    assert told.chance < 0.05


@pytest.mark.parametrize(
    ("actual", "chance", "is_over", "said"),
    [(120, 0.5, False, "met"), (80, 0.5, True, "missed"), (80, 0.9, False, "likely"),
     (80, 0.1, False, "unlikely"), (80, 0.5, False, "open"), (None, 0.5, True, "not enough data")],
)  # fmt: skip
def test_verdicts(actual: float | None, chance: float, is_over: bool, said: str) -> None:
    assert verdict(actual, 100, Forecast(0, 0, 0, chance), is_over=is_over) == said
