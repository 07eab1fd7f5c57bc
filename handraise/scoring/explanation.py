"""A score with everything behind it: plain values for pages, the command and the brief."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handraise.leads.entry import Json
from handraise.scoring.scores import Scores


@dataclass(frozen=True, slots=True)
class Counted:
    """An activity that counted for a signal, and the points it still gives, before any cap."""

    id: int
    name: str
    occurred_at: datetime
    points: float


@dataclass(frozen=True, slots=True)
class Behind:
    """A fact that a fit signal read: the newest known. `label` is the subject in words."""

    id: int
    label: str
    value: Json
    holds_from: datetime


@dataclass(frozen=True, slots=True)
class Reason:
    """What one signal contributes. Points and truth are None while what it asks is unknown.

    `truth` of interest and intent says whether anything matched.
    """

    name: str
    points: float | None
    truth: bool | None
    detail: str
    terms: tuple[str, ...] = ()
    activities: tuple[Counted, ...] = ()
    facts: tuple[Behind, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """fit, interest or intent: the score, what colleagues added, the strongest reason first.

    score = the sum of all points and of what colleagues added, held within 0..100.
    """

    name: str
    score: float
    from_colleagues: float
    reasons: tuple[Reason, ...]

    @property
    def total(self) -> float:
        """The sum before it is held within 0..100."""
        return sum(reason.points or 0 for reason in self.reasons) + self.from_colleagues


@dataclass(frozen=True, slots=True)
class Part:
    """A condition in words with its truth (None: unknown); of a count, also what was counted."""

    words: str
    truth: bool | None
    counted: float | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Criterion:
    """`key` as in Standing.truths; `part` is None where the agreement leaves it out."""

    key: str
    truth: bool | None
    part: Part | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """All of a lead's score at `at`, as known then or with the hindsight of today."""

    scores: Scores
    kinds: tuple[Kind, ...]
    criteria: tuple[Criterion, ...]

    @property
    def lead_id(self) -> int:
        return self.scores.lead_id

    @property
    def at(self) -> datetime:
        return self.scores.at
