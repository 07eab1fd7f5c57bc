"""Facts and activities that the agreement does not use: what they tell beyond the score.

Two tests, and the weaker of both counts. One compares leads of the same tenth of the priority
(Mantel and Haenszel 1959, Cochran 1954, for many values): with that the present score is held
fixed. The other is the score test (Rao 1948) of adding the candidate to the signals with the
weights that the data support: so nothing is proposed that only repeats a signal whose points are
wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import e, log, log2

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from handraise.feedback.decide import Share
from handraise.feedback.rehearsal.figures import Numbers, Truths, ranks
from handraise.feedback.review.evidence import Candidate
from handraise.feedback.review.logistic import Fit

STRATA = 10
SCARCE = 5.0  # outcomes expected with a value, below which it is put with the other scarce ones
LEVELS = 25  # values told apart at most, the commonest
RATIO = 1.5  # outcomes against those expected: what is nearer to 1 is too little to propose
PART = 0.02  # of all leads, that a value must have to be proposed


@dataclass(frozen=True, slots=True)
class Level:
    """One value: of those who have it, the outcomes, and how many their priority let expect."""

    label: str
    share: Share
    expected: float

    @property
    def ratio(self) -> float:
        return (self.share.count + 0.5) / (self.expected + 0.5)


@dataclass(frozen=True, slots=True)
class Told:
    """What a candidate tells. `p`: the weaker of the two tests; `information`: bits beyond the
    tenth of the priority; `level`: the value that stands out most, if any is common enough;
    `rising`: for an activity, whether more of it goes with more outcomes."""

    p: float
    information: float
    level: Level | None
    rising: bool = True

    @property
    def is_big(self) -> bool:
        return self.level is not None and abs(log(self.level.ratio)) >= log(RATIO)


def strata(priority: Numbers) -> NDArray[np.int64]:
    """The tenth of each lead by priority, equal ones together."""
    place = (ranks(priority) - 0.5) * STRATA / max(len(priority), 1)
    return np.minimum(place.astype(np.int64), STRATA - 1)


def told(
    candidate: Candidate,
    outcome: Truths,
    tenth: NDArray[np.int64],
    fit: Fit | None,
    columns: Numbers,
) -> Told | None:
    """What one candidate tells of the outcome. None where all leads have the same value."""
    codes, names = levels(candidate, outcome)
    if len(names) < 2:
        return None
    counts = _table(codes, tenth, len(names))
    came = _table(codes[outcome], tenth[outcome], len(names))
    by_order = candidate.what == "activity"
    marks = _marks(codes, len(names), by_order=by_order, values=candidate.values)
    sums, spread = _in_strata(marks, counts, came)
    p = _chance(sums, spread)
    if fit is not None:
        p = max(p, _chance(*_beside(marks, codes, outcome, fit, columns)))
    rate = came.sum(axis=1) / np.maximum(counts.sum(axis=1), 1)
    expected = rate @ counts
    level = _standing_out(names, counts.sum(axis=0), came.sum(axis=0), expected)
    return Told(p, _information(counts, came), level, bool(sums[0] >= 0) or not by_order)


def levels(candidate: Candidate, outcome: Truths) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Each lead's value as a code from 0, with names. Scarce values count as one, at the end."""
    if candidate.what == "activity":
        edges = np.array([1, 2, 4])
        codes = np.searchsorted(edges, candidate.values, side="right").astype(np.int64)
        names: tuple[str, ...] = ("never", "once", "two or three times", "four times or more")
    else:
        codes = np.where(candidate.values < 0, len(candidate.labels), candidate.values)
        names = (*candidate.labels, "not known")
    counts = np.bincount(codes, minlength=len(names))
    share = min(float(outcome.mean()), 1 - float(outcome.mean())) if len(outcome) else 0.0
    order = np.argsort(-counts, kind="stable")
    kept = np.sort([place for place in order[:LEVELS] if counts[place] * share >= SCARCE])
    to = np.full(len(names), len(kept), dtype=np.int64)
    to[kept.astype(np.int64)] = np.arange(len(kept))
    named = tuple(names[place] for place in kept)
    has_others = bool(counts.sum() > counts[kept.astype(np.int64)].sum())
    return to[codes], (*named, "any other") if has_others else named


def _table(codes: NDArray[np.int64], tenth: NDArray[np.int64], count: int) -> Numbers:
    flat = np.bincount(tenth * count + codes, minlength=STRATA * count)
    return flat.reshape(STRATA, count).astype(np.float64)


def _marks(
    codes: NDArray[np.int64], count: int, *, by_order: bool, values: NDArray[np.int64]
) -> Numbers:
    """What stands for each value in the tests: yes or no for all but one; for an activity one
    number that grows ever slower with how often it was done."""
    if not by_order:
        return np.eye(count)[:, 1:]
    of = np.maximum(np.bincount(codes, minlength=count), 1)
    grown = np.bincount(codes, weights=np.log1p(np.maximum(values, 0)), minlength=count)
    return (grown / of)[:, None]


def _in_strata(marks: Numbers, counts: Numbers, came: Numbers) -> tuple[Numbers, Numbers]:
    """Outcomes against what each stratum lets expect, and the covariance by chance alone."""
    size, hits = counts.sum(axis=1), came.sum(axis=1)
    sums, spread = np.zeros(marks.shape[1]), np.zeros((marks.shape[1],) * 2)
    for place in np.flatnonzero((size > 1) & (hits > 0) & (hits < size)):
        share = counts[place] / size[place]
        sums += marks.T @ (came[place] - hits[place] * share)
        between = marks.T @ (share[:, None] * marks) - np.outer(marks.T @ share, marks.T @ share)
        spread += between * hits[place] * (size[place] - hits[place]) / (size[place] - 1)
    return sums, spread


def _beside(
    marks: Numbers, codes: NDArray[np.int64], outcome: Truths, fit: Fit, columns: Numbers
) -> tuple[Numbers, Numbers]:
    """The same beside all signals, each with the weight that the data support."""
    count = len(marks)
    weight = fit.chances * (1 - fit.chances)
    left = np.bincount(codes, weights=outcome - fit.chances, minlength=count)
    own = np.bincount(codes, weights=weight, minlength=count)
    shared = [own] + [
        np.bincount(codes, weights=weight * columns[:, place], minlength=count)
        for place in range(columns.shape[1])
    ]
    across = marks.T @ np.stack(shared, axis=1)
    spread = marks.T @ (own[:, None] * marks) - across @ np.linalg.solve(fit.inner, across.T)
    return marks.T @ left, spread


def _chance(sums: Numbers, spread: Numbers) -> float:
    """How likely sums as far from zero are by chance, by chi-square."""
    values, axes = np.linalg.eigh((spread + spread.T) / 2)
    kept = values > 1e-9 * max(float(values.max(initial=0.0)), 1e-9)
    if not kept.any():
        return 1.0
    turned = axes[:, kept].T @ sums
    return float(chi2.sf(float((turned**2 / values[kept]).sum()), int(kept.sum())))


def _standing_out(
    names: tuple[str, ...], of: Numbers, came: Numbers, expected: Numbers
) -> Level | None:
    """The value furthest from what is expected, weighed by how sure that is."""
    found, furthest = None, 0.0
    for place, name in enumerate(names):
        if name in ("any other", "never", "not known") or of[place] < PART * of.sum():
            continue
        level = Level(name, Share(int(came[place]), int(of[place])), float(expected[place]))
        far = abs(came[place] - expected[place]) / max(expected[place], 1.0) ** 0.5
        if far > furthest and expected[place] >= SCARCE:
            found, furthest = level, far
    return found


def _information(counts: Numbers, came: Numbers) -> float:
    """Bits that the value tells of the outcome within tenths (mutual information given the tenth),
    less what chance alone tells on average (Miller 1955, Madow)."""
    whole, bits, freedom = float(counts.sum()), 0.0, 0
    for size, hits in zip(counts, came, strict=True):
        if not size.sum() or not 0 < hits.sum() < size.sum():
            continue
        share = hits.sum() / size.sum()
        for part, base in ((hits, share), (size - hits, 1 - share)):
            seen = part > 0
            bits += float((part[seen] * np.log2(part[seen] / (size[seen] * base))).sum())
        freedom += int((size > 0).sum()) - 1
    return max(bits / whole - freedom / (2 * whole) * log2(e), 0.0) if whole else 0.0
