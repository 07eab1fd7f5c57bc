"""Sets of ids as spans."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from handraise.scoring.lake.spans import (
    HIGHEST,
    LOWEST,
    count,
    joined,
    multirange,
    newest,
    others,
    spans_of,
)  # fmt: skip

some_ids = st.lists(st.integers(1, 60), unique=True)


def spans(ids: list[int]) -> list[tuple[int, int]]:
    return spans_of(pa.array(ids, pa.int64()))


def every(found: list[tuple[int, int]]) -> list[int]:
    return [one for first, last in found for one in range(first, last + 1)]


def test_neighbours_are_one_span() -> None:
    assert spans([3, 1, 2, 9, 7, 8, 5]) == [(1, 3), (5, 5), (7, 9)]
    assert multirange(spans([3, 1, 2, 5])) == "{[1,3],[5,5]}"
    assert spans([]) == []


@given(some_ids)
def test_spans_hold_the_ids_and_no_other(ids: list[int]) -> None:
    assert every(spans(ids)) == sorted(ids)
    assert count(spans(ids)) == len(ids)


@given(some_ids)
def test_parts_of_a_set_join_to_it_in_any_order(ids: list[int]) -> None:
    half = len(ids) // 2

    assert joined(spans(ids[half:]), spans(ids[:half])) == spans(ids)


@given(some_ids)
def test_with_the_others_it_is_every_id_there_can_be(ids: list[int]) -> None:
    assert joined(spans(ids), others(spans(ids))) == [(LOWEST, HIGHEST)]


@given(some_ids, st.integers(0, 70))
def test_the_newest_are_the_highest(ids: list[int], many: int) -> None:
    assert every(newest(spans(ids), many)) == sorted(ids)[len(ids) - min(many, len(ids)) :]
