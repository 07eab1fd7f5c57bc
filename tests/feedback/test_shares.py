"""Shares with their interval, and the sentence that a funnel comes to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraise.feedback.decide import ENOUGH, Share, Z, finding, steps
from handraise.leads.decide import PATH, Stage

LEAD, MQL, SAL, SQL, OPPORTUNITY, CUSTOMER = PATH


@given(st.integers(1, 5000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_interval_is_wilsons(counts: tuple[int, int]) -> None:
    """Its bounds are the shares from which the seen one lies just z standard errors away."""
    count, of = counts
    share = Share(count, of)

    for bound in (share.low, share.high):
        away = (count / of - bound) ** 2
        assert away == pytest.approx(Z * Z * bound * (1 - bound) / of, abs=1e-9)
    assert share.low <= count / of <= share.high


def test_nothing_says_nothing() -> None:
    assert Share(0, 0).value is None
    assert (Share(0, 0).low, Share(0, 0).high) == (0.0, 1.0)
    assert not Share(9, ENOUGH - 1).is_enough


def test_a_skipped_step_counts_as_gone_on() -> None:
    path = steps(
        [
            (frozenset({LEAD}), 60),
            (frozenset({LEAD, MQL}), 20),
            (frozenset({LEAD, MQL, SAL, SQL}), 10),
            (frozenset({LEAD, MQL, SQL}), 10),
        ],
        entered=LEAD,
        versions={MQL: (1, 2)},
    )

    assert [step.reached for step in path] == [100, 40, 10, 20, 0, 0]
    assert [step.from_before for step in path][1:4] == [
        Share(40, 100),
        Share(20, 40),
        Share(10, 10),
    ]
    assert path[1].versions == (1, 2)


def test_a_later_cohort_begins_at_its_stage() -> None:
    path = steps([(frozenset({SAL, SQL}), 5)], entered=SAL, versions={})

    assert [step.stage for step in path] == [SAL, SQL, OPPORTUNITY, CUSTOMER]


@pytest.mark.parametrize(
    ("combinations", "says"),
    [
        ([], "Nobody came in during this time"),
        ([(frozenset({LEAD}), 5)], "Not enough data yet to say how leads go on"),
        ([(frozenset({LEAD}), 95), (frozenset({LEAD, MQL}), 5)], "5 in a hundred leads become MQL"),
        (
            [(frozenset({LEAD, MQL}), 30), (frozenset({LEAD, MQL, SAL}), 70)],
            "Sales accepts seven in ten MQLs",
        ),
    ],
)
def test_the_heading_is_the_finding(
    combinations: list[tuple[frozenset[Stage], int]], says: str
) -> None:
    assert finding(steps(combinations, entered=LEAD, versions={})) == says
