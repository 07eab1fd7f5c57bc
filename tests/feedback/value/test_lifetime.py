"""What a customer is worth: against lifelines, by hand, and by simulation of the interval."""

from __future__ import annotations

import numpy as np
import pytest
from lifelines import KaplanMeierFitter

from handraise.feedback.value.decide import (
    FEWEST_DRAWS,
    FOLLOWED,
    WORK,
    Assumptions,
    Lifetime,
    Recurring,
    _drawn,
    lifetime,
    mean_of,
)

NOTHING = Assumptions(discount=0.0, margin=1.0, years=5)


def monthly(paid: list[int], stopped: list[bool], margin: list[float] | None = None) -> Recurring:
    """A purchase for each customer."""
    worth = np.ones(len(paid)) if margin is None else np.array(margin)
    return Recurring(np.arange(len(paid)), worth, np.array(paid), np.array(stopped))


def life(given: Recurring, assumed: Assumptions = NOTHING, *, once: float = 0) -> Lifetime:
    customers = int(given.customer.max()) + 1
    found = lifetime(np.full(customers, float(once)), {"month": given}, assumed, enough=20)
    assert found is not None
    return found


def invented(chance: np.random.Generator, customers: int, *, leaves: float) -> Recurring:
    """Purchases of the last three years, each stopping with this chance after each payment."""
    ends = chance.geometric(leaves, customers)
    due = chance.integers(1, 37, customers)
    margin = chance.lognormal(4, 0.6, customers)
    return monthly(np.minimum(ends, due).tolist(), (ends < due).tolist(), margin.tolist())


def test_by_hand() -> None:
    """Of twenty, ten stop after the first payment; of the other ten, all are followed to 3."""
    found = life(monthly([1] * 10 + [3] * 10, [True] * 10 + [False] * 10), once=7)

    assert found.kept[0].shares == (1, 0.5, 0.5)
    assert found.value == pytest.approx(7 + 1 + 0.5 + 0.5)
    assert found.kept[0].is_cut


@pytest.mark.parametrize("seed", range(5))
def test_the_shares_are_those_of_lifelines(seed: int) -> None:
    given = invented(np.random.default_rng(seed), 120, leaves=0.08)
    margin = np.ceil(given.margin)
    # One that runs was last seen to go on one payment before its newest.
    seen = given.paid - np.where(given.stopped, 0, 1)
    oracle = KaplanMeierFitter().fit(seen, given.stopped, weights=margin)

    shares = life(Recurring(given.customer, margin, given.paid, given.stopped)).kept[0].shares

    assert len(shares) > 12
    assert shares == pytest.approx([oracle.predict(place) for place in range(len(shares))])


def test_a_purchase_weighs_as_much_as_its_margin() -> None:
    """Small ones stop at once, large ones stay: the money that stays is what counts."""
    paid, stopped = [1] * 20 + [3] * 20, [True] * 20 + [False] * 20

    found = life(monthly(paid, stopped, [1.0] * 20 + [9.0] * 20))

    assert found.kept[0].shares[1] == pytest.approx(0.9)


def test_later_payments_are_discounted() -> None:
    found = life(monthly([13] * 20, [False] * 20), Assumptions(discount=0.2, margin=1, years=1))

    assert found.value == pytest.approx(sum(1.2 ** (-month / 12) for month in range(12)))
    assert not found.kept[0].is_cut


def test_nothing_is_reckoned_beyond_what_was_followed() -> None:
    few = FOLLOWED - 1
    found = life(monthly([4] * 30 + [40] * few, [False] * (30 + few)))

    assert len(found.kept[0].shares) == 4
    assert found.kept[0].is_cut


@pytest.mark.parametrize(
    "given",
    [
        monthly([1], [False]),
        monthly([1] * 30, [True] * 30),
        monthly([5] * 30, [False] * 30, [0.0] * 30),
        monthly([60] * 30, [True] * 30),
    ],
    ids=["one", "all stopped", "no margin", "long"],
)
def test_odd_histories_give_numbers(given: Recurring) -> None:
    found = life(given)

    told = [found.value, *(x for x in (found.low, found.high) if x is not None)]
    assert np.isfinite(told).all()
    assert all(np.isfinite(kept.shares).all() for kept in found.kept)


def test_nobody_is_worth_nothing_that_is_known() -> None:
    assert lifetime(np.array([]), {}, NOTHING, enough=20) is None


def test_the_interval_of_a_lifetime_holds_the_truth() -> None:
    """Sixty customers, 300 histories, a horizon of a year: at least 90 in 100."""
    leaves, margin = 0.06, float(np.exp(4 + 0.6**2 / 2))
    truth = margin * sum((1 - leaves) ** month for month in range(12))
    chance, held = np.random.default_rng(11), 0
    for _ in range(300):
        found = life(invented(chance, 60, leaves=leaves), Assumptions(0, 1, 1))
        assert len(found.kept[0].shares) == 12
        assert found.low is not None
        assert found.high is not None
        held += found.low <= truth <= found.high

    assert held / 300 >= 0.90


def test_the_interval_of_a_mean_of_mostly_nothing_holds_the_truth() -> None:
    chance, held, truth = np.random.default_rng(5), 0, 0.1 * float(np.exp(8 + 0.5**2 / 2))
    for _ in range(300):
        won = chance.binomial(400, 0.1)
        found = mean_of(chance.lognormal(8, 0.5, won), 400, enough=20)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= truth <= found.high

    assert held / 300 >= 0.90


def test_too_few_get_no_interval() -> None:
    assert mean_of(np.array([5.0] * 4), 400, enough=20).low is None
    assert mean_of(np.array([5.0] * 9), 19, enough=20).low is None
    assert mean_of(np.array([]), 0, enough=20).each is None


def test_however_many_customers_a_look_takes_bounded_memory() -> None:
    many = WORK // 50
    sizes = [some.shape for some in _drawn(many)]

    assert sum(draws for draws, _ in sizes) == FEWEST_DRAWS
    assert all(draws * customers <= WORK for draws, customers in sizes)
