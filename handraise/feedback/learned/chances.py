"""The chance of each open lead, lowered by silence, beside the points. Plain arrays, no Django."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handraise.feedback.learned.explaining import LEAST, SHOWN, Effects, Weight, effects
from handraise.feedback.learned.fitting import Fitted
from handraise.feedback.learned.matrix import Figures, Group, Matrix
from handraise.feedback.rehearsal.figures import DAY, Instants, Numbers, ranks

SILENCE = Group("age", "silence")


@dataclass(frozen=True, slots=True)
class Chances:
    """One place for each lead; `days`: how long nothing was heard. Its effect is among them."""

    chance: Numbers
    days: Numbers
    effects: Effects


def chances(
    fitted: Fitted, matrix: Matrix, typical: Figures, among: list[Weight], *, delays: Instants,
    silent: Instants,
) -> Chances:  # fmt: skip
    """The chance of each row when the last was heard of it, `silent` µs ago, and now."""
    then = fitted.chance(matrix.values)
    found = effects(fitted, matrix, then, typical, among)
    now = waited(then, delays, silent)
    return Chances(now, np.maximum(silent, 0) / DAY, _with_silence(found, now - then))


def waited(chance: Numbers, delays: Instants, silent: Instants) -> Numbers:
    """What is left of a chance after so long without the outcome.

    By Bayes' rule: of those to which it came at all, some would have had it by now (`delays`).
    """
    ordered = np.sort(np.maximum(delays, 0))
    still = (len(ordered) - np.searchsorted(ordered, silent, side="left") + 1) / (len(ordered) + 1)
    found: Numbers = chance * still / (chance * still + 1 - chance)
    return found


def _with_silence(found: Effects, by: Numbers) -> Effects:
    """The effects with that of silence put in its place among them."""
    number = len(found.groups)
    silence = np.where(np.abs(by) < LEAST, 0.0, by)
    both = np.concatenate([found.by, silence[:, None]], axis=1)
    which = np.concatenate([found.places, np.full((len(by), 1), number)], axis=1)
    which[both == 0] = -1
    order = np.argsort(-np.abs(both), axis=1, kind="stable")[:, :SHOWN]
    return Effects(
        (*found.groups, SILENCE),
        np.take_along_axis(which, order, axis=1),
        np.take_along_axis(both, order, axis=1),
    )


def shares(values: Numbers) -> Numbers:
    """Where each stands among all: 1 at the top, 0 at the bottom, equal ones alike."""
    count = len(values)
    return (ranks(values) - 0.5) / count if count else np.zeros(0)


def tenths_of(share: Numbers) -> NDArray[np.int64]:
    """The tenth of each, 1 the highest."""
    return np.clip(np.floor((1 - share) * 10).astype(np.int64) + 1, 1, 10)
