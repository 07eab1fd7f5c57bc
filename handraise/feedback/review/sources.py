"""Where many leads come from and hardly any has the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

from handraise.feedback.decide import Share
from handraise.feedback.rehearsal.figures import Truths

# Whom or what is named here may be dropped by an agreement: neither people nor its own versions.
ASKED = ("source", "campaign", "content", "industry", "country", "size")
VOLUME = 0.02  # of all leads
FEWEST = 50
EXPECTED = 5.0  # outcomes that the rest's share lets expect
PART = 0.25  # of what the rest has: what has more wins too much to be named


@dataclass(frozen=True, slots=True)
class Barren:
    """One value, its outcomes and those of all others; `p`: of so few by chance (Fisher's exact
    test, one-sided)."""

    dimension: str
    label: str
    share: Share
    rest: Share
    p: float

    @property
    def is_big(self) -> bool:
        own, rest = self.share.count / self.share.of, self.rest.count / max(self.rest.of, 1)
        return own <= PART * rest


def barren(
    dimension: str, codes: NDArray[np.int64], labels: Sequence[str], outcome: Truths
) -> list[Barren]:
    """Every value with enough leads to ask about, whatever the answer."""
    whole, came = len(outcome), int(outcome.sum())
    of = np.bincount(codes[codes >= 0], minlength=len(labels))
    hits = np.bincount(codes[(codes >= 0) & outcome], minlength=len(labels))
    found = []
    for place, label in enumerate(labels):
        n, k = int(of[place]), int(hits[place])
        rest = Share(came - k, whole - n)
        if n < max(FEWEST, VOLUME * whole) or not rest.is_enough:
            continue
        if n * rest.count / rest.of < EXPECTED:
            continue
        p = float(hypergeom.cdf(k, whole, came, n))
        found.append(Barren(dimension, label, Share(k, n), rest, p))
    return found
