"""Invented histories with known causes, as evidence: what a review must find, and must not.

In every history the outcome's log-odds rise by the same step with each point of the priority, so
that the agreement's points are right; then at most one cause is planted. Behaviours hang together
by how keen a lead is, facts and sources by how well it fits; some of what is not used goes with
either, and yet tells nothing beyond the signals.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from handraise.feedback.rehearsal.figures import DAY, Numbers, Truths
from handraise.feedback.review.evidence import Candidate, Evidence, Signal, SignalKind

Plant: TypeAlias = Literal["useless", "unused", "faded", "leak", "late leak", "barren"]
PLANTS: tuple[Plant, ...] = ("useless", "unused", "faded", "leak", "late leak", "barren")
WEIGHTS = {"fit": 0.35, "interest": 0.2, "intent": 0.45}
YEAR = 365 * DAY
BEGIN = 1_735_689_600_000_000  # 1 January 2025
QUARTER = 91 * DAY

USELESS, FADED = "Follows us", "Asked for a demo"
UNUSED, LEAK, LATE, BARREN = "uses_rival", "contract_sent", "call_result", "Bought list"


@dataclass(frozen=True, slots=True)
class Shape:
    """A signal of the invented agreement: how often it fires, for whom, and up to what."""

    kind: SignalKind
    name: str
    points: float
    share: float
    most: float | None = None  # the cap; None: once, and without fading


SHAPES = (
    Shape("fit", "Decision maker", 25, 0.3),
    Shape("fit", "Our size", 20, 0.4),
    Shape("fit", "Free mailbox", -15, 0.25),
    Shape("interest", "Downloaded a guide", 10, 0.45, 30),
    Shape("interest", "Came to a webinar", 15, 0.2, 45),
    Shape("interest", "Watched a video", 12, 0.3, 36),
    Shape("intent", "Studied pricing", 8, 0.35, 24),
    Shape("intent", FADED, 40, 0.2, 60),
)


@dataclass(frozen=True, slots=True)
class People:
    """Who the leads are: how well they fit, how keen they are, when they were judged."""

    chance: np.random.Generator
    at: NDArray[np.int64]
    fits: Numbers
    keen: Numbers

    def __len__(self) -> int:
        return len(self.at)


def history(seed: int, plant: Plant | None = None, *, leads: int | None = None) -> Evidence:
    """A year of leads. The same seed gives the same history."""
    chance = np.random.default_rng((seed, 77))
    n = leads or int(chance.integers(3_000, 8_001))
    people = People(
        chance, np.sort(BEGIN + chance.integers(0, YEAR, n)), chance.normal(size=n),
        chance.normal(size=n),
    )  # fmt: skip
    codes, labels = _sources(people, is_barren=plant == "barren")
    signals = [_signal(people, shape) for shape in SHAPES]
    true = _priority(signals)
    if plant == "useless":
        signals.append(_signal(people, Shape("fit", USELESS, 30, 0.3)))
    odds = true * (chance.uniform(1.0, 1.3) / true.std())
    added = _added(people, plant, signals, odds, true)
    odds = odds + _middle(odds, chance.uniform(0.05, 0.15)) + added[0]
    outcome = chance.random(n) < 1 / (1 + np.exp(-odds))
    if plant == "barren":
        outcome &= codes != labels.index(BARREN)
    candidates = [*_unrelated(people), *added[1]]
    if plant in ("leak", "late leak"):
        candidates.append(_leak(people, outcome, is_late=plant == "late leak"))
    return _evidence(people, signals, candidates, outcome, (codes, labels))


def _signal(people: People, shape: Shape) -> Signal:
    """Fit: yes or no by how well a lead fits. Behaviours: several, faded by their age, capped."""
    chance, n = people.chance, len(people)
    latent = people.fits if shape.kind == "fit" else people.keen
    if shape.name == USELESS:
        latent = chance.normal(size=n)
    bent = (0.5 if shape.points > 0 else -0.5) * latent + chance.normal(size=n)
    fired = bent > np.quantile(bent, 1 - shape.share)
    raw = fired * shape.points
    if shape.most is not None:
        times = 1 + chance.poisson(0.7 * np.exp(0.3 * people.keen))
        raw = raw * times * 0.5 ** chance.exponential(0.4, n)
    given = raw if shape.most is None else np.minimum(raw, shape.most)
    return Signal(shape.kind, shape.name, shape.points, shape.most, fired, given, raw)


def _priority(signals: list[Signal]) -> Numbers:
    return np.sum([WEIGHTS[one.kind] * one.given for one in signals], axis=0)


def _middle(odds: Numbers, share: float) -> float:
    """What to add so that the outcome comes to about the share."""
    low, high = -30.0, 30.0
    for _ in range(60):
        middle = (low + high) / 2
        if (1 / (1 + np.exp(-odds - middle))).mean() > share:
            high = middle
        else:
            low = middle
    return (low + high) / 2


def _added(
    people: People, plant: Plant | None, signals: list[Signal], odds: Numbers, true: Numbers
) -> tuple[Numbers, list[Candidate]]:
    """What a planted cause adds to the log-odds, and the candidate that shows it."""
    nothing = np.zeros(len(people))
    if plant == "unused":
        codes = (people.chance.random(len(people)) < 0.25).astype(np.int64)
        return 1.4 * codes, [Candidate("fact", UNUSED, codes, ("no", "yes"))]
    if plant == "faded":
        one = next(signal for signal in signals if signal.name == FADED)
        step = float(odds.std() / true.std()) * WEIGHTS[one.kind]
        is_recent = people.at >= people.at[-1] - QUARTER
        return -step * one.given * is_recent, []
    return nothing, []


def _leak(people: People, outcome: Truths, *, is_late: bool) -> Candidate:
    """Filled in for nearly all with the outcome and hardly anybody else."""
    noise = people.chance.random(len(people))
    codes = np.where(outcome, noise < 0.9, noise < 0.03).astype(np.int64)
    name = LATE if is_late else LEAK
    return Candidate("fact", name, codes, ("no", "yes"), is_late=is_late)


def _sources(people: People, *, is_barren: bool) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    labels: tuple[str, ...] = ("Search", "Fair", "Referral", "Social", "Partner", "Newsletter")
    part = np.array([0.35, 0.1, 0.1, 0.2, 0.15, 0.1])
    codes = people.chance.choice(len(labels), len(people), p=part).astype(np.int64)
    people.fits[:] += np.array([0.0, 0.2, 0.5, -0.4, 0.1, -0.1])[codes]
    if is_barren:
        labels = (*labels, BARREN)
        codes[people.chance.random(len(people)) < 0.12] = len(labels) - 1
    return codes, labels


def _codes(people: People, latent: Numbers | None, count: int) -> NDArray[np.int64]:
    """Values of a fact with ever rarer ones; by the latent where one is given."""
    chance, n = people.chance, len(people)
    if latent is None:
        part = 1 / np.arange(1, count + 1)
        return chance.choice(count, n, p=part / part.sum()).astype(np.int64)
    bent = 0.6 * latent + chance.normal(size=n)
    edges = np.quantile(bent, np.linspace(0, 1, count + 1)[1:-1])
    return np.searchsorted(edges, bent).astype(np.int64)


def _unrelated(people: People) -> list[Candidate]:
    """What the agreement does not use, and need not: some of it goes with what it does use."""
    found = []
    for number, count in enumerate((2, 3, 5, 8, 12, 20, 40)):
        for which, latent in (("plain", None), ("fitting", people.fits)):
            codes = _codes(people, latent, count)
            codes[people.chance.random(len(people)) < 0.1 * (number % 3)] = -1
            labels = tuple(f"value {value}" for value in range(count))
            found.append(Candidate("fact", f"{which}_{count}", codes, labels))
    for number, rate in enumerate((0.05, 0.3, 1.0, 3.0)):
        for which, bend in (("idle", 0.0), ("keen", 0.5)):
            times = people.chance.poisson(rate * np.exp(bend * people.keen))
            found.append(Candidate("activity", f"{which} {number}", np.minimum(times, 10)))
    late = _codes(people, None, 3)
    found.append(Candidate("fact", "note_of_call", late, ("a", "b", "c"), is_late=True))
    return found


def _evidence(
    people: People, signals: list[Signal], candidates: list[Candidate], outcome: Truths,
    source: tuple[NDArray[np.int64], tuple[str, ...]],
) -> Evidence:  # fmt: skip
    scores = {
        kind: np.clip(np.sum([one.given for one in signals if one.kind == kind], axis=0), 0, 100)
        for kind in WEIGHTS
    }
    priority = np.sum([WEIGHTS[kind] * score for kind, score in scores.items()], axis=0)
    dimensions = {"source": source}
    for name, count in (("campaign", 12), ("content", 10), ("industry", 8), ("country", 6),
                        ("size", 5), ("owner", 4)):  # fmt: skip
        labels = tuple(f"{name} {value}" for value in range(count))
        dimensions[name] = (_codes(people, None, count), labels)
    return Evidence(
        "all", "SQL", np.arange(1, len(people) + 1), people.at, outcome, priority, scores,
        tuple(signals), tuple(candidates), dimensions, weights=WEIGHTS,
    )  # fmt: skip


def without_outcomes(evidence: Evidence) -> Evidence:
    """The same leads, and nothing came of them yet."""
    return replace(evidence, outcome=np.zeros(len(evidence), dtype=bool))
