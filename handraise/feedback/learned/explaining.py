"""Why a chance is what it is: each thing known replaced by what is usual, and the difference told.

No Django. What is as usual has no effect, so only the leads that differ are looked at again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handraise.feedback.learned.fitting import Fitted
from handraise.feedback.learned.matrix import Figures, Group, Matrix
from handraise.feedback.rehearsal.figures import Numbers

MOST_GROUPS = 15  # that reasons are found among: those that matter most
SAMPLE = 2_000
SHOWN = 3
LEAST = 0.005  # an effect below half a per cent is none


@dataclass(frozen=True, slots=True)
class Weight:
    """How much a group moves the chance: on average, up or down, of tested leads."""

    group: Group
    moves: float


@dataclass(frozen=True, slots=True)
class Effects:
    """For each lead the groups with the largest effects, -1 where there are fewer; and those."""

    groups: tuple[Group, ...]
    places: NDArray[np.int64]
    by: Numbers


def usual(matrix: Matrix) -> Figures:
    """The usual row: each group as most leads have it, figures at their median."""
    found = np.full(matrix.values.shape[1], np.nan, dtype=np.float32)
    for places in matrix.groups().values():
        if matrix.columns[places[0]].what in {"is", "unknown"}:
            sums = matrix.values[:, places].sum(axis=0)
            found[places] = 0.0
            rest = len(matrix) - sums.sum()
            if sums.max(initial=0) >= rest:
                found[places[int(np.argmax(sums))]] = 1.0
            continue
        for place in places:
            known = matrix.values[:, place][~np.isnan(matrix.values[:, place])]
            if 2 * len(known) > len(matrix):
                found[place] = np.median(known)
    return found


def weights(fitted: Fitted, matrix: Matrix, typical: Figures) -> list[Weight]:
    """What matters, the most first, on a sample of these leads."""
    rows = np.unique(np.linspace(0, len(matrix) - 1, min(len(matrix), SAMPLE)).astype(np.int64))
    values = matrix.values[rows]
    chance = fitted.chance(values)
    found = [
        Weight(group, float(np.abs(_effect(fitted, values, chance, places, typical)).mean()))
        for group, places in matrix.groups().items()
    ]
    found.sort(key=lambda one: (-one.moves, one.group.kind, one.group.name))
    return [one for one in found if one.moves > 0]


def effects(
    fitted: Fitted, matrix: Matrix, chance: Numbers, typical: Figures, among: list[Weight]
) -> Effects:
    """For each lead the groups that raise or lower its chance most, in that order."""
    groups = tuple(one.group for one in among[:MOST_GROUPS])
    places = matrix.groups()
    best = np.zeros((len(matrix), SHOWN))
    which = np.full((len(matrix), SHOWN), -1, dtype=np.int64)
    for number, group in enumerate(groups):
        by = _effect(fitted, matrix.values, chance, places[group], typical)
        by[np.abs(by) < LEAST] = 0.0
        _keep(best, which, by, number)
    return Effects(groups, which, best)


def _keep(best: Numbers, which: NDArray[np.int64], by: Numbers, number: int) -> None:
    """Put an effect in its place among the largest so far."""
    current, name = by.copy(), np.full(len(by), number, dtype=np.int64)
    for place in range(SHOWN):
        wins = np.abs(current) > np.abs(best[:, place])
        held, held_name = best[wins, place].copy(), which[wins, place].copy()
        best[wins, place], which[wins, place] = current[wins], name[wins]
        current[wins], name[wins] = held, held_name


def _effect(
    fitted: Fitted, values: Figures, chance: Numbers, places: list[int], typical: Figures
) -> Numbers:
    """How much higher each chance is than with this group as usual."""
    mine, theirs = values[:, places], typical[places]
    differs = ~((mine == theirs) | (np.isnan(mine) & np.isnan(theirs))).all(axis=1)
    by = np.zeros(len(values))
    if differs.any():
        changed = values[differs].copy()
        changed[:, places] = theirs
        by[differs] = chance[differs] - fitted.chance(changed)
    return by
