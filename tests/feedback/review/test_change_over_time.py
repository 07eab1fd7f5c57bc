"""Drift, fading, sources without wins and rejections: each by another way of counting."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2_contingency, fisher_exact

from handraise.feedback.rehearsal.figures import DAY
from handraise.feedback.review.changed import rejection_claims
from handraise.feedback.review.drift import QUARTER, cut, of_mix, of_scores, tide
from handraise.feedback.review.evidence import Rejected
from handraise.feedback.review.fading import fadings
from handraise.feedback.review.sources import barren
from handraise.feedback.review.weights import contributions, weighed
from tests.feedback.review.planting import SHAPES, history

N = 4_000


def a_year() -> np.ndarray:
    return np.arange(N) * (365 * DAY // N)


def test_the_last_quarter_is_91_days_or_a_fourth_of_a_short_history() -> None:
    at = a_year()

    assert cut(at) == int(at[-1]) - QUARTER
    assert cut(at // 10) == int(at[-1] // 10) - int(at[-1] // 10) // 4


@pytest.mark.parametrize("at", [np.zeros(0, int), np.full(N, 9), np.arange(50) * DAY])
def test_too_little_is_not_cut(at: np.ndarray) -> None:
    assert cut(at) is None


def test_a_mix_by_hand() -> None:
    recent = np.arange(N) < 1_000
    codes = np.where(recent, np.arange(N) % 2, (np.arange(N) % 4 == 0).astype(int))

    found = of_mix("source", codes, ("Search", "Fair"), recent)

    assert found.psi == pytest.approx(0.25 * np.log(0.5 / 0.25 / (0.5 / 0.75)), abs=0.002)
    table = [[500, 500], [2_250, 750]]
    assert found.p == pytest.approx(chi2_contingency(table, correction=False).pvalue, rel=1e-6)
    assert found.moved == "“Search” went from 75 % to 50 %" or "“Fair”" in found.moved


def test_without_change_the_index_is_what_chance_makes_it() -> None:
    chance = np.random.default_rng(1)
    recent = np.arange(N) >= 3_000
    found = [of_scores("fit", chance.normal(size=N), recent) for _ in range(200)]

    assert np.mean([one.psi for one in found]) == pytest.approx(found[0].chance, rel=0.15)
    assert np.mean([one.p < 0.05 for one in found]) == pytest.approx(0.05, abs=0.04)


def test_a_rising_share_is_seen_and_an_even_one_is_not() -> None:
    chance, at = np.random.default_rng(2), a_year()
    begins = cut(at)
    assert begins is not None

    rising = tide(at, chance.random(N) < 0.05 + 0.1 * at / at[-1], begins)
    even = [tide(at, chance.random(N) < 0.1, begins).p for _ in range(300)]

    assert rising.p < 1e-6
    assert rising.change > 1.25
    assert np.mean(np.array(even) < 0.05) <= 0.08


def test_a_faded_signal_has_lost_its_worth_and_others_have_not() -> None:
    evidence = history(11, "faded", leads=8_000)
    found = weighed(contributions(evidence.signals, evidence.weights), evidence.outcome, 1)
    begins = cut(evidence.at)
    assert found is not None
    assert begins is not None

    faded = fadings(found, evidence.outcome, evidence.at >= begins)

    last = len(SHAPES) - 1
    assert faded[last].p < 1e-6
    assert faded[last].left < 0.4
    assert min(one.p for place, one in faded.items() if place != last) > 1e-3


def test_a_source_without_wins_is_found_by_fishers_test() -> None:
    codes = (np.arange(N) < 600).astype(int)
    outcome = (codes == 0) & (np.arange(N) % 10 == 0)

    found = {one.label: one for one in barren("source", codes, ("Search", "List"), outcome)}

    one = found["List"]
    table = [[0, 600], [one.rest.count, one.rest.of - one.rest.count]]
    assert one.p == pytest.approx(fisher_exact(table, alternative="less").pvalue, rel=1e-6)
    assert one.is_big
    assert "Search" not in found  # the rest of it has no outcome that would be expected


@pytest.mark.parametrize("leads", [20, 60])
def test_a_small_source_is_not_asked_about(leads: int) -> None:
    codes = np.where(np.arange(N) < leads, 1, 0)
    outcome = (codes == 0) & (np.arange(N) % 10 == 0)

    asked = barren("source", codes, ("Search", "List"), outcome)

    assert "List" not in [one.label for one in asked]


def test_a_signal_that_fires_among_the_rejected_is_named() -> None:
    evidence = history(12, leads=2_000)
    usual = float(evidence.signals[0].fired.mean())
    name = evidence.signals[0].name
    said = Rejected("Too small", 80, 300, {name: min(usual * 2.5, 0.9), "Gone": 0.9})

    found = rejection_claims(replace(evidence, rejections=(said,)))

    assert [(one.about, one.is_big, one.p < 1e-6) for one in found] == [("Too small", True, True)]
    assert "Sales rejects 27 % of what it answers as “Too small”" in found[0].sentence
