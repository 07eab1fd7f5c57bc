"""Shares with their interval, and the sentence that a funnel comes to."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import handraise
from handraise.feedback.decide import ENOUGH, Share, Step, Z, finding
from handraise.kit.shares import percent
from handraise.leads.decide import PATH
from handraise.ui.templatetags.ui import percent as filtered


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


def path(*reached: int) -> list[Step]:
    """The path of a cohort of which so many reached each stage."""
    shares = [None, *(Share(b, a) for a, b in itertools.pairwise(reached))]
    return [
        Step(stage, count, share, ())
        for stage, count, share in zip(PATH, reached, shares, strict=False)
    ]


@pytest.mark.parametrize(
    ("reached", "says"),
    [
        ([], "Nobody came in during this time"),
        ([0, 0], "Nobody came in during this time"),
        ([5, 0, 0], "Not enough data yet to say how leads go on"),
        ([100, 5, 0], "5 in a hundred leads become MQL"),
        ([100, 100, 70], "In the end sales accepts seven in ten MQLs"),
        ([40, 12, 11, 9], "Three in ten leads become MQL"),
    ],
)
def test_the_heading_is_the_finding(reached: list[int], says: str) -> None:
    assert finding(path(*reached)) == says


def test_percentages_are_written_one_way() -> None:
    """`27 %` everywhere: sentences have it from one place, templates from their filter."""
    assert percent(0.271) == "27 %"
    assert percent(0.2714, 1) == "27.1 %"
    assert percent(0.271) == filtered(0.271)
    own = re.compile(r"\{[^{}\n]*:[,.\d]*%\}|\.\df\} %")
    folder = Path(handraise.__file__).parent
    found = [path.name for path in folder.rglob("*.py") if own.search(path.read_text("utf-8"))]
    assert found == []
