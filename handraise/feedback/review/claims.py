"""Which claims stand: every test that a review makes is counted, so that chance is held down.

A review asks dozens of questions at once; one in twenty of them would be answered "yes" by chance.
The chance of any false answer above the bar is shared out over families of questions, and within
a family by Holm (1979). What stays below the bar and passes Benjamini and Hochberg (1995) within
its family is shown as worth a look, and not as sure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import Literal, TypeAlias

import numpy as np

from handraise.feedback.rehearsal.figures import Numbers
from handraise.feedback.review.evidence import Change, Finding

Family: TypeAlias = Literal["points", "faded", "candidates", "drift", "without wins", "rejections"]
FAMILIES: tuple[Family, ...] = (
    "points", "faded", "candidates", "drift", "without wins", "rejections",
)  # fmt: skip
SURE = 0.05  # the chance of any false finding above the bar in one review
LOOKED = 0.05  # the share of false ones among those worth a look, in one family
BAR = (
    "A finding is above the bar when it is both large enough to matter and so unlikely by chance"
    f" that a review in which nothing is wrong has any such finding at most {SURE * 100:.0f} times"
    f" in 100. The others are worth a look: in each group at most {LOOKED * 100:.0f} in 100 of them"
    " are expected to be chance."
)
# True by counting alone, whatever chance did: these are no alarms and are not counted as such.
COUNTED = frozenset(
    {"never_fires", "rarely_fires", "always_fires", "saturated", "correlated", "not_enough",
     "no_outcomes", "all_came", "one_outcome", "no_leads", "bar_by_capacity", "bar_by_cost",
     "no_discrimination"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Claim:
    """What a test asked, and how likely its answer is by chance alone (`p`).

    `is_big`: large enough to matter, whatever `p`. What is not is counted and never shown.
    """

    family: Family
    code: str
    about: str
    p: float
    is_big: bool
    sentence: str
    figures: tuple[tuple[str, str], ...] = ()
    change: Change | None = None


def settled(claims: Sequence[Claim]) -> list[Finding]:
    """The findings that the claims come to, each above the bar or worth a look."""
    found = []
    for family in FAMILIES:
        asked = [claim for claim in claims if claim.family == family]
        p = np.array([claim.p for claim in asked], dtype=np.float64)
        sure, looked = holm(p) <= SURE / len(FAMILIES), discovered(p) <= LOOKED
        for claim, is_sure, is_looked in zip(asked, sure, looked, strict=True):
            if claim.is_big and (is_sure or is_looked):
                found.append(_finding(claim, is_sure=bool(is_sure)))
    return found


def ordered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The sure ones first, then by strength."""
    return tuple(sorted(findings, key=lambda one: (not one.is_sure, -one.strength, one.about)))


def holm(p: Numbers) -> Numbers:
    """Each p adjusted so that the chance of any false one is held (Holm 1979)."""
    order = np.argsort(p)
    adjusted = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    found = np.empty(len(p))
    found[order] = np.minimum(adjusted, 1.0)
    return found


def discovered(p: Numbers) -> Numbers:
    """Each p as the share of false ones if all up to it are taken (Benjamini, Hochberg 1995)."""
    order = np.argsort(p)
    raised = p[order] * len(p) / (np.arange(len(p)) + 1)
    found = np.empty(len(p))
    found[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return found


def _finding(claim: Claim, *, is_sure: bool) -> Finding:
    figures = (*claim.figures, ("Chance alone", in_a_million(claim.p)))
    return Finding(
        claim.code, claim.about, claim.sentence, strength(claim.p), is_sure, figures, claim.change
    )


def strength(p: float) -> float:
    """0..1, rising as chance becomes a worse explanation: 1 in 10,000 is a half."""
    weight = -log10(max(p, 1e-300)) / 4
    return round(weight / (1 + weight), 4)


def in_a_million(p: float) -> str:
    """A chance in words of figures: `2 in 1,000`."""
    for of in (100, 1_000, 10_000, 100_000, 1_000_000):
        if p * of >= 1:
            return f"{p * of:.0f} in {of:,}"
    return "less than 1 in 1,000,000"
