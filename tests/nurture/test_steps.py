"""Steps of a journey are found, added, moved and taken out as people mean it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handraise.nurture import steps


def named(name: str) -> dict[str, Any]:
    return {"id": name, "leave": {}}


def fork(name: str, *ways: list[Any]) -> dict[str, Any]:
    made = [{"name": f"W{at}", "steps": one} for at, one in enumerate(ways)]
    return {"id": name, "branch": made}


def journey() -> dict[str, Any]:
    return {"steps": [named("a"), fork("f", [named("b"), named("c")], []), named("d")]}


def order(value: dict[str, Any]) -> list[str]:
    """Ids by place: `f`, then what stands on its ways with how deep it stands."""
    return [f"{'.' * (len(place) // 2)}{step['id']}" for place, step in steps.walk(value)]


def test_walking_goes_through_every_way_in_order() -> None:
    assert order(journey()) == ["a", "f", ".b", ".c", "d"]


@pytest.mark.parametrize(
    ("place", "to", "told"),
    [
        ((0,), (2,), ["f", ".b", ".c", "a", "d"]),
        ((0,), (1, 0, 0), ["f", ".a", ".b", ".c", "d"]),
        ((0,), (1, 1, 0), ["f", ".b", ".c", ".a", "d"]),
        ((1, 0, 1), (0,), ["c", "a", "f", ".b", "d"]),
        ((1, 0, 0), (1, 0, 2), ["a", "f", ".c", ".b", "d"]),
        ((2,), (0,), ["d", "a", "f", ".b", ".c"]),
        ((1,), (3,), ["a", "d", "f", ".b", ".c"]),
    ],
)
def test_a_step_is_moved_with_all_within_it(
    place: steps.Place, to: steps.Place, told: list[str]
) -> None:
    assert order(steps.moved(journey(), place, to)) == told


def test_up_and_down_lead_out_of_a_way_at_its_ends() -> None:
    value = journey()

    assert steps.above(value, (1, 0, 1)) == (1, 0, 0)
    assert steps.above(value, (1, 0, 0)) == (1,)
    assert steps.below(value, (1, 0, 1)) == (2,)
    assert steps.above(value, (0,)) is None
    assert steps.below(value, (2,)) is None


def test_a_step_cannot_be_moved_into_itself() -> None:
    with pytest.raises(LookupError):
        steps.moved(journey(), (1,), (1, 1, 0))


@pytest.mark.parametrize("told", ["", "x", "1.", "1.0", "-1", "9999", "1..2", "²"])
def test_what_is_no_place_is_not_read(told: str) -> None:
    with pytest.raises(LookupError):
        steps.read(told)


def test_a_value_of_any_shape_can_be_walked() -> None:
    odd: dict[str, Any] = {"steps": ["x", None, {"branch": "y"}, {"split": [1, {"steps": 2}]}]}

    assert [place for place, _ in steps.walk(odd)] == [(0,), (1,), (2,), (3,)]
    assert list(steps.walk({"steps": "none"})) == []


_trees = st.recursive(
    st.lists(st.integers(0, 999).map(lambda n: named(str(n))), max_size=3),
    lambda inner: st.lists(st.builds(lambda a, b: fork("f", a, b), inner, inner), max_size=2),
    max_leaves=8,
)


@given(_trees, st.data())
def test_moving_loses_no_step_and_changes_none(tree: list[Any], data: st.DataObject) -> None:
    value = {"steps": tree}
    before = sorted(step["id"] for _, step in steps.walk(value))
    places = [place for place, _ in steps.walk(value)]
    if not places:
        return
    place = data.draw(st.sampled_from(places))
    to = data.draw(st.sampled_from([g for g in steps.gaps(value) if g[: len(place)] != place]))
    if len(to) + _depth(steps.step_at(value, place)) > steps.DEEPEST:
        return

    moved = steps.moved(value, place, to)

    assert sorted(step["id"] for _, step in steps.walk(moved)) == before
    assert value == {"steps": tree}


def _depth(step: Any) -> int:
    inner = [_depth(each) + 2 for way in steps.ways_of(step) for each in way["steps"]]
    return max(inner, default=0)
