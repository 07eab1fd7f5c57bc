"""What makes a draft suspect of knowing the outcome instead of foretelling it. Plain Python.

A fact that people fill in after they have spoken with a lead tells its outcome splendidly, and is
not there when a lead must be judged. Where there are dates it shows by its time; where there are
none (an import whose instants are assumed), by a strength that nothing honest has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handraise.feedback.decide import Share
from handraise.feedback.rehearsal.figures import Auc, Numbers, Truths, auc
from handraise.feedback.rehearsal.report import Flag
from handraise.kit.shares import percent

LATE = 0.5  # of those with the outcome, so many had it only late
LATE_CASES = 20
CASES = 50  # with the outcome and without it, at least
# One honest fact about a lead seldom tells its outcome apart from others' in more than three
# pairs of four (the best of an online school's 15 honest columns: 0.74), nor all of them together
# in more than nine of ten.
ONE_CONDITION = 0.75
ONE_FACT = 0.765
WHOLE = 0.92
_SMOOTHING = 5.0


@dataclass(frozen=True, slots=True)
class Lateness:
    """Of leads with an outcome for which a condition holds in the end, how many it held for only
    afterwards, or within a day before."""

    name: str
    late: int
    of: int
    outcome: str


def late(found: Lateness) -> Flag | None:
    """A flag for what is known only near or after the outcome."""
    share = Share(found.late, found.of)
    if found.of < LATE_CASES or share.value is None or share.value < LATE:
        return None
    return Flag(
        found.name,
        f"“{found.name}” came too late for {found.late:,} of the {found.of:,} leads that"
        f" {found.outcome} and have it ({percent(share.value)}, 95 % interval {share.interval}): it"
        " held only after the outcome, or within a day before. It may know the outcome rather than"
        " foretell it.",
    )


def strong_condition(name: str, holds: Truths, outcome: Truths) -> Flag | None:
    """A flag for one condition that alone parts the leads better than honest ones do."""
    found = auc(outcome, holds.astype(np.float64))
    if found is None or not _is_enough(outcome):
        return None
    value = max(found.value, 1 - found.value)
    if value < ONE_CONDITION:
        return None
    with_it = Share(int(outcome[holds].sum()), int(holds.sum()))
    without = Share(int(outcome[~holds].sum()), int((~holds).sum()))
    return Flag(
        name,
        f"“{name}” alone parts the leads with an AUC of {value:.2f} (bar: {ONE_CONDITION}):"
        f" {percent(with_it.value or 0)} of the {with_it.of:,} leads that have it came to the"
        f" outcome, against {percent(without.value or 0)} of the rest. There are no dates to tell"
        " whether it was known before the outcome; ask who fills it in, and when.",
    )


def strong_fact(name: str, values: Sequence[Any], outcome: Truths) -> Flag | None:
    """A flag for a fact whose values alone tell the outcome better than honest ones do.

    Each half of the leads is scored by how often the other half's leads with the same value had
    the outcome, so that a value which only one lead has tells nothing.
    """
    if not _is_enough(outcome):
        return None
    found = told_by_codes(_codes(values), outcome)
    if found is None or found.value < ONE_FACT:
        return None
    return Flag(
        name,
        f"The fact “{name}” alone tells the outcome with an AUC of {found.value:.2f}"
        f" ({found.low:.2f}–{found.high:.2f}; bar: {ONE_FACT}). Honest facts seldom do. There are"
        " no dates to tell whether it was known before the outcome; ask who fills it in, and when.",
    )


def told_by_codes(codes: NDArray[np.int64], outcome: Truths) -> Auc | None:
    """How well values alone (codes, -1 for none) tell the outcome, each half told by the other."""
    if len(codes) < 2:
        return None
    return auc(outcome, _told_by_the_other_half(codes, outcome))


def strong_whole(found: Auc | None) -> Flag | None:
    """A flag for a draft that as a whole is too good to be true."""
    if found is None or min(found.positives, found.negatives) < CASES or found.value < WHOLE:
        return None
    return Flag(
        "priority",
        f"The draft's priority tells the outcome with an AUC of {found.value:.2f}"
        f" ({found.low:.2f}–{found.high:.2f}). Above {WHOLE} some of it usually knows the outcome"
        " instead of foretelling it.",
    )


def _is_enough(outcome: Truths) -> bool:
    return bool(min(int(outcome.sum()), int((~outcome).sum())) >= CASES)


def _codes(values: Sequence[Any]) -> NDArray[np.int64]:
    """A number for each distinct value; numbers in tenths of their own; nothing is a value too."""
    numbers = np.array([_number(value) for value in values], dtype=np.float64)
    known = ~np.isnan(numbers)
    if len(np.unique(numbers[known])) > 20:
        edges = np.unique(np.quantile(numbers[known], np.linspace(0.1, 0.9, 9)))
        return np.where(known, np.searchsorted(edges, numbers, side="right"), -1)
    texts = np.array(["" if value is None else repr(value) for value in values])
    _, codes = np.unique(texts, return_inverse=True)
    return codes.astype(np.int64)


def _number(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else np.nan


def _told_by_the_other_half(codes: NDArray[np.int64], outcome: Truths) -> Numbers:
    halves = np.arange(len(codes)) % 2
    count = int(codes.max(initial=0)) + 2
    told = np.zeros(len(codes))
    for half in (0, 1):
        other = halves != half
        base = float(outcome[other].mean())
        of = np.bincount(codes[other] + 1, minlength=count)
        came = np.bincount(codes[other] + 1, weights=outcome[other], minlength=count)
        rate = (came + _SMOOTHING * base) / (of + _SMOOTHING)
        told[~other] = rate[codes[~other] + 1] - base  # the two halves on one scale
    return told
