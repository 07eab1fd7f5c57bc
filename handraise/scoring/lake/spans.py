"""Sets of ids as spans: sorted, apart, each from its first id to its last, both included."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

Span: TypeAlias = tuple[int, int]
LOWEST, HIGHEST = -(2**63), 2**63 - 1


def spans_of(ids: pa.Array) -> list[Span]:
    """The spans of int64 ids, each of which occurs once, in any order."""
    if not len(ids):
        return []
    bounds = pc.min_max(ids)
    first, last = bounds["min"].as_py(), bounds["max"].as_py()
    if last - first + 1 == len(ids):
        return [(first, last)]  # as nearly always, and without sorting them
    ids = ids.take(pc.sort_indices(ids))
    ends = pc.indices_nonzero(pc.not_equal(pc.subtract(ids[1:], ids[:-1]), 1)).to_pylist()
    return [
        (ids[begin].as_py(), ids[end].as_py())
        for begin, end in zip([0, *(end + 1 for end in ends)], [*ends, len(ids) - 1], strict=True)
    ]


def joined(*parts: Iterable[Span]) -> list[Span]:
    """Sets without an id in common, as one."""
    found: list[Span] = []
    for first, last in sorted(span for part in parts for span in part):
        if found and found[-1][1] + 1 == first:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def others(spans: Sequence[Span]) -> list[Span]:
    """Every id that is not in the set, from the lowest to the highest that a bigint holds."""
    bounds = [(LOWEST - 1, LOWEST - 1), *spans, (HIGHEST + 1, HIGHEST + 1)]
    return [
        (before[1] + 1, after[0] - 1)
        for before, after in pairwise(bounds)
        if before[1] + 1 < after[0]
    ]


def count(spans: Iterable[Span]) -> int:
    """How many ids."""
    return sum(last - first + 1 for first, last in spans)


def newest(spans: Sequence[Span], many: int) -> list[Span]:
    """The highest `many` ids of the set, or all of it."""
    found: list[Span] = []
    for first, last in reversed(spans):
        if many <= 0:
            break
        found.append((max(first, last - many + 1), last))
        many -= last - first + 1
    return found[::-1]


def multirange(spans: Iterable[Span]) -> str:
    """PostgreSQL's `int8multirange`, to ask `id <@ …`."""
    return "{" + ",".join(f"[{first},{last}]" for first, last in spans) + "}"
