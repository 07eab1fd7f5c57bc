"""The scores of a lead with every reason, made ready for the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from handraise.agreement.document import Document
from handraise.agreement.queries import document_of
from handraise.leads.models import Lead
from handraise.scoring.models import Score


@dataclass(frozen=True, slots=True)
class Reason:
    """One signal: the points it gave (None: not known whether it applies) and why."""

    name: str
    points: float | None
    detail: str = ""
    matched: int = 0
    latest: datetime | None = None
    activities: list[object] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Kind:
    """fit, interest or intent with its reasons, the strongest first."""

    name: str
    score: float
    reasons: list[Reason]

    @property
    def speaking(self) -> list[Reason]:
        return [reason for reason in self.reasons if reason.points]

    @property
    def unknown(self) -> list[Reason]:
        return [reason for reason in self.reasons if reason.points is None]

    @property
    def silent(self) -> list[Reason]:
        return [reason for reason in self.reasons if reason.points == 0]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of the agreement and what it came to; None is unknown."""

    says: str
    truth: bool | None


@dataclass(frozen=True, slots=True)
class Card:
    version: int
    at: datetime
    priority: float
    grade: str
    kinds: list[Kind]
    criteria: list[Criterion]


def scorecard(lead: Lead, *, at: datetime | None = None) -> Card | None:
    """The stored score of a lead with its reasons; None while it has none."""
    score = Score.objects.filter(pk=lead.canonical_id).first()
    if score is None:
        return None
    document = document_of(score.version)
    return Card(
        score.version, score.scored_at, score.priority, score.grade,
        list(_kinds(score, document)), list(_criteria(score, document)),
    )  # fmt: skip


def _kinds(score: Score, document: Document) -> Iterator[Kind]:
    place = 0
    for name in ("fit", "interest", "intent"):
        signals = getattr(document, name)
        reasons = [
            Reason(
                signal.name, score.contributions[place + n], "", score.matched[place + n],
                score.latest[place + n],
            )
            for n, signal in enumerate(signals)
        ]  # fmt: skip
        place += len(signals)
        reasons.sort(key=lambda reason: -abs(reason.points or 0))
        yield Kind(name, getattr(score, name), reasons)


def _criteria(score: Score, document: Document) -> Iterator[Criterion]:
    truths = score.truths
    yield Criterion("MQL: what is asked for", truths.get("mql.when"))
    for name in document.mql.needs:
        yield Criterion(f"MQL: {name.replace('_', ' ')} is known", truths.get(f"needs.{name}"))
    never = truths.get("mql.never")
    yield Criterion("MQL: nothing stands against it", None if never is None else not never)
    if document.sql.when is not None:
        yield Criterion("SQL: what is asked for", truths.get("sql.when"))
