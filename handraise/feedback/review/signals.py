"""One row a signal, and what is claimed of its points: too many, too few, faded."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.stats import norm

from handraise.agreement.wording import points_words
from handraise.feedback.decide import Share
from handraise.feedback.rehearsal.figures import Truths
from handraise.feedback.review.claims import Claim
from handraise.feedback.review.evidence import Change, Evidence, Signal
from handraise.feedback.review.fading import Faded
from handraise.feedback.review.lifts import ALWAYS, FULL, RARE, at_cap, lift, shares
from handraise.feedback.review.report import Ratio, SignalRow
from handraise.feedback.review.weights import Worth
from handraise.kit.shares import percent

AWAY = 1 / 3  # of the points given: what is nearer to what the data support is left alone
LEAST = 2.0  # points: the same, for signals with few
AGAINST = 4.5  # standard errors below nothing, before points are said to point the wrong way
MOST = 3.0  # times the points given: a draft never asks for more at once


def row(
    signal: Signal, outcome: Truths, recent: Truths | None, worth: Worth | None,
    inflation: float | None,
) -> SignalRow:  # fmt: skip
    """All that is counted and estimated of one signal."""
    fires = Share(int(signal.fired.sum()), len(outcome))
    with_it, without = shares(signal.fired, outcome)
    supported = in_points(signal, worth)
    sides: list[Ratio | None] = [None, None]
    if recent is not None:
        sides = [lift(*shares(signal.fired[side], outcome[side])) for side in (~recent, recent)]
    return SignalRow(
        signal.kind, signal.name, signal.points, signal.at_most, fires, with_it, without,
        lift(with_it, without), supported, _verdict(signal, fires, supported), at_cap(signal),
        inflation, *sides,
    )  # fmt: skip


def in_points(signal: Signal, worth: Worth | None) -> Ratio | None:
    """The points supported, with the interval the right way round for points below zero."""
    if worth is None:
        return None
    ends = sorted((signal.points * worth.supported.low, signal.points * worth.supported.high))
    return Ratio(signal.points * worth.supported.value, ends[0], ends[1])


def _verdict(signal: Signal, fires: Share, supported: Ratio | None) -> str:
    share = fires.value or 0.0
    full = at_cap(signal)
    if fires.is_enough and share < RARE:
        return "never fires" if not fires.count else "hardly ever fires"
    if fires.is_enough and share >= ALWAYS:
        return "always fires"
    if supported is None:
        return "not enough data"
    if supported.low <= signal.points <= supported.high:
        is_full = full is not None and full >= FULL and abs(signal.points) < (signal.at_most or 0)
        return "mostly at its cap" if is_full else "as the data say"
    if signal.points > 0:
        if supported.high < 0:
            return "wrong direction"
        return "too many points" if supported.high < signal.points else "too few points"
    if supported.low > 0:
        return "wrong direction"
    return "too many points" if supported.low > signal.points else "too few points"


def claims(evidence: Evidence, worth: Mapping[int, Worth]) -> list[Claim]:
    """What is claimed of the points given, a claim for each signal that can be weighed."""
    found = []
    for place, one in worth.items():
        signal = evidence.signals[place]
        supported = in_points(signal, one)
        if signal.points and supported is not None:
            found.append(_claim(signal, one, supported, evidence))
    return found


def _claim(signal: Signal, worth: Worth, supported: Ratio, evidence: Evidence) -> Claim:
    p = float(2 * norm.sf(abs(worth.z)))
    away = abs(supported.value - signal.points)
    is_out = not supported.low <= signal.points <= supported.high
    is_big = is_out and away >= max(AWAY * abs(signal.points), LEAST)
    is_wrong = worth.z_of_none < -AGAINST
    code = "over_emphasised" if worth.z < 0 else "under_emphasised"
    with_it, without = shares(signal.fired, evidence.outcome)
    return Claim(
        "points", "wrong_sign" if is_wrong else code, signal.name, p, is_big,
        _sentence(signal, supported, with_it, without, evidence.outcome_name, wrong=is_wrong),
        (
            ("Points given", f"{signal.points:g}"),
            ("Points supported", _interval(supported)),
            ("With it", f"{with_it.count:,} of {with_it.of:,} ({with_it.interval} %)"),
            ("Without it", f"{without.count:,} of {without.of:,} ({without.interval} %)"),
        ),
        _change(signal, supported),
    )  # fmt: skip


def _sentence(
    signal: Signal, supported: Ratio, with_it: Share, without: Share, name: str, *, wrong: bool
) -> str:
    said = (
        f"“{signal.name}” gives {points_words(signal.points)}; the data support"
        f" {_interval(supported)}: {_per_cent(with_it)} of leads with it came to {name}, against"
        f" {_per_cent(without)} without it"
    )
    return f"{said}. Beside the other signals it points the other way." if wrong else f"{said}."


def _per_cent(share: Share) -> str:
    return percent(share.value or 0, 1)


def _interval(supported: Ratio) -> str:
    value, low, high = (round(one) for one in (supported.value, supported.low, supported.high))
    return f"{value} ({low} to {high})"


def _change(signal: Signal, supported: Ratio) -> Change:
    points = float(np.clip(supported.value, -MOST * abs(signal.points), MOST * abs(signal.points)))
    rounded = float(round(points))
    if rounded == 0 or rounded * signal.points < 0:
        return Change("remove", signal.kind, signal.name)
    return Change("set_points", signal.kind, signal.name, rounded)


def faded_claims(evidence: Evidence, fadings: Mapping[int, Faded], recent: Truths) -> list[Claim]:
    """What is claimed of signals whose worth fell in the last quarter."""
    found = []
    for place, faded in fadings.items():
        signal = evidence.signals[place]
        if signal.points <= 0:
            continue
        now = shares(signal.fired[recent], evidence.outcome[recent])
        before = shares(signal.fired[~recent], evidence.outcome[~recent])
        lifts = lift(*before), lift(*now)
        if lifts[0] is None or lifts[1] is None:
            continue
        is_big = faded.is_big and lifts[1].value < lifts[0].value
        found.append(_faded(signal, faded, lifts[0], lifts[1], is_big=is_big))
    return found


def _faded(signal: Signal, faded: Faded, before: Ratio, now: Ratio, *, is_big: bool) -> Claim:
    points = float(round(signal.points * faded.left))
    change = Change("set_points", signal.kind, signal.name, points)
    return Claim(
        "faded", "faded", signal.name, faded.p, is_big,
        f"“{signal.name}” has faded: before the last quarter leads with it came {before.value:.1f}"
        f" times as often ({before.interval}) as those without, in it {now.value:.1f} times"
        f" ({now.interval}).",
        (
            ("Lift before", f"{before.value:.1f} ({before.interval})"),
            ("Lift in the last quarter", f"{now.value:.1f} ({now.interval})"),
            ("Of its worth is left", percent(faded.left)),
        ),
        change if points else Change("remove", signal.kind, signal.name),
    )  # fmt: skip
