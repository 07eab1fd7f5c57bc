"""Values of a fact as a few codes, and each label as the condition that says the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from handraise.feedback.review.labels import MOST, condition, of_numbers, of_texts


def holds(test: Any, value: float) -> bool:
    """Whether a number passes the test of a condition, by hand."""
    if not isinstance(test, dict):
        return bool(value == test)
    ((operator, bound),) = test.items()
    if operator == "between":
        return bool(bound[0] <= value <= bound[1])
    return bool(value >= bound if operator == "at_least" else value <= bound)


@pytest.mark.parametrize("seed", range(6))
def test_each_range_holds_of_its_own_numbers_and_of_no_others(seed: int) -> None:
    chance = np.random.default_rng(seed)
    values = np.round(chance.normal(0, 10**seed, 500), seed % 3)
    places = np.arange(0, 1000, 2)

    coded = of_numbers(places, values, 1000)

    assert (coded.codes[1::2] == -1).all()
    assert len(coded.labels) == len(set(coded.labels)) <= 10
    for code, label in enumerate(coded.labels):
        said = condition("size", label, kind="number")
        assert said is not None
        found = [holds(said["size"], value) for value in values]
        assert found == (coded.codes[::2] == code).tolist()


def test_few_numbers_stand_by_themselves() -> None:
    coded = of_numbers(np.arange(6), np.array([1.0, 2.5, 1.0, -3.0, 2.5, 1.0]), 6)

    assert coded.labels == ("-3", "1", "2.5")
    assert condition("size", "2.5", kind="number") == {"size": 2.5}


def test_the_commonest_texts_stand_by_themselves_and_the_rest_together() -> None:
    texts = [f"v{number}" for number in range(40)]
    numbers = np.repeat(np.arange(40), 10)

    coded = of_texts(np.arange(400), numbers, texts, 400)

    assert len(coded.labels) == MOST + 1
    assert coded.labels[-1] == "anything else"
    assert condition("fact", coded.labels[-1], kind="text") is None


def test_of_texts_that_are_all_different_only_that_they_are_known() -> None:
    coded = of_texts(np.arange(100), np.arange(100), [f"p{n}@a.example" for n in range(100)], 120)

    assert coded.labels == ("is known",)
    assert coded.codes.tolist() == [0] * 100 + [-1] * 20
