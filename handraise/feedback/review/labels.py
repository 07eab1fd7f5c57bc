"""The values of a fact as a few codes with labels, and a label as a condition again. Plain Python.

A review counts by values, so a value must be one that many have: of texts the commonest, of
numbers ranges with about as many leads in each, of texts that are all different only that the fact
is known.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from handraise.feedback.rehearsal.figures import Numbers

MOST = 30  # values of a text that are told apart
RANGES = 10
FEW = 5  # leads that a value of its own needs
TELLING = 0.2  # the commonest texts must be those of so many, else only "is known" is told
KNOWN, OTHER, YES, NO = "is known", "anything else", "yes", "no"


Kind: TypeAlias = Literal["text", "number", "truth"]


@dataclass(frozen=True, slots=True)
class Coded:
    """A code for each lead, -1 where the fact was not known, and what each code means."""

    codes: NDArray[np.int64]
    labels: tuple[str, ...]


def of_numbers(places: NDArray[np.int64], values: Numbers, count: int) -> Coded:
    """Each value by itself where they are few, else ranges of about as many leads each."""
    codes = np.full(count, -1, dtype=np.int64)
    distinct, inverse = np.unique(values, return_inverse=True)
    if len(distinct) <= RANGES:
        codes[places] = inverse
        return Coded(codes, tuple(f"{value:.10g}" for value in distinct))
    edges = np.unique(np.quantile(values, np.linspace(0, 1, RANGES + 1)[1:-1]))
    ranges = np.searchsorted(edges, values, side="right")
    used, codes[places] = np.unique(ranges, return_inverse=True)
    labels = []
    for number, one in enumerate(used):
        inside = values[ranges == one]
        low, high = f"{inside.min():.10g}", f"{inside.max():.10g}"
        if number == 0:
            labels.append(f"at most {high}")
        elif number == len(used) - 1:
            labels.append(f"at least {low}")
        else:
            labels.append(low if low == high else f"{low} to {high}")
    return Coded(codes, tuple(labels))


def of_truths(places: NDArray[np.int64], values: NDArray[np.bool_], count: int) -> Coded:
    codes = np.full(count, -1, dtype=np.int64)
    codes[places] = values.astype(np.int64)
    return Coded(codes, (NO, YES))


def of_texts(
    places: NDArray[np.int64], numbers: NDArray[np.int64], texts: Sequence[str], count: int
) -> Coded:
    """`numbers` names the text of each place. The commonest stand by themselves."""
    codes = np.full(count, -1, dtype=np.int64)
    often = np.bincount(numbers, minlength=len(texts))
    order = np.argsort(-often, kind="stable")[:MOST]
    kept = [int(one) for one in order if often[one] >= FEW and texts[one].strip()]
    if not len(numbers) or often[kept].sum() < TELLING * len(numbers):
        codes[places] = 0
        return Coded(codes, (KNOWN,))
    new = np.full(len(texts), len(kept), dtype=np.int64)
    new[kept] = np.arange(len(kept))
    codes[places] = new[numbers]
    labels = [texts[one] for one in kept]
    return Coded(codes, tuple(labels if (new[numbers] < len(kept)).all() else [*labels, OTHER]))


_RANGE = re.compile(r"(-?[\d.e+-]+) to (-?[\d.e+-]+)")
_BOUND = re.compile(r"at (most|least) (-?[\d.e+-]+)")


def condition(fact: str, value: Any, *, kind: Kind) -> dict[str, Any] | None:
    """The condition that a label of this fact stands for; None for what no condition can say."""
    if value is None or value == OTHER:
        return None
    if not isinstance(value, str):
        return {fact: value}
    if value == KNOWN:
        return {fact: {"is_known": True}}
    if kind == "truth" and value in {YES, NO}:
        return {fact: value == YES}
    if kind != "number":
        return {fact: value}
    if found := _RANGE.fullmatch(value):
        return {fact: {"between": [_number(found[1]), _number(found[2])]}}
    if found := _BOUND.fullmatch(value):
        return {fact: {f"at_{found[1]}": _number(found[2])}}
    return {fact: _number(value)}


def _number(text: str) -> int | float | str:
    try:
        found = float(text)
    except ValueError:
        return text
    return int(found) if found.is_integer() else found
