"""Intervals that cover, tests that agree with those of others, the time that steps take."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from scipy import stats

from handraise.feedback.decide import Share
from handraise.feedback.funnel.comparing import holds_same_people
from handraise.feedback.funnel.decide import Cohort
from handraise.feedback.funnel.differences import Difference, holm, sentence
from handraise.feedback.standing.decide import Day, ripening_days

RUNS = 6000
counts = st.integers(1, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@pytest.mark.parametrize(("of", "p"), [(25, 0.25), (40, 0.15), (60, 0.5), (200, 0.03), (900, 0.9)])
def test_the_interval_of_a_share_covers_it_95_times_in_100(of: int, p: float) -> None:
    """Where n·p and n·(1−p) are above 5; exactly, by all that may come out."""
    each = np.arange(of + 1)
    covers = [Share(int(one), of).low <= p <= Share(int(one), of).high for one in each]

    assert 0.93 <= stats.binom.pmf(each, of, p)[covers].sum() <= 0.97


@pytest.mark.parametrize(
    ("one", "other"), [((40, 0.3), (60, 0.2)), ((100, 0.1), (90, 0.1)), ((400, 0.6), (300, 0.5))]
)
def test_the_interval_of_a_difference_covers_it(
    one: tuple[int, float], other: tuple[int, float]
) -> None:
    chance = np.random.default_rng(7)
    seen = zip(chance.binomial(*one, RUNS), chance.binomial(*other, RUNS), strict=True)
    truth = one[1] - other[1]

    bounds = [Difference(Share(int(a), one[0]), Share(int(b), other[0])).bounds for a, b in seen]

    assert 0.93 <= np.mean([low <= truth <= high for low, high in bounds]) <= 0.97


def test_the_interval_of_a_difference_is_newcombes() -> None:
    """56 of 70 against 48 of 80: the first example of his paper, method 10."""
    low, high = Difference(Share(56, 70), Share(48, 80)).bounds

    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)


@given(counts, counts)
def test_fishers_test_is_that_of_scipy(one: tuple[int, int], other: tuple[int, int]) -> None:
    difference = Difference(Share(*one), Share(*other))
    table = [[one[0], one[1] - one[0]], [other[0], other[1] - other[0]]]

    if difference.is_few:
        assert difference.p == pytest.approx(stats.fisher_exact(table).pvalue, abs=1e-6)
    else:
        chi2 = stats.chi2_contingency(table, correction=False)
        assert difference.p == pytest.approx(chi2.pvalue, abs=1e-6)


def test_nothing_is_found_where_nothing_is_more_often_than_said() -> None:
    chance = np.random.default_rng(3)
    found = sum(
        min(holm([Difference(Share(int(a), 80), Share(int(b), 90)).p
                  for a, b in zip(chance.binomial(80, 0.3, 5), chance.binomial(90, 0.3, 5),
                                  strict=True)])) < 0.05
        for _ in range(1000)
    )  # fmt: skip

    assert found <= 65


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_never_makes_a_finding_surer(chances: list[float]) -> None:
    corrected = holm(chances)

    assert all(after >= before for before, after in zip(chances, corrected, strict=True))
    assert all(0 <= one <= 1 for one in corrected)


def test_holm_is_as_in_his_paper() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        (Share(3, 10), Share(30, 90), "not enough data."),
        (Share(30, 100), Share(33, 100), "cannot be told apart"),
        (Share(80, 100), Share(40, 100), "higher in the first (+40.0 points"),
        (Share(40, 100), Share(80, 100), "lower in the first (−40.0 points"),
    ],
)
def test_a_comparison_says_what_it_is(one: Share, other: Share, says: str) -> None:
    difference = Difference(one, other)

    assert says in sentence("MQL to SAL", difference, difference.p)


@given(counts, counts)
def test_no_comparison_says_nan(one: tuple[int, int], other: tuple[int, int]) -> None:
    difference = Difference(Share(*one), Share(*other))

    assert "nan" not in sentence("A", difference, difference.p)
    assert -1 <= difference.bounds[0] <= difference.bounds[1] <= 1


@pytest.mark.parametrize("seed", range(5))
def test_ripening_is_the_survival_of_history(seed: int) -> None:
    """Nine tenths of what Kaplan and Meier's curve comes to, by the days of lifelines."""
    chance = np.random.default_rng(seed)
    waits = np.where(chance.random(800) < 0.4, chance.exponential(9, 800), np.inf)
    seen = chance.uniform(0, 200, 800)
    came, days = waits <= seen, np.floor(np.minimum(waits, seen)).astype(int)
    rows = [
        Day(int(day), int((came & (days == day)).sum()), int((~came & (days == day)).sum()))
        for day in np.unique(days)
    ]

    curve = 1 - KaplanMeierFitter().fit(days, came).survival_function_["KM_estimate"]
    enough = [day for day in curve.index if (days >= day).sum() >= 20]
    wanted = curve[enough][curve[enough] >= 0.9 * curve[enough].iloc[-1] - 1e-12].index[0] + 1

    assert ripening_days(rows) == int(wanted)
    assert wanted == pytest.approx(9 * np.log(10), abs=7)


def test_too_few_say_nothing_of_ripening() -> None:
    assert ripening_days([]) is None
    assert ripening_days([Day(3, 19, 500)]) is None
    assert ripening_days([Day(0, 40, 0)]) == 1


NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def test_two_cohorts_that_may_share_people_are_not_compared() -> None:
    day = timedelta(days=1)
    march = Cohort(NOON, NOON + 30 * day)

    assert holds_same_people(march, Cohort(NOON + 29 * day, NOON + 60 * day))
    assert not holds_same_people(march, Cohort(NOON + 30 * day, NOON + 60 * day))
    one, two = (Cohort(NOON, NOON + day, only="version", value=each) for each in ("=1", "=2"))
    assert not holds_same_people(one, two)
    assert holds_same_people(one, one)
    assert holds_same_people(one, Cohort(NOON, NOON + day, only="source", value="=2"))
