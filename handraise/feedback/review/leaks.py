"""What knows the outcome instead of foretelling it, by the bars of a rehearsal's suspicions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handraise.feedback.rehearsal.figures import Auc, Truths, auc
from handraise.feedback.rehearsal.suspicion import (
    CASES,
    ONE_CONDITION,
    ONE_FACT,
    WHOLE,
    told_by_codes,
)
from handraise.feedback.review.evidence import Candidate, Finding, Signal

_STRENGTH = 0.99  # before all else: what leaks makes every other figure doubtful
SIGNAL = 0.85  # both sides agreed on it because it is strong: more is asked before it is sure
ASK = "Ask who fills it in, and when."


def strong_priority(found: Auc | None) -> Finding | None:
    """The score as a whole is too good to be true."""
    if found is None or not _is_enough(found) or found.value < WHOLE:
        return None
    return Finding(
        "leakage", "priority",
        f"The priority tells the outcome with an AUC of {found.value:.2f} ({_interval(found)}):"
        f" above {WHOLE} some of it usually knows the outcome instead of foretelling it.",
        _STRENGTH, found.low >= WHOLE, (("AUC", f"{found.value:.2f}"),),
    )  # fmt: skip


def strong_signal(signal: Signal, outcome: Truths) -> Finding | None:
    """One signal alone parts the leads better than honest ones do."""
    found = auc(outcome, signal.given)
    if found is None or not _is_enough(found) or found.value < ONE_FACT:
        return None
    return _alone(f"The signal “{signal.name}”", signal.name, found, ONE_FACT, SIGNAL)


def strong_candidate(candidate: Candidate, outcome: Truths) -> Finding | None:
    """One fact or activity alone does."""
    bar = ONE_CONDITION if candidate.what == "activity" else ONE_FACT
    if _at_best(candidate.values, outcome) < bar:
        return None  # the slow figure below cannot be above it either
    found = told_by_codes(candidate.values, outcome)
    if found is None or not _is_enough(found) or found.value < bar:
        return None
    return _alone(f"The {candidate.what} “{candidate.of}”", candidate.of, found, bar, bar)


def _at_best(codes: NDArray[np.int64], outcome: Truths) -> float:
    """The area under the curve if each value counted by its own leads' outcomes."""
    count = int(codes.max(initial=0)) + 2
    of = np.bincount(codes + 1, minlength=count)
    came = np.bincount(codes[outcome] + 1, minlength=count)
    order = np.argsort(came / np.maximum(of, 1), kind="stable")
    hits, rest = came[order].astype(np.float64), (of - came)[order].astype(np.float64)
    below = rest.cumsum() - rest / 2
    return float(hits @ below / max(hits.sum() * rest.sum(), 1.0))


def _alone(subject: str, about: str, found: Auc, bar: float, sure: float) -> Finding:
    return Finding(
        "leakage", about,
        f"{subject} alone tells the outcome with an AUC of {found.value:.2f} ({_interval(found)};"
        f" bar: {bar}), as honest ones seldom do: it may be known only after the outcome. {ASK}",
        _STRENGTH, found.low >= sure, (("AUC", f"{found.value:.2f}"),),
    )  # fmt: skip


def _interval(found: Auc) -> str:
    return f"{found.low:.2f}–{found.high:.2f}"


def _is_enough(found: Auc) -> bool:
    return min(found.positives, found.negatives) >= CASES
