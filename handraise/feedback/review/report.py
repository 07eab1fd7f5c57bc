"""What a review says, as plain data: made once, stored, read by page, file and shell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from handraise.feedback.decide import Share
from handraise.feedback.rehearsal.figures import Auc
from handraise.feedback.review.evidence import Finding, SignalKind


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure with the bounds that hold the true one 95 times in 100."""

    value: float
    low: float
    high: float

    @property
    def interval(self) -> str:
        return f"{self.low:.1f}–{self.high:.1f}"


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One signal: how often it fires, what becomes of those with and without it, and the points
    that the data support (on the scale of the points given). `at_cap`: of those for whom it fires,
    who reached `at_most`. `inflation`: by how much others' company widens its variance (VIF).
    `before`, `recent`: its lift before the last quarter and in it."""

    kind: SignalKind
    name: str
    points: float
    at_most: float | None
    fires: Share
    with_it: Share
    without: Share
    lift: Ratio | None
    supported: Ratio | None
    verdict: str
    at_cap: float | None = None
    inflation: float | None = None
    before: Ratio | None = None
    recent: Ratio | None = None


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A fact or activity not used. `information`: bits it tells of the outcome beyond the tenth of
    the priority, corrected for chance. `p`, `q`: of chance alone, one by one and by
    Benjamini–Hochberg. `level`: where the outcome is furthest from what the priority leads one to
    expect (`expected`, 0..1)."""

    what: Literal["fact", "activity"]
    of: str
    is_late: bool
    information: float
    p: float
    q: float
    level: str
    share: Share
    expected: float | None


@dataclass(frozen=True, slots=True)
class DriftRow:
    """A mix in the last quarter against before. `psi`: the population stability index; `chance`:
    what it comes to on average where nothing changed and as many were counted."""

    about: str
    psi: float
    chance: float
    p: float
    moved: str


@dataclass(frozen=True, slots=True)
class Rate:
    """The outcome's share among the leads of one quarter, which begins at `begin` (µs)."""

    begin: int
    share: Share


@dataclass(frozen=True, slots=True)
class CalibrationTenth:
    """A tenth of the leads by priority, 1 the highest; `expected`: the share (0..1) that one
    straight line through the log-odds says."""

    place: int
    low: float
    high: float
    share: Share
    expected: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether more priority means more outcomes, tenth by tenth. `p`: of Hosmer–Lemeshow's test."""

    tenths: tuple[CalibrationTenth, ...]
    p: float | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Discrimination:
    """How well each score tells the leads apart; None where nothing can be said."""

    priority: Auc | None
    fit: Auc | None
    interest: Auc | None
    intent: Auc | None
    sentence: str


@dataclass(frozen=True, slots=True)
class BarPoint:
    """Who passes with the bar on the priority at `bar`: leads a week, the share of them with the
    outcome, those with the outcome who stay below, and what both mistakes cost (None without
    costs) over the whole time."""

    bar: float
    a_week: float
    precision: Share
    missed: int
    cost: float | None


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars on the priority. `fits`: the lowest that the team's capacity can take. `best`: the
    cheapest, with its interval. `present`: the agreement's own."""

    points: tuple[BarPoint, ...]
    present: float | None
    capacity_a_week: float | None
    fits: BarPoint | None
    best: Ratio | None
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """All that one review found. `begin`, `end`: of the leads judged (µs); `cut`: where the last
    quarter begins (None where nothing could be cut). `findings` stand by strength; `notes` are the
    limits that stand below; `bar` says what a finding above the bar is."""

    population: Literal["offered", "all"]
    outcome_name: str
    leads: int
    outcomes: int
    unripe: int
    begin: int | None
    end: int | None
    cut: int | None
    signals: tuple[SignalRow, ...]
    candidates: tuple[CandidateRow, ...]
    drift: tuple[DriftRow, ...]
    rates: tuple[Rate, ...]
    calibration: Calibration
    discrimination: Discrimination
    bars: Bars
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    bar: str


def as_plain(review: Review) -> dict[str, Any]:
    """Plain data for a JSON column or a file."""
    plain: dict[str, Any] = msgspec.to_builtins(review)
    return plain


def of_plain(plain: object) -> Review:
    """The review that `as_plain` wrote. Raises msgspec.ValidationError."""
    return msgspec.convert(plain, Review)
