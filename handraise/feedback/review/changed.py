"""What is claimed of change over time, of barren sources, and of rejections."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import binom

from handraise.feedback.decide import ENOUGH, Share
from handraise.feedback.rehearsal.figures import Truths
from handraise.feedback.review.claims import Claim
from handraise.feedback.review.drift import MOVED, RATE, Tide, of_mix, of_scores
from handraise.feedback.review.evidence import Change, Evidence, Rejected
from handraise.feedback.review.report import DriftRow
from handraise.feedback.review.sources import ASKED, Barren, barren
from handraise.kit.shares import percent

# A new version or another grade is no drift of the world: the agreement itself makes them.
_OWN = ("version", "grade")
OFTEN = 0.1  # of all answers, that a reason must have to ask for a change
SHARED = 1.5  # times as often as for all leads, that a signal fires among the rejected


def drift(evidence: Evidence, recent: Truths) -> tuple[DriftRow, ...]:
    """The scores' spread and each dimension's mix, the last quarter against before."""
    scores = {"priority": evidence.priority, **evidence.scores}
    rows = [of_scores(about, score, recent) for about, score in scores.items()]
    for about, (codes, labels) in evidence.dimensions.items():
        if about not in _OWN:
            rows.append(of_mix(about, codes, labels, recent))
    return tuple(rows)


def drift_claims(rows: Sequence[DriftRow], scores: Sequence[str]) -> list[Claim]:
    """A claim for each mix."""
    return [_moved(one, is_score=one.about in scores) for one in rows]


def _moved(one: DriftRow, *, is_score: bool) -> Claim:
    what = f"The {one.about} scores" if is_score else f"The mix of {one.about}"
    if one.about == "priority":
        what = "The priorities"
    return Claim(
        "drift", "score_drift" if is_score else "mix_drift", one.about, one.p, one.psi >= MOVED,
        f"{what} moved in the last quarter (stability index {one.psi:.2f}, bar {MOVED:g}):"
        f" {one.moved}.",
        (("Stability index", f"{one.psi:.3f}"), ("By chance alone", f"{one.chance:.3f}")),
    )  # fmt: skip


def tide_claim(found: Tide, name: str) -> Claim:
    """Whether the outcome's share itself changed."""
    a, b = found.before, found.recent
    first, last = found.first, found.last
    steps = ", ".join(f"{100 * (one.share.value or 0):.1f}" for one in found.rates)
    return Claim(
        "drift", "outcome_drift", "outcome", found.p, found.change >= RATE,
        f"The share of leads that come to {name} changed: {percent(b.value or 0, 1)} in the last"
        f" quarter against {percent(a.value or 0, 1)} before (by quarter: {steps} %).",
        (
            ("Before", f"{a.count:,} of {a.of:,} ({a.interval} %)"),
            ("Last quarter", f"{b.count:,} of {b.of:,} ({b.interval} %)"),
            ("First quarter", f"{first.count:,} of {first.of:,}"),
            ("Newest quarter", f"{last.count:,} of {last.of:,}"),
        ),
    )  # fmt: skip


def barren_claims(evidence: Evidence) -> list[Claim]:
    """A claim for each source, campaign, … with enough leads."""
    found = []
    if int(evidence.outcome.sum()) < ENOUGH:
        return []
    for about in ASKED:
        if about in evidence.dimensions:
            codes, labels = evidence.dimensions[about]
            asked = barren(about, codes, labels, evidence.outcome)
            found += [_barren(one, evidence) for one in asked]
    return found


def _barren(one: Barren, evidence: Evidence) -> Claim:
    rest = percent(one.rest.value or 0, 1)
    part = one.share.of / len(evidence)
    few = "none" if not one.share.count else f"only {one.share.count:,}"
    change = None
    if one.dimension in ("industry", "country"):
        change = Change("add_fit", "fit", f"{one.dimension} {one.label}", -10.0,
                        fact=one.dimension, value=one.label)  # fmt: skip
    return Claim(
        "without wins", "without_wins", f"{one.dimension}: {one.label}", one.p, one.is_big,
        f"{one.dimension.capitalize()} “{one.label}” brought {one.share.of:,} leads"
        f" ({percent(part)} of all), and {few} came to {evidence.outcome_name}; of"
        f" the others {rest} did.",
        (
            ("Leads", f"{one.share.of:,}"),
            ("Outcomes", f"{one.share.count:,} ({one.share.interval} %)"),
            ("Of the others", f"{one.rest.count:,} of {one.rest.of:,}"),
        ),
        change,
    )  # fmt: skip


def rejection_claims(evidence: Evidence) -> list[Claim]:
    """For each frequent reason the signal that fires most among the rejected, against all leads."""
    fires = {one.name: float(one.fired.mean()) for one in evidence.signals if len(one.fired)}
    points = {one.name: one for one in evidence.signals}
    found = []
    for said in evidence.rejections:
        shared = {name: share for name, share in said.shared_signals.items() if name in fires}
        if said.count < ENOUGH or said.count < OFTEN * said.of or not shared:
            continue
        for name, share in sorted(shared.items()):
            if points[name].points > 0:
                change = Change("set_points", points[name].kind, name,
                                float(max(round(points[name].points / 2), 1)))  # fmt: skip
                found.append(_rejected(said, name, share, fires[name], change))
    return found


def _rejected(said: Rejected, name: str, share: float, usual: float, change: Change) -> Claim:
    count = round(share * said.count)
    p = float(binom.sf(count - 1, said.count, min(max(usual, 1e-9), 1.0)))
    of = Share(said.count, said.of)
    return Claim(
        "rejections", "rejections", said.reason, p, share >= SHARED * usual,
        f"Sales rejects {percent(of.value or 0)} of what it answers as “{said.reason}”, and"
        f" “{name}” fires for {percent(share)} of those, against {percent(usual)} of all leads"
        " judged.",
        (
            ("Rejected so", f"{said.count:,} of {said.of:,} ({of.interval} %)"),
            (f"“{name}” among them", percent(share)),
            (f"“{name}” among all", percent(usual)),
        ),
        change,
    )  # fmt: skip


def recent_side(evidence: Evidence, begins: int | None) -> Truths | None:
    """Which leads are of the last quarter; None where nothing could be cut."""
    return None if begins is None else np.asarray(evidence.at >= begins)
