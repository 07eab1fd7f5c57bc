"""What knows the outcome is flagged, with its figure; what foretells it honestly is not."""

from __future__ import annotations

import numpy as np

from handraise.feedback.rehearsal.figures import Auc
from handraise.feedback.rehearsal.suspicion import (
    Lateness,
    late,
    strong_condition,
    strong_fact,
    strong_whole,
)


def test_what_came_with_the_outcome_is_flagged_with_its_share() -> None:
    flag = late(Lateness("Budget told", 30, 40, "became SQL"))

    assert flag is not None
    assert "30 of the 40 leads that became SQL" in flag.sentence
    assert "75 %" in flag.sentence
    assert "60–86" in flag.sentence


def test_what_mostly_came_before_or_is_seldom_is_not() -> None:
    assert late(Lateness("Asked for a demo", 19, 40, "became SQL")) is None
    assert late(Lateness("Rare", 19, 19, "became SQL")) is None
    assert late(Lateness("Nothing", 0, 0, "became SQL")) is None


def test_a_condition_that_parts_too_well_is_flagged() -> None:
    outcome = np.repeat([True, False], [100, 300])
    strong = np.concatenate([np.arange(100) < 70, np.arange(300) < 3])
    honest = np.concatenate([np.arange(100) < 50, np.arange(300) < 90])

    flag = strong_condition("Tags is won", strong, outcome)

    assert flag is not None
    assert "AUC of 0.84" in flag.sentence
    assert "96 %" in flag.sentence
    assert strong_condition("Title is head", honest, outcome) is None
    assert strong_condition("Not", ~strong, outcome) is not None
    assert strong_condition("Few", strong[:110], outcome[:110]) is None


def test_a_fact_whose_values_tell_the_outcome_is_flagged() -> None:
    chance = np.random.default_rng(7)
    outcome = chance.random(2_000) < 0.3
    tags = [("will buy" if came else "lost") if chance.random() < 0.9 else None
            for came in outcome.tolist()]  # fmt: skip
    country = chance.choice(["de", "fr", "se"], 2_000).tolist()

    flag = strong_fact("tags", tags, outcome)

    assert flag is not None
    assert "“tags” alone tells the outcome with an AUC of 0.9" in flag.sentence
    assert strong_fact("country", country, outcome) is None


def test_a_value_that_one_lead_has_tells_nothing() -> None:
    outcome = np.arange(2_000) % 3 == 0

    assert strong_fact("id", [f"lead {n}" for n in range(2_000)], outcome) is None


def test_numbers_are_read_in_tenths() -> None:
    chance = np.random.default_rng(7)
    outcome = chance.random(2_000) < 0.3
    told = (outcome * 4 + chance.normal(0, 1, 2_000)).tolist()
    honest = (outcome * 0.8 + chance.normal(0, 1, 2_000)).tolist()

    assert strong_fact("score_of_sales", told, outcome) is not None
    assert strong_fact("seconds", honest, outcome) is None


def test_a_draft_that_is_too_good_as_a_whole_is_flagged() -> None:
    assert strong_whole(Auc(0.95, 0.93, 0.97, 100, 100)) is not None
    assert strong_whole(Auc(0.91, 0.89, 0.93, 100, 100)) is None
    assert strong_whole(Auc(0.99, 0.93, 1.0, 20, 900)) is None
    assert strong_whole(None) is None
