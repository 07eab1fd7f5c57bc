"""The whole review: planted causes are found, nothing is found where nothing is wrong, and bad
input gets a sentence."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest

from bench.planted import PLANTS, judged
from handraise.feedback.review.evidence import Candidate, Evidence
from handraise.feedback.review.judging import review
from handraise.feedback.review.report import Review, as_plain, of_plain
from tests.feedback.review.planting import UNUSED, USELESS, Plant, history, without_outcomes

N = 1_500


def made(evidence: Evidence, **options: Any) -> Review:
    asked = {
        "document_bar": 30.0, "capacity_a_week": 40.0, "cost_of_hour": 60.0,
        "cost_of_missed": 800.0, "seed": 1,
    }  # fmt: skip
    return review(evidence, **{**asked, **options})


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return history(1, leads=N)


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_cause_is_named(plant: Plant) -> None:
    assert [judged((seed, plant))[0] for seed in (100, 101, 102)] == [True] * 3


def test_nothing_is_named_where_nothing_was_planted() -> None:
    assert [said for seed in range(200, 210) for said in judged((seed, None))[1]] == []


@pytest.mark.slow
@pytest.mark.parametrize("plant", PLANTS)
def test_each_cause_is_named_in_19_of_20(plant: Plant) -> None:
    assert sum(judged((seed, plant))[0] for seed in range(440, 460)) >= 19


@pytest.mark.slow
def test_of_what_stands_above_the_bar_at_most_one_in_twenty_is_false() -> None:
    free = [said for seed in range(460, 660) for said in judged((seed, None))[1]]
    planted = [judged((seed, plant)) for seed in range(440, 460) for plant in PLANTS]
    besides = sum(len(said) for _, said in planted)
    named = sum(is_named for is_named, _ in planted)

    assert len(free) / 200 <= 0.05
    assert besides / (besides + named) <= 0.05


def test_a_useless_signal_is_to_lose_its_points() -> None:
    found = next(one for one in made(history(2, "useless")).findings if one.about == USELESS)

    assert found.is_sure
    assert found.change is not None
    assert found.change.deed == "remove" or (found.change.points or 0) < 15


def test_a_strong_unused_fact_is_to_get_points() -> None:
    found = next(one for one in made(history(2, "unused")).findings if one.about == UNUSED)

    assert found.change is not None
    assert (found.change.deed, found.change.fact, found.change.value) == ("add_fit", UNUSED, "yes")
    assert (found.change.points or 0) > 10


@pytest.mark.parametrize("plant", ["leak", "late leak"])
def test_what_leaks_is_never_proposed(plant: Plant) -> None:
    said = [one for one in made(history(3, plant)).findings if one.code in ("leakage", "unused")]

    assert {(one.code, one.change) for one in said} == {("leakage", None)}


def test_a_priority_too_good_to_be_true_is_called_leakage(evidence: Evidence) -> None:
    knows = evidence.priority > np.quantile(evidence.priority, 0.9)

    found = made(replace(evidence, outcome=knows)).findings

    assert any(one.code == "leakage" and one.about == "priority" for one in found)


def _first(n: int, evidence: Evidence) -> Evidence:
    return replace(
        evidence, lead_ids=evidence.lead_ids[:n], at=evidence.at[:n],
        outcome=evidence.outcome[:n], priority=evidence.priority[:n],
        scores={kind: score[:n] for kind, score in evidence.scores.items()},
        signals=tuple(
            replace(one, fired=one.fired[:n], given=one.given[:n], raw=one.raw[:n])
            for one in evidence.signals
        ),
        candidates=tuple(replace(one, values=one.values[:n]) for one in evidence.candidates),
        dimensions={name: (codes[:n], texts) for name, (codes, texts) in
                    evidence.dimensions.items()},
    )  # fmt: skip


def _with(evidence: Evidence, *, places: slice) -> Evidence:
    outcome = np.zeros(N, dtype=bool)
    outcome[places] = True
    return replace(evidence, outcome=outcome)


ODD = {
    "nobody": (lambda one: _first(0, one), "no_leads"),
    "one lead": (lambda one: _first(1, one), "no_outcomes"),
    "three leads": (lambda one: _first(3, one), "no_outcomes"),
    "no outcome": (without_outcomes, "no_outcomes"),
    "one outcome": (lambda one: _with(one, places=slice(7, 8)), "one_outcome"),
    "few": (lambda one: _with(one, places=slice(7, 15)), "not_enough"),
    "all won": (lambda one: _with(one, places=slice(None)), "all_came"),
    "all but one": (lambda one: _with(one, places=slice(1, None)), "not_enough"),
    "one instant": (lambda one: replace(one, at=np.full(N, 5)), None),
    "one score": (lambda one: replace(one, priority=np.zeros(N)), "no_discrimination"),
    "no signals": (lambda one: replace(one, signals=(), candidates=(), dimensions={}), None),
    "out of range": (lambda one: replace(one, priority=one.priority * 9 - 300), None),
    "separable": (lambda one: replace(one, outcome=one.signals[0].fired), "leakage"),
    "unknown facts": (
        lambda one: replace(one, candidates=(
            Candidate("fact", "none", np.full(N, -1)),
            Candidate("activity", "never", np.zeros(N, int)),
        )), None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_bad_input_gets_sentences_and_finite_figures(name: str, evidence: Evidence) -> None:
    turned, code = ODD[name]

    found = made(turned(evidence))

    assert code is None or code in [one.code for one in found.findings]
    assert of_plain(json.loads(msgspec.json.encode(as_plain(found)))) == found
    assert all(math.isfinite(one) for one in _numbers(as_plain(found)))
    assert all(one.sentence.endswith(".") for one in found.findings)


def _numbers(plain: Any) -> list[float]:
    if isinstance(plain, dict):
        return [one for part in plain.values() for one in _numbers(part)]
    if isinstance(plain, list | tuple):
        return [one for part in plain for one in _numbers(part)]
    return [plain] if isinstance(plain, float) else []


def test_odd_signals_are_called_what_they_are(evidence: Evidence) -> None:
    one, nothing = evidence.signals[0], np.zeros(N)
    always = replace(one, name="Always", fired=nothing == 0, given=nothing + 25, raw=nothing + 25)
    never = replace(one, name="Never", fired=nothing > 0, given=nothing, raw=nothing)
    twin = replace(one, name="Twin")

    found = made(replace(evidence, signals=(*evidence.signals, always, never, twin)))

    assert [row.verdict for row in found.signals[-3:-1]] == ["always fires", "never fires"]
    said = {(one.code, one.about) for one in found.findings}
    assert {("always_fires", "Always"), ("never_fires", "Never")} <= said
    assert ("correlated", one.name) in said


def test_the_same_evidence_and_seed_give_the_same_review(evidence: Evidence) -> None:
    assert as_plain(made(evidence)) == as_plain(made(evidence))


def test_nothing_is_said_of_a_bar_without_capacity_and_costs(evidence: Evidence) -> None:
    found = made(evidence, capacity_a_week=None, cost_of_hour=None)

    assert (found.bars.fits, found.bars.best) == (None, None)
    assert not [one for one in found.findings if one.code.startswith("bar_")]
