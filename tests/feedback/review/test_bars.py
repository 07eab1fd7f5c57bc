"""Bars by capacity and by cost against counting lead by lead, and the curve by tenths."""

from __future__ import annotations

import numpy as np
import pytest

from handraise.feedback.rehearsal.figures import WEEK
from handraise.feedback.review.bars import Counted, bars, findings
from handraise.feedback.review.calibration import calibration, discrimination
from handraise.feedback.review.report import Bars

N = 5_000
CHANCE = np.random.default_rng(1)
PRIORITY = CHANCE.uniform(0, 90, N)
OUTCOME = CHANCE.random(N) < 1 / (1 + np.exp(5 - PRIORITY / 15))
AT = np.linspace(0, 50 * WEEK, N).astype(np.int64)


def made(present: float | None = 20.0, capacity: float | None = 30.0) -> Bars:
    counted = Counted(PRIORITY, OUTCOME, AT)
    return bars(
        counted, present=present, capacity=capacity, hour=60.0, missed=400.0, name="SQL", seed=1
    )


@pytest.mark.parametrize("bar", [0, 37, 89, 100])
def test_a_point_of_the_curve_is_what_counting_says(bar: int) -> None:
    point = made().points[bar]
    above = bar <= PRIORITY

    assert (point.precision.count, point.precision.of) == (OUTCOME[above].sum(), above.sum())
    assert point.missed == OUTCOME[~above].sum()
    assert point.a_week == pytest.approx(above.sum() / 50)
    assert point.cost == 60 * (above & ~OUTCOME).sum() + 400 * (~above & OUTCOME).sum()


def test_the_bar_that_fits_is_the_lowest_that_does() -> None:
    found = made()

    assert found.fits is not None
    assert found.fits.a_week <= 30 < found.points[int(found.fits.bar) - 1].a_week


def test_the_cheapest_bar_lies_where_both_mistakes_cost_the_same() -> None:
    found = made().best

    # One in 1 + 400/60 has the outcome where a lead is worth its hour.
    true = 15 * (5 + np.log(60 / 400))
    assert found is not None
    assert found.low <= true <= found.high
    assert found.high - found.low < 25


def test_too_many_for_the_team_and_too_dear_are_said_with_the_bar() -> None:
    said = {one.code: one for one in findings(made(), "SQL")}

    change = said["bar_by_capacity"].change
    assert change is not None
    assert (change.deed, change.at_least) == ("raise_bar", made().fits.bar)  # type: ignore[union-attr]
    assert "bar_by_cost" in said
    assert not said["bar_by_cost"].is_sure


def test_nothing_is_said_against_a_bar_that_is_right() -> None:
    assert findings(made(present=made().best.value, capacity=200.0), "SQL") == []  # type: ignore[union-attr]


def test_tenths_along_one_line_are_called_so() -> None:
    found = calibration(PRIORITY, OUTCOME, "SQL")

    assert len(found.tenths) == 10
    assert found.p is not None
    assert found.p > 0.01
    assert "rise along one line" in found.sentence
    assert sum(one.expected * one.share.of for one in found.tenths) == pytest.approx(
        OUTCOME.sum(), rel=0.01
    )


def test_tenths_that_bend_are_called_so() -> None:
    bent = CHANCE.random(N) < np.where(PRIORITY > 45, 0.1, 0.3)

    assert "do not follow one line" in calibration(PRIORITY, bent ^ (PRIORITY > 80), "SQL").sentence


def test_a_priority_that_tells_nothing_is_called_chance() -> None:
    found = discrimination(PRIORITY, {}, CHANCE.random(N) < 0.1, "SQL")

    assert "no better than chance" in found.sentence
    assert found.fit is None
