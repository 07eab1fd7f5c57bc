"""What changed: the last quarter against the time before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2, norm

from handraise.feedback.decide import Share
from handraise.feedback.rehearsal.figures import DAY, Instants, Numbers, Truths
from handraise.feedback.review.report import DriftRow, Rate
from handraise.kit.shares import percent

QUARTER = 91 * DAY
FEWEST = 100  # leads on either side of the cut
MOVED = 0.1  # a population stability index from which a mix has moved enough to matter
RATE = 1.25  # the outcome's share now against before (or before against now), to matter
_HALF = 0.5  # a case added to each part of a mix, so that an empty one does not count without end


def cut(at: Instants) -> int | None:
    """Where the last quarter begins: 91 days before the newest, or the last fourth of a history
    shorter than half a year. None where either side would have too few leads."""
    if not len(at):
        return None
    begin, end = int(at.min()), int(at.max())
    span = end - begin
    found = end - QUARTER if span >= 2 * QUARTER else end - span // 4
    recent = int((at >= found).sum())
    return found if min(recent, len(at) - recent) >= FEWEST and span > 0 else None


def of_scores(about: str, score: Numbers, recent: Truths) -> DriftRow:
    """A score's spread over the tenths that it had before."""
    edges = np.unique(np.quantile(score[~recent], np.linspace(0.1, 0.9, 9)))
    codes = np.searchsorted(edges, score, side="right")
    now, before = float(np.median(score[recent])), float(np.median(score[~recent]))
    moved = f"its median went from {before:.0f} to {now:.0f}"
    return _row(about, codes, len(edges) + 1, recent, moved)


def of_mix(about: str, codes: NDArray[np.int64], labels: Sequence[str], recent: Truths) -> DriftRow:
    """A dimension's mix of values; those that are scarce on either side count as one."""
    known = np.where(codes < 0, len(labels), codes)
    count = len(labels) + 1
    part = _parts(known, count, recent)
    step = part[:, 0] / part[:, 0].sum() - part[:, 1] / part[:, 1].sum()
    place = int(np.argmax(np.abs(step)))
    name = labels[place] if place < len(labels) else "not known"
    shares = part[place] / part.sum(axis=0)
    moved = f"“{name}” went from {percent(shares[1])} to {percent(shares[0])}"
    return _row(about, known, count, recent, moved)


def _parts(codes: NDArray[np.int64], count: int, recent: Truths) -> Numbers:
    sides = [np.bincount(codes[side], minlength=count) for side in (recent, ~recent)]
    return np.stack(sides, axis=1).astype(np.float64)


def _row(about: str, codes: NDArray[np.int64], count: int, recent: Truths, moved: str) -> DriftRow:
    part = _parts(codes, count, recent)
    part = part[part.sum(axis=1) > 0]
    whole = part.sum(axis=0)
    expected = np.outer(part.sum(axis=1), whole) / whole.sum()
    scarce = expected.min(axis=1) < 5
    if scarce.any():
        part = np.vstack([part[~scarce], part[scarce].sum(axis=0)])
        expected = np.vstack([expected[~scarce], expected[scarce].sum(axis=0)])
    freedom = len(part) - 1
    if freedom < 1:
        return DriftRow(about, 0.0, 0.0, 1.0, moved)
    p = float(chi2.sf(float(((part - expected) ** 2 / expected).sum()), freedom))
    share = (part + _HALF) / (part + _HALF).sum(axis=0)
    psi = float(((share[:, 0] - share[:, 1]) * np.log(share[:, 0] / share[:, 1])).sum())
    return DriftRow(about, psi, freedom * float((1 / whole).sum()), p, moved)


@dataclass(frozen=True, slots=True)
class Tide:
    """The outcome's share: the last quarter, the time before, each quarter, and how likely a
    change like it is by chance (of the two, or steadily over all quarters)."""

    recent: Share
    before: Share
    rates: tuple[Rate, ...]
    p: float
    first: Share
    last: Share

    @property
    def change(self) -> float:
        """The larger of both changes, as a ratio from 1 up, with half a case added."""
        pairs = ((self.recent, self.before), (self.last, self.first))
        found = [(a.count + 0.5) / (a.of + 1) / ((b.count + 0.5) / (b.of + 1)) for a, b in pairs]
        return max(max(one, 1 / one) for one in found)


def tide(at: Instants, outcome: Truths, begins: int) -> Tide:
    """How the outcome's share went, with the last quarter beginning at `begins`."""
    recent = at >= begins
    now = Share(int(outcome[recent].sum()), int(recent.sum()))
    before = Share(int(outcome[~recent].sum()), int((~recent).sum()))
    rates = _quarters(at, outcome, begins)
    p = min(1.0, 2 * min(_two(now, before), _trend(rates)))
    return Tide(now, before, rates, p, rates[0].share, rates[-1].share)


def _quarters(at: Instants, outcome: Truths, begins: int) -> tuple[Rate, ...]:
    """By quarters counted back from the cut, the first left out where it is but a bit of one."""
    length = min(QUARTER, max(int(at.max()) - begins, 1))
    number = (at - begins) // length
    number = np.minimum(number, 0)
    found = []
    for one in np.unique(number):
        inside = number == one
        if int(inside.sum()) >= FEWEST // 2:
            share = Share(int(outcome[inside].sum()), int(inside.sum()))
            found.append(Rate(begins + int(one) * length, share))
    return tuple(found)


def _two(a: Share, b: Share) -> float:
    pooled = (a.count + b.count) / (a.of + b.of)
    error = (pooled * (1 - pooled) * (1 / a.of + 1 / b.of)) ** 0.5
    return float(2 * norm.sf(abs(a.count / a.of - b.count / b.of) / error)) if error else 1.0


def _trend(rates: Sequence[Rate]) -> float:
    """Of a steady rise or fall over the quarters (Cochran 1954, Armitage 1955)."""
    of = np.array([one.share.of for one in rates], dtype=np.float64)
    came = np.array([one.share.count for one in rates], dtype=np.float64)
    if len(of) < 3:
        return 1.0
    place = np.arange(len(of)) - (of @ np.arange(len(of))) / of.sum()
    pooled = came.sum() / of.sum()
    spread = pooled * (1 - pooled) * (of @ place**2)
    return float(2 * norm.sf(abs(place @ came) / spread**0.5)) if spread > 0 else 1.0
