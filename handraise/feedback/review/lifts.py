"""How often a signal fires, and what becomes of those with it against those without it."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np

from handraise.agreement.wording import points_words
from handraise.feedback.decide import ENOUGH, Share, Z
from handraise.feedback.rehearsal.figures import Numbers, Truths
from handraise.feedback.review.claims import strength
from handraise.feedback.review.evidence import Change, Finding, Signal
from handraise.feedback.review.report import Ratio
from handraise.kit.shares import percent

RARE = 0.001  # fires for fewer than one in a thousand: dead
ALWAYS = 0.995
SURE_OF_RARE = 1_000  # leads before "it never fires" is said for sure
FULL = 0.6  # of those for whom it fires, so many at the cap: saturated
TOGETHER = 0.8  # phi from which two signals say much the same
FEW = 100  # leads, for what is counted about a signal


def shares(fired: Truths, outcome: Truths) -> tuple[Share, Share]:
    """The outcome among those for whom it fired, and among the rest."""
    both = int((fired & outcome).sum())
    fires = int(fired.sum())
    return Share(both, fires), Share(int(outcome.sum()) - both, len(outcome) - fires)


def lift(with_it: Share, without: Share) -> Ratio | None:
    """The ratio of two shares. None below 20 cases on either side, or without any outcome.

    The interval is that of the log of the ratio (Katz and others 1978), with half a case added on
    each side (Walter 1975), which keeps it finite where one side has none.
    """
    if not with_it.is_enough or not without.is_enough or not with_it.count + without.count:
        return None
    a, m, c, n = with_it.count, with_it.of, without.count, without.of
    middle, error = log_ratio(with_it, without)
    value = a / m / (c / n) if a and c else exp(middle)
    low, high = exp(middle - Z * error), exp(middle + Z * error)
    return Ratio(value, min(low, value), max(high, value))


def log_ratio(with_it: Share, without: Share) -> tuple[float, float]:
    """The log of the ratio of two shares and its standard error, half a case added to each."""
    a, m = with_it.count + 0.5, with_it.of + 0.5
    c, n = without.count + 0.5, without.of + 0.5
    return log(a / m / (c / n)), sqrt(max(1 / a - 1 / m + 1 / c - 1 / n, 1e-12))


def at_cap(signal: Signal) -> float | None:
    """Of those for whom it fires, the share (0..1) who reached its cap."""
    if signal.at_most is None or not signal.fired.any():
        return None
    return float((signal.raw[signal.fired] >= signal.at_most - 1e-9).mean())


def counted(signals: tuple[Signal, ...]) -> list[Finding]:
    """What is true of signals by counting alone: dead, always there, at their cap."""
    found = []
    for signal in signals:
        fires = Share(int(signal.fired.sum()), len(signal.fired))
        if fires.of < FEW:
            continue
        found += [one for one in (_seldom(signal, fires), _always(signal, fires)) if one]
        if full := _full(signal, fires):
            found.append(full)
    return found


def _seldom(signal: Signal, fires: Share) -> Finding | None:
    if fires.count >= RARE * fires.of:
        return None
    is_never = not fires.count
    said = "never fired" if is_never else f"fired for only {fires.count:,}"
    return Finding(
        "never_fires" if is_never else "rarely_fires", signal.name,
        f"“{signal.name}” {said} {'for any' if is_never else ''}".rstrip()
        + f" of the {fires.of:,} leads that were judged.",
        0.6 if is_never else 0.45, fires.of >= SURE_OF_RARE, (_fires(fires),),
        Change("remove", signal.kind, signal.name) if is_never else None,
    )  # fmt: skip


def _always(signal: Signal, fires: Share) -> Finding | None:
    if fires.count < ALWAYS * fires.of:
        return None
    return Finding(
        "always_fires", signal.name,
        f"“{signal.name}” fires for {fires.count:,} of {fires.of:,} leads: its"
        f" {points_words(signal.points)} lift everybody alike and tell nobody apart.",
        0.6, is_sure=True, figures=(_fires(fires),),
    )  # fmt: skip


def _full(signal: Signal, fires: Share) -> Finding | None:
    share = at_cap(signal)
    if share is None or fires.count < FEW or share < FULL:
        return None
    if signal.at_most is not None and abs(signal.points) >= signal.at_most:
        return None  # one is enough to reach it: the agreement means it as a yes or no
    return Finding(
        "saturated", signal.name,
        f"“{signal.name}” has reached its cap of {points_words(signal.at_most or 0)} for"
        f" {percent(share)} of the {fires.count:,} leads for whom it fires, so it hardly tells them"
        " apart.",
        0.4, is_sure=True, figures=(_fires(fires), ("At the cap", percent(share))),
    )  # fmt: skip


def _fires(fires: Share) -> tuple[str, str]:
    return "Fires for", f"{fires.count:,} of {fires.of:,}"


def correlated(signals: tuple[Signal, ...], given: Numbers) -> list[Finding]:
    """Pairs that fire for the same leads (phi). `given`: contributions, a column a signal."""
    found = []
    if not signals or not len(given):
        return []
    phis = phi(np.stack([one.fired for one in signals], axis=1))
    for first in range(len(signals)):
        for second in range(first + 1, len(signals)):
            a, b = signals[first], signals[second]
            both = int((a.fired & b.fired).sum())
            if phis[first, second] >= TOGETHER and both >= ENOUGH:
                alike = _squared(given[:, first], given[:, second])
                found.append(_pair(a, b, both, float(phis[first, second]), alike))
    return found


def _pair(a: Signal, b: Signal, both: int, together: float, alike: float) -> Finding:
    share = Share(both, int((a.fired | b.fired).sum()))
    return Finding(
        "correlated", a.name,
        f"“{a.name}” and “{b.name}” fire for the same leads in {percent(share.value or 0)} of the"
        f" {share.of:,} cases where either does: {percent(alike)} of what the one's points tell,"
        " the other's tell already.",
        strength(1e-3), is_sure=True,
        figures=(("Phi", f"{together:.2f}"), ("Told by both", percent(alike))),
    )  # fmt: skip


def phi(fired: Truths) -> Numbers:
    """The correlation of yes and no between columns; 0 for those that never change."""
    held = fired.astype(np.float64)
    share = held.mean(axis=0)
    spread = np.sqrt(share * (1 - share))
    together = held.T @ held / max(len(held), 1) - np.outer(share, share)
    of = np.outer(spread, spread)
    found: Numbers = np.divide(together, of, out=np.zeros_like(together), where=of > 1e-12)
    return found


def _squared(first: Numbers, second: Numbers) -> float:
    a, b = first - first.mean(), second - second.mean()
    of = float((a @ a) * (b @ b))
    return float(a @ b) ** 2 / of if of > 0 else 0.0


def inflations(given: Numbers) -> list[float | None]:
    """The variance inflation of each column: 1 where no other tells it; None for a constant."""
    spread = given.std(axis=0)
    moving = np.flatnonzero(spread > 1e-9)
    found: list[float | None] = [None] * given.shape[1]
    if len(moving) and len(given) > len(moving):
        scaled = (given[:, moving] - given[:, moving].mean(axis=0)) / spread[moving]
        together = scaled.T @ scaled / len(given)
        # A hair of ridge: two columns that are the same inflate by thousands, not without end.
        inverse = np.linalg.inv(together + 1e-6 * np.eye(len(moving)))
        for place, value in zip(moving, np.diag(inverse), strict=True):
            found[place] = float(max(value, 1.0))
    return found
