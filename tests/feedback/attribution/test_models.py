"""The six ways of sharing: by hand, by brute force over invented paths, and what always holds."""

from __future__ import annotations

from collections import Counter, defaultdict
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraise.feedback.attribution.decide import (
    MOST,
    Model,
    Path,
    Steps,
    once_a_visit,
    removal,
    shared,
    transitions,
    weights,
    widest,
)


def lost_steps(paths: list[tuple[str, ...]]) -> Steps:
    """The steps of paths without an outcome, as the statement gives them."""
    found: Counter[tuple[str | None, str | None]] = Counter()
    for names in paths:
        found.update(zip((None, *names), (*names, None), strict=True))
    return dict(found)


def path(*names: str, days: tuple[float, ...] = (), weight: float = 1) -> Path:
    return Path(names, days or tuple(float(len(names) - i) for i in range(len(names))), weight)


def test_what_each_model_gives_by_hand() -> None:
    days = (21.0, 14.0, 7.0, 0.0)

    assert weights(Model.FIRST, days) == [1, 0, 0, 0]
    assert weights(Model.LAST, days) == [0, 0, 0, 1]
    assert weights(Model.LINEAR, days) == [0.25] * 4
    assert weights(Model.DECAY, days) == pytest.approx([1 / 15, 2 / 15, 4 / 15, 8 / 15])
    assert weights(Model.POSITION, days) == pytest.approx([0.4, 0.1, 0.1, 0.4])
    assert weights(Model.POSITION, days[:2]) == [0.5, 0.5]
    assert all(weights(model, (3.0,)) == [1] for model in Model if model is not Model.MARKOV)


def test_removal_in_the_textbook_example() -> None:
    """Three paths: A B C leads to an outcome, B C and C A do not… worked by hand.

    Steps: begin to A 1/3, B 1/3, C 1/3; A to B 1/2, to nothing 1/2; B to C 1; C to outcome 1/3,
    to A 1/3, to nothing 1/3. With c the chance from C: c = 1/3 + a/3, a = b/2, b = c, so
    c = 2/5, a = 1/5, and from the beginning 1/3. Without A: c = 1/3, so 2/9, an effect of 1/3.
    Without B: a = 0, c = 1/3, so 1/9, an effect of 2/3. Without C: 0, an effect of 1.
    """
    won, lost = [("A", "B", "C")], [("B", "C"), ("C", "A")]

    assert removal(transitions(won, lost_steps(lost))) == pytest.approx(
        {"A": (1 / 3) / 2, "B": (2 / 3) / 2, "C": 1 / 2}
    )


def brute_force(won: list[tuple[str, ...]], lost: list[tuple[str, ...]]) -> dict[str, float]:
    """The fundamental matrix of the whole chain, inverted anew with each name as a dead end."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for names, end in [*((one, "+") for one in won), *((one, "-") for one in lost)]:
        for before, after in zip(("(", *names), (*names, end), strict=True):
            counts[before][after] += 1

    def chance(without: str | None) -> float:
        states = [one for one in counts if one != without]
        moves = np.zeros((len(states), len(states)))
        ends = np.zeros((len(states), 2))
        for row, before in enumerate(states):
            total = sum(counts[before].values())
            for after, count in counts[before].items():
                if after in {"+", "-"} or after == without:
                    ends[row, 0 if after == "+" else 1] += count / total
                else:
                    moves[row, states.index(after)] += count / total
        absorbed = np.linalg.inv(np.eye(len(states)) - moves) @ ends
        return float(absorbed[states.index("("), 0])

    effects = {name: 1 - chance(name) / chance(None) for name in counts if name != "("}
    return {name: effect / sum(effects.values()) for name, effect in effects.items()}


@pytest.mark.parametrize("seed", range(8))
def test_removal_is_that_of_the_inverted_matrix(seed: int) -> None:
    random = Random(seed)
    invented = [tuple(random.choices("ABCDEF", k=random.randint(1, 7))) for _ in range(300)]
    won, lost = invented[:90], invented[90:]

    found = removal(transitions(won, lost_steps(lost)))

    assert found == pytest.approx(brute_force(won, lost))


@pytest.mark.parametrize("seed", range(4))
def test_single_paths_are_shared_as_told_one_by_one(seed: int) -> None:
    random = Random(seed)
    paths = []
    for _ in range(60):
        names = random.choices("ABCD", k=random.randint(1, 6))
        days = sorted((random.random() * 90 for _ in names), reverse=True)
        paths.append(Path(tuple(names), tuple(days), random.choice((1.0, 250.0))))

    expected: Counter[str] = Counter()
    for one in paths:
        worth = [2 ** (-day / 7) for day in one.days]
        for name, share in zip(one.names, worth, strict=True):
            expected[name] += one.weight * share / sum(worth)

    found = {one.name: one.by[Model.DECAY] for one in shared(paths, {}, rest="rest").credits}
    assert found == pytest.approx(dict(expected))


NAMES = st.lists(st.sampled_from("ABCDE"), min_size=1, max_size=6).map(tuple)


@given(won=st.lists(NAMES, min_size=1, max_size=12), lost=st.lists(NAMES, max_size=12))
def test_every_model_shares_all_there_is_and_no_more(
    won: list[tuple[str, ...]], lost: list[tuple[str, ...]]
) -> None:
    found = shared([path(*names) for names in won], lost_steps(lost), rest="rest").credits

    for model in Model:
        given_out = [one.by[model] for one in found]
        assert min(given_out) >= 0
        assert sum(given_out) == pytest.approx(len(won))


def test_beyond_the_most_common_the_rest_are_one() -> None:
    paths = [path("common", f"name {place}") for place in range(MOST + 20)]

    lost = {(None, "seen once"): 3.0, ("seen once", None): 3.0}
    found = shared([*paths, path(weight=7)], lost, rest="rest").credits

    assert len(found) == MOST + 1
    assert found[0].name == "common"
    assert found[-1].name == "rest"
    assert all(sum(one.by[model] for one in found) == pytest.approx(len(paths)) for model in Model)


def test_without_outcomes_nothing_is_shared() -> None:
    assert shared([], {(None, "A"): 4.0, ("A", None): 4.0}, rest="rest").credits == []
    assert removal({}) == {}


def test_the_same_name_within_a_visit_is_one_touch() -> None:
    touchpoints = [
        ("A", 0.0),
        ("A", 1700.0),
        ("A", 3400.0),
        ("B", 3500.0),
        ("A", 3600.0),
        ("A", 9e3),
    ]

    assert once_a_visit(touchpoints) == [("A", 0.0), ("B", 3500.0), ("A", 3600.0), ("A", 9e3)]


def test_where_models_disagree_most() -> None:
    paths = [path("A", "B", "C")] * 30 + [path("B")] * 10

    told = widest(shared(paths, {}, rest="rest").credits, 40)

    assert told is not None
    assert (told[0].name, told[1], told[2]) == ("A", Model.FIRST, Model.LAST)
    assert widest(shared([path("A")] * 30, {}, rest="rest").credits, 30) is None
