"""The picture of a journey: nothing covers anything, ways join, ends have no line on."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from handraise.nurture.drawing import BOX, Node, Picture, Way, drawn


def step(name: str = "s", *ways: Way, ends: bool = False) -> Node:
    return Node(name, "wait", "hourglass", name, ways=ways, ends=ends)


def way(*nodes: Node, ends: bool = False) -> Way:
    return Way("Way", nodes, ends)


def lines_into(picture: Picture, y: int) -> int:
    return sum(line.endswith(f"V{y}") for line in picture.lines)


def overlaps(picture: Picture) -> bool:
    return any(
        abs(one.x - other.x) < BOX[0] and abs(one.y - other.y) < BOX[1]
        for one, other in combinations(picture.boxes, 2)
    )


def test_steps_stand_beneath_each_other_around_one_line() -> None:
    picture = drawn([step("a"), step("b"), step("c")])

    tops = [box.y for box in picture.boxes]
    assert tops == sorted(tops)
    assert len({box.x for box in picture.boxes}) == 1
    assert len(picture.lines) == 4, "In, twice between, and out."


def test_ways_stand_side_by_side_and_join_below() -> None:
    picture = drawn([step("f", way(step("a"), step("b")), way(step("c"))), step("after")])

    boxes = {box.node.id: box for box in picture.boxes}
    assert boxes["a"].y == boxes["c"].y
    assert boxes["a"].right < boxes["c"].x
    assert boxes["after"].y > boxes["b"].bottom
    assert lines_into(picture, boxes["after"].y - 40) == 2


def test_a_way_that_ends_does_not_join() -> None:
    picture = drawn([step("f", way(step("a", ends=True)), way(step("b"))), step("after")])

    after = next(box for box in picture.boxes if box.node.id == "after")
    assert lines_into(picture, after.y - 40) == 1


def test_a_held_out_way_stops_where_it_begins() -> None:
    picture = drawn([step("f", way(ends=True), way(step("b")))])

    assert [label.kind for label in picture.labels].count("stop") == 1


def test_where_every_way_ends_nobody_finishes() -> None:
    picture = drawn([step("f", way(step("a", ends=True)), way(ends=True)), step("never")])

    assert "Finished" not in [label.words for label in picture.labels]
    never = next(box for box in picture.boxes if box.node.id == "never")
    assert lines_into(picture, never.y) == 0


_nodes = st.recursive(
    st.lists(st.just(step()), max_size=3).map(tuple),
    lambda inner: st.lists(
        st.lists(inner.map(lambda nodes: way(*nodes)), min_size=1, max_size=4).map(
            lambda ways: step("f", *ways)
        ),
        max_size=3,
    ).map(tuple),
    max_leaves=14,
)


@given(_nodes)
def test_no_box_covers_another_or_leaves_the_picture(nodes: tuple[Node, ...]) -> None:
    picture = drawn(nodes)

    assert not overlaps(picture)
    assert all(box.x >= 0 and box.right <= picture.width for box in picture.boxes)
    assert all(box.y >= 0 and box.bottom <= picture.height for box in picture.boxes)


def test_forty_steps_stay_as_narrow_as_one() -> None:
    picture = drawn([step(str(number)) for number in range(40)])

    assert picture.width < 300
    assert len(picture.boxes) == 40
