"""Share an outcome among the touchpoints before it, by six models. Plain numpy, no clock.

A *name* is what a touchpoint names: a source, a campaign or a content. A path is the touchpoints
of one lead before its outcome, the earliest first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from handraise.kit.shares import percent

HALF_LIFE = 7.0  # days in which a touchpoint loses half of its weight, by time-decay
ENDS = 0.4  # what the first and the last touch get each, position-based
SAME = 30 * 60  # seconds within which the same name again is the same touchpoint
LEAST = 0.005  # of the whole: models that differ by less agree
MOST = 25  # names shown one by one

Floats: TypeAlias = npt.NDArray[np.float64]
Transitions: TypeAlias = dict[tuple[str, str], float]
# Steps of paths without an outcome: None stands for the beginning, and for the end of a path.
Steps: TypeAlias = Mapping[tuple[str | None, str | None], float]
_BEGIN, _WON, _LOST = "\x00begin", "\x00won", "\x00lost"  # no name holds a NUL


class Model(StrEnum):
    """The ways of sharing, in the order of the columns."""

    FIRST = "first"
    LAST = "last"
    LINEAR = "linear"
    DECAY = "decay"
    POSITION = "position"
    MARKOV = "markov"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Model.FIRST: "First touch",
    Model.LAST: "Last touch",
    Model.LINEAR: "Linear",
    Model.DECAY: "Time-decay",
    Model.POSITION: "Position-based",
    Model.MARKOV: "Markov",
}


@dataclass(frozen=True, slots=True)
class Path:
    """The touchpoints before one outcome: names, and how many days before it each was. `weight`:
    what is shared, 1 or what was won."""

    names: tuple[str, ...]
    days: tuple[float, ...]
    weight: float = 1.0


def once_a_visit(touchpoints: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Names with seconds, in order: the same name again within half an hour of its last is left
    out, however long the visit."""
    kept: list[tuple[str, float]] = []
    latest: tuple[str, float] | None = None
    for name, at in touchpoints:
        if latest is None or latest[0] != name or at - latest[1] > SAME:
            kept.append((name, at))
        latest = name, at
    return kept


def weights(model: Model, days: Sequence[float]) -> list[float]:
    """What share of one outcome each of its touchpoints gets; they add up to 1."""
    count = len(days)
    if model is Model.FIRST:
        return [1.0, *[0.0] * (count - 1)]
    if model is Model.LAST:
        return [*[0.0] * (count - 1), 1.0]
    if model is Model.LINEAR:
        return [1 / count] * count
    if model is Model.DECAY:
        # From the newest touchpoint: the shares are the same, and old ones alone do not vanish.
        worth = [0.5 ** ((one - min(days)) / HALF_LIFE) for one in days]
        return [one / sum(worth) for one in worth]
    if count <= 2:
        return [1 / count] * count
    middle = (1 - 2 * ENDS) / (count - 2)
    return [ENDS, *[middle] * (count - 2), ENDS]


def transitions(won: Iterable[tuple[str, ...]], lost: Steps) -> Transitions:
    """How often each step was taken on paths that led to an outcome, and on those that did not."""
    steps: Transitions = defaultdict(float)
    for names in won:
        for before, after in zip((_BEGIN, *names), (*names, _WON), strict=True):
            steps[before, after] += 1
    for (first, then), count in lost.items():
        steps[first or _BEGIN, then or _LOST] += count
    return dict(steps)


def merged(steps: Transitions, shown: set[str], rest: str) -> Transitions:
    """The same with every name that is not shown as one of the rest."""
    found: Transitions = defaultdict(float)
    kept = shown | {_BEGIN, _WON, _LOST}
    for (before, after), count in steps.items():
        found[before if before in kept else rest, after if after in kept else rest] += count
    return dict(found)


def removal(steps: Transitions) -> dict[str, float]:
    """The share of each name by its removal effect, in a chain of the first order.

    The effect of a name is the part of all outcomes that would be lost if whoever came to it went
    nowhere. Effects are divided by their sum. Empty where no path led to an outcome.
    """
    names = sorted({name for step in steps for name in step} - {_BEGIN, _WON, _LOST})
    places = {name: place for place, name in enumerate([_BEGIN, *names])}
    size = len(places)
    moves, wins = np.zeros((size, size)), np.zeros(size)
    total = np.zeros(size)
    for (before, after), count in steps.items():
        # A step to oneself changes nothing about where one ends, and would make loops without one.
        if before == after:
            continue
        total[places[before]] += count
        if after == _WON:
            wins[places[before]] += count
        elif after != _LOST:
            moves[places[before], places[after]] += count
    known = total > 0
    moves[known] /= total[known, None]
    wins[known] /= total[known]
    whole = _chance(moves, wins)
    if whole <= 0:
        return {}
    effects = {name: 1 - _without(moves, wins, places[name]) / whole for name in names}
    held = {name: max(effect, 0.0) for name, effect in effects.items()}
    everything = sum(held.values())
    return {name: effect / everything for name, effect in held.items()} if everything else {}


def _chance(moves: Floats, wins: Floats) -> float:
    """How likely a path that begins ends with an outcome."""
    return float(np.linalg.solve(np.eye(len(wins)) - moves, wins)[0])


def _without(moves: Floats, wins: Floats, place: int) -> float:
    """The same where whoever comes to this name is lost."""
    fewer, won = moves.copy(), wins.copy()
    fewer[place] = fewer[:, place] = won[place] = 0
    return _chance(fewer, won)


@dataclass(frozen=True, slots=True)
class Credit:
    """What one name gets by each model, and on how many of the paths it stands."""

    name: str
    paths: int
    by: dict[Model, float]


@dataclass(frozen=True, slots=True)
class Shared:
    """What each name gets, of how many paths and of which weight in all; and how many outcomes
    have no touchpoint, with theirs."""

    credits: list[Credit]
    paths: int
    weight: float
    untouched: int
    untouched_weight: float


def shared(paths: Iterable[Path], lost: Steps, *, rest: str) -> Shared:
    """What each name gets by every model, the most common first; beyond MOST names, the rest as
    one. Each model's sum is the sum of the weights of the paths.

    `paths` are gone through twice, and none is kept: first for the names, then for the sums.
    """
    on = _counts(paths)
    order = sorted(_names(on, lost), key=lambda name: (-on.get(name, 0), name))
    shown = order[:MOST]
    told = _sums(paths, set(shown), rest)
    steps = merged(transitions((), lost), set(shown), rest)
    for step, count in told.steps.items():
        steps[step] = steps.get(step, 0.0) + count
    effects = removal(steps)
    by = told.by | {Model.MARKOV: {name: one * told.weight for name, one in effects.items()}}
    found = [
        Credit(name, told.on.get(name, 0), {model: by[model].get(name, 0.0) for model in Model})
        for name in (shown if len(order) <= MOST else [*shown, rest])
    ]
    credits = [one for one in found if any(one.by.values()) or one.paths]
    return Shared(credits, told.count, told.weight, told.untouched, told.untouched_weight)


@dataclass(slots=True)
class _Sums:
    """What is summed while paths go by: by model and name, the steps, the paths of each name."""

    by: dict[Model, dict[str, float]]
    steps: Transitions
    on: dict[str, int]
    count: int = 0
    weight: float = 0.0
    untouched: int = 0
    untouched_weight: float = 0.0


def _sums(paths: Iterable[Path], shown: set[str], rest: str) -> _Sums:
    models = [model for model in Model if model is not Model.MARKOV]
    found = _Sums({model: defaultdict(float) for model in models}, defaultdict(float),
                  defaultdict(int))  # fmt: skip
    for path in paths:
        if not path.names:
            found.untouched += 1
            found.untouched_weight += path.weight
            continue
        found.count += 1
        found.weight += path.weight
        names = tuple(name if name in shown else rest for name in path.names)
        for name in set(names):
            found.on[name] += 1
        for step in zip((_BEGIN, *names), (*names, _WON), strict=True):
            found.steps[step] += 1
        for model in models:
            for name, share in zip(names, weights(model, path.days), strict=True):
                found.by[model][name] += share * path.weight
    return found


def _counts(paths: Iterable[Path]) -> dict[str, int]:
    """On how many paths each name stands."""
    on: dict[str, int] = defaultdict(int)
    for path in paths:
        for name in set(path.names):
            on[name] += 1
    return dict(on)


def _names(on: Mapping[str, int], lost: Steps) -> set[str]:
    return {*on, *(name for step in lost for name in step if name is not None)}


def widest(credits: Sequence[Credit], total: float) -> tuple[Credit, Model, Model] | None:
    """The name about which the models disagree most, the model that gives it most, and the one
    that gives it least. None where they agree."""
    best: tuple[float, Credit, Model, Model] | None = None
    for credit in credits:
        high = max(Model, key=lambda model: credit.by[model])
        low = min(Model, key=lambda model: credit.by[model])
        spread = credit.by[high] - credit.by[low]
        if total > 0 and spread / total > LEAST and (best is None or spread > best[0]):
            best = spread, credit, high, low
    return best[1:] if best else None


def share_of(amount: float, total: float) -> str:
    """`31 %` of the whole."""
    return percent(amount / total)
