"""How chance is held down over all that a review asks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from handraise.feedback.review.claims import (
    FAMILIES,
    SURE,
    Claim,
    discovered,
    holm,
    ordered,
    settled,
    strength,
)


def claim(p: float, *, is_big: bool = True, about: str = "x") -> Claim:
    return Claim("points", "over_emphasised", about, p, is_big, "So it is.")


def test_holm_by_hand() -> None:
    assert holm(np.array([0.01, 0.04, 0.03, 0.5])) == pytest.approx([0.04, 0.09, 0.09, 0.5])


def test_discoveries_are_those_of_scipy() -> None:
    p = np.random.default_rng(1).random(40) ** 3

    assert discovered(p) == pytest.approx(false_discovery_control(p))


def test_nothing_asked_finds_nothing() -> None:
    assert settled([]) == []


def test_a_claim_stands_above_the_bar_or_below_it_or_not_at_all() -> None:
    asked = [claim(1e-9, about="sure"), claim(0.01, about="look"), claim(1e-9, is_big=False)]
    asked += [claim(0.9, about=str(number)) for number in range(1)]

    assert [(one.about, one.is_sure) for one in settled(asked)] == [("sure", True), ("look", False)]


def test_of_reviews_by_chance_alone_few_have_anything_above_the_bar() -> None:
    chance = np.random.default_rng(2)
    sure = 0
    for _ in range(2_000):
        claims = [Claim(family, "x", "x", p, True, "") for family in FAMILIES
                  for p in chance.random(20)]  # fmt: skip
        sure += any(one.is_sure for one in settled(claims))

    assert sure / 2_000 <= SURE + 0.015


def test_the_sure_ones_stand_first() -> None:
    found = settled([claim(1e-30, about="b"), claim(1e-9, about="a"), claim(0.01, about="c")])

    assert [one.about for one in ordered(found[::-1])] == ["b", "a", "c"]


def test_strength_rises_as_chance_falls() -> None:
    assert strength(1e-4) == 0.5
    assert 0 <= strength(1.0) < strength(1e-3) < strength(0.0) < 1
