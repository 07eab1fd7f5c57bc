"""The three things to talk about: of all that the figures say, what most asks for a word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse

from handraise.feedback.decide import ENOUGH, Share
from handraise.feedback.funnel.differences import SURE, Difference, holm
from handraise.feedback.keeping.queries import clock
from handraise.feedback.keeping.reasons import refusals
from handraise.feedback.review.models import Review
from handraise.feedback.review.report import of_plain
from handraise.feedback.tabular import Period
from handraise.feedback.targets.tables import Kept, kept_targets
from handraise.feedback.work import State
from handraise.handover.models import Contest
from handraise.kit.shares import percent
from handraise.ui.templatetags.ui import MINUS

MOST = 3
SPAN = timedelta(weeks=4)
COMMON = 0.3  # of the rejections: a reason that makes up more, at the least, asks for a word


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


# What may have changed between the last four weeks and the four before: its name, and the share.
_CHANGES: tuple[tuple[str, str], ...] = (
    ("Offers accepted", "accepted"),
    ("Offers answered in time", "in_time"),
    ("First touch in time", "touched"),
)


def _changes(period: Period) -> list[Thing]:
    """What is higher or lower than before, beyond chance, all of them read together (Holm). Only of
    offers that were due: of younger ones those that were quick are known, and no others."""
    at, middle = period.at, period.at - SPAN
    now = clock(since=middle, until=at, at=at, due_by=at)
    before = clock(since=middle - SPAN, until=middle, at=at, due_by=at)
    told = [(name, Difference(getattr(now, of), getattr(before, of))) for name, of in _CHANGES]
    enough = [(name, one) for name, one in told if one.is_enough]
    chances = holm([one.p for _, one in enough])
    return [
        Thing(_changed(name, one), reverse("keeping"), 1 - p)
        for (name, one), p in zip(enough, chances, strict=True)
        if p < SURE
    ]


def _changed(name: str, one: Difference) -> str:
    now, before = percent(one.one.value or 0), percent(one.other.value or 0)
    low, high = (100 * bound for bound in one.bounds)
    return (
        f"{name}: {now} in the last four weeks, {before} in the four before"
        f" ({low:+.0f} to {high:+.0f} points)."
    ).replace("-", MINUS)


def _reasons(period: Period) -> list[Thing]:
    """One reason that makes up much of what sales gave back in four weeks."""
    found = refusals(since=period.at - SPAN, until=period.at, at=period.at)
    whole = sum(one.count for one in found)
    if whole < ENOUGH:
        return []
    share = Share(found[0].count, whole)
    if share.low < COMMON:
        return []
    said = (
        f"“{found[0].reason}” is why sales gave back {share.count} of {whole} leads in four weeks"
        f" ({share.interval} %)."
    )
    return [Thing(said, reverse("keeping"), share.low)]


def _contests(_: Period) -> list[Thing]:
    """Contests that wait for a ruling."""
    count = Contest.objects.filter(ruled_at=None).count()
    many = "One contest waits" if count == 1 else f"{count} contests wait"
    return [Thing(f"{many} for a ruling.", reverse("weekly"), 0.4)] if count else []


def _review(_: Period) -> list[Thing]:
    """What the newest review is surest of, until somebody took or dismissed it."""
    newest = Review.objects.filter(state=State.DONE).order_by("-at", "-pk").first()
    if newest is None:
        return []
    answered = set(newest.answers.values_list("place", flat=True))
    found = [
        one
        for place, one in enumerate(of_plain(newest.report).findings)
        if one.is_sure and place not in answered
    ]
    link = reverse("review", args=[newest.pk])
    return [Thing(f"The review: {one.sentence}", link, 0.9 * one.strength) for one in found[:1]]


SOURCES = (_targets, _changes, _reasons, _contests, _review)
