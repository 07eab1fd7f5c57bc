"""The three things to talk about: of all that the figures say, what most asks for a word."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from handraise.feedback.tabular import Period
from handraise.feedback.targets.tables import Kept, kept_targets

MOST = 3


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing to talk about. `weight` orders them, 0..1; `link` is the page that shows why."""

    said: str
    link: str
    weight: float


def things(period: Period) -> list[Thing]:
    """At most three, the weightiest first; none where nothing stands out."""
    found = [thing for source in SOURCES for thing in source(period)]
    return sorted(found, key=lambda thing: -thing.weight)[:MOST]


def _targets(period: Period) -> list[Thing]:
    link = reverse("targets")
    return [
        Thing(kept.finding, link, weight)
        for kept in kept_targets(at=period.at)
        if (weight := _worry(kept)) > 0
    ]


def _worry(kept: Kept) -> float:
    """How much a target asks for a word: the chance to miss it, once that is likely."""
    last = kept.months[-1]
    if last.verdict == "missed":
        return 1.0
    if last.forecast is None or last.verdict not in {"unlikely", "open"}:
        return 0.0
    return 1 - last.forecast.chance if last.forecast.chance < 0.5 else 0.0


SOURCES = (_targets,)
