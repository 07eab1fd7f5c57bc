"""Whether more priority means more outcomes, and how well it tells leads apart."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.stats import chi2

from handraise.feedback.decide import ENOUGH
from handraise.feedback.rehearsal.figures import Auc, Numbers, Tenth, Truths, auc, ranks, tenths
from handraise.feedback.review.logistic import fitted
from handraise.feedback.review.report import Calibration, CalibrationTenth, Discrimination
from handraise.kit.shares import percent

_BEND = 0.01  # p below which tenths stray from one line by more than chance


def calibration(priority: Numbers, outcome: Truths, name: str) -> Calibration:
    """Tenths by priority against one straight line through the log-odds.

    The test is Hosmer and Lemeshow's (1980) with two degrees fewer than there are tenths.
    """
    came = int(outcome.sum())
    if min(came, len(outcome) - came) < ENOUGH or float(priority.std()) < 1e-9:
        return Calibration((), None, "Not enough data yet to say what a priority comes to.")
    scaled = ((priority - priority.mean()) / priority.std())[:, None]
    likely = fitted(scaled, outcome, np.zeros(1), np.full(1, 5.0)).chances
    found = tenths(outcome, priority)
    place = np.minimum((len(priority) - ranks(priority) + 0.5) * 10 // len(priority), 9)
    rows = tuple(_row(one, float(likely[place == one.place - 1].mean())) for one in found)
    p = _hosmer_lemeshow(rows)
    return Calibration(rows, p, _sentence(rows, p, name))


def _row(tenth: Tenth, expected: float) -> CalibrationTenth:
    return CalibrationTenth(tenth.place, tenth.low, tenth.high, tenth.share, expected)


def _hosmer_lemeshow(rows: tuple[CalibrationTenth, ...]) -> float | None:
    if len(rows) < 3:
        return None
    far = sum(
        (one.share.count - one.share.of * one.expected) ** 2
        / max(one.share.of * one.expected * (1 - one.expected), 1e-9)
        for one in rows
    )
    return float(chi2.sf(far, len(rows) - 2))


def _sentence(rows: tuple[CalibrationTenth, ...], p: float | None, name: str) -> str:
    top, last = rows[0].share, rows[-1].share
    if len(rows) < 3 or p is None:
        return "The priorities of most leads are the same, so there are no tenths to compare."
    said = (
        f"Of the tenth with the highest priority {percent(top.value or 0)} came to {name}, of the"
        f" lowest {percent(last.value or 0)}"
    )
    if p >= _BEND:
        return f"{said}; the tenths between rise along one line as far as can be told."
    worst = max(rows, key=lambda one: abs((one.share.value or 0) - one.expected))
    return (
        f"{said}; the tenths between do not follow one line: of number {worst.place}"
        f" {percent(worst.share.value or 0)} did, where the line says {percent(worst.expected)}."
    )


def discrimination(
    priority: Numbers, scores: Mapping[str, Numbers], outcome: Truths, name: str
) -> Discrimination:
    """The area under the curve of the priority and of each score, by DeLong's intervals."""
    if min(int(outcome.sum()), int((~outcome).sum())) < ENOUGH:
        said = "Not enough data yet to say how well the priority tells leads apart."
        return Discrimination(None, None, None, None, said)
    whole = auc(outcome, priority)
    parts = {kind: auc(outcome, scores[kind]) if kind in scores else None for kind in _KINDS}
    return Discrimination(whole, **parts, sentence=_told(whole, name))


_KINDS = ("fit", "interest", "intent")


def _told(found: Auc | None, name: str) -> str:
    if found is None:
        return "Not enough data yet to say how well the priority tells leads apart."
    said = (
        f"A lead that came to {name} had the higher priority in {percent(found.value)} of all pairs"
        f" (AUC {found.value:.2f}, 95 % interval {found.low:.2f}–{found.high:.2f})"
    )
    if found.low <= 0.5 <= found.high:
        return f"{said}: no better than chance, as far as can be told."
    return f"{said}{': worse than chance' if found.high < 0.5 else ''}."
